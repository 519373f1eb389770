namespace PbKv.Checking;

/// <summary>
/// What clients asked and what they were told, in the order in which it happened. Safe to use from many threads: the
/// order is the one in which the calls get in, so call <see cref="Invoke"/> before an operation is handed over and
/// <see cref="Respond"/> after its answer is there. An operation that never gets an answer may have happened at any
/// time after its invocation, or never.
/// </summary>
public sealed class History
{
    private readonly Lock _lock = new();
    private readonly List<HistoryOperation> _operations = [];
    private readonly Dictionary<Bytes, ObservedBuffer> _observed = [];
    private int _clock;

    public int Count
    {
        get
        {
            lock (_lock)
                return _operations.Count;
        }
    }

    /// <summary>A client asks for an operation; of a Change the value is the encoded <see cref="Change"/>.</summary>
    /// <returns>The operation's number, to be given with its answer.</returns>
    public int Invoke(long client, OperationKind kind, Bytes key, Bytes value)
    {
        if (!OperationKinds.IsOfClient(kind))
            throw new ArgumentException($"{kind} is no operation of a client", nameof(kind));
        if (kind == OperationKind.Change && Change.Read(value) is null)
            throw new ArgumentException("this is no encoded Change", nameof(value));
        lock (_lock)
        {
            _operations.Add(new HistoryOperation(client, kind, key, value, _clock++));
            return _operations.Count - 1;
        }
    }

    /// <summary>
    /// The operation ended so. A status that leaves the outcome open keeps it open; one that says that nothing was
    /// executed takes the operation out. An Ok with an empty value also stands for a missing key, for clients that
    /// cannot tell. The Ok of a Look or a Change has an encoded <see cref="Finding"/>.
    /// </summary>
    public void Respond(int operation, CallStatus status, Bytes value)
    {
        lock (_lock)
        {
            var done = _operations[operation];
            if (done.Outcome != Outcome.Open)
                throw new InvalidOperationException(
                    $"operation {operation} ({done}) was answered before; each is answered once"
                );
            switch (status)
            {
                case CallStatus.Ok or CallStatus.Missing:
                    if (done.Finds)
                        (done.Found, value) = FindingIn(value);
                    done.Outcome = Outcome.Known;
                    done.Return = _clock++;
                    if (done.Finds)
                        done.Result = ObservedOf(done.Key, value);
                    else if (done.Observes)
                        done.Result = status == CallStatus.Missing ? Observed.Nothing : ObservedOf(done.Key, value);
                    break;
                case CallStatus.DeadlinePassed or CallStatus.Cancelled or CallStatus.SessionExpired:
                    done.Outcome = Outcome.Unknown;
                    break;
                default:
                    done.Outcome = Outcome.Never;
                    break;
            }
        }
    }

    /// <summary>For people: every operation on a line, in the order in which they were asked for.</summary>
    public void WriteTo(TextWriter writer)
    {
        lock (_lock)
        {
            foreach (var operation in _operations)
                writer.WriteLine(operation);
        }
    }

    /// <summary>The operations of each key that can have had an effect or were answered.</summary>
    internal Dictionary<Bytes, List<HistoryOperation>> ByKey()
    {
        lock (_lock)
        {
            var keys = new Dictionary<Bytes, List<HistoryOperation>>();
            foreach (var operation in _operations)
            {
                var known = operation.Outcome == Outcome.Known;
                if (!known && (operation.Outcome == Outcome.Never || OperationKinds.IsRead(operation.Kind)))
                    continue;
                if (!keys.TryGetValue(operation.Key, out var list))
                    keys.Add(operation.Key, list = []);
                list.Add(operation);
            }
            return keys;
        }
    }

    private static (Finding Found, Bytes Value) FindingIn(Bytes answer)
    {
        try
        {
            var found = Finding.Read(answer);
            return (found with { Value = default }, found.Value);
        }
        catch (Exception failure) when (failure is WireFormatException or UnknownValueException)
        {
            throw new ArgumentException("this is no encoded Finding", nameof(answer), failure);
        }
    }

    private Observed ObservedOf(Bytes key, Bytes value)
    {
        if (!_observed.TryGetValue(key, out var values) || !values.TryShare(value.Span))
        {
            _observed[key] = values = new ObservedBuffer();
            values.TryShare(value.Span);
        }
        return new Observed(values, value.Length);
    }
}

internal enum Outcome : byte
{
    /// <summary>No answer yet; if none comes, the same as unknown.</summary>
    Open,

    Known,

    /// <summary>It may take effect at any later time, or never.</summary>
    Unknown,

    Never,
}

/// <summary>One operation of a history, from its invocation to its answer.</summary>
internal sealed class HistoryOperation(long client, OperationKind kind, Bytes key, Bytes value, int invoke)
{
    public long Client { get; } = client;

    public OperationKind Kind { get; } = kind;

    public Bytes Key { get; } = key;

    public Bytes Value { get; } = value;

    public int Invoke { get; } = invoke;

    public int Return { get; set; } = int.MaxValue;

    public Outcome Outcome { get; set; }

    /// <summary>The value that a Get read, that a PutHash found, or that is in a <see cref="Finding"/>.</summary>
    public Observed Result { get; set; }

    public Change Change { get; } = kind == OperationKind.Change ? Protocol.Change.Read(value)!.Value : default;

    /// <summary>The answer of a Look or a Change; its value is the <see cref="Result"/>.</summary>
    public Finding Found { get; set; }

    public bool Observes => Kind is OperationKind.Get or OperationKind.PutHash;

    public bool Finds => Kind is OperationKind.Look or OperationKind.Change;

    /// <summary>Whether it may have changed something.</summary>
    public bool MayWrite =>
        !OperationKinds.IsRead(Kind)
        && (Kind != OperationKind.Change || Outcome != Outcome.Known || Found.Outcome == ChangeOutcome.Done);

    public override string ToString()
    {
        var argument =
            OperationKinds.IsRead(Kind) ? ""
            : Kind == OperationKind.Change ? ChangeText.Of(Change)
            : $" {Shorten(Value)}";
        var result =
            Outcome != Outcome.Known ? " → ?"
            : Finds ? $" → {ChangeText.Of(this)}"
            : Observes ? $" → {Result}"
            : "";
        var end = Return == int.MaxValue ? "…" : Return.ToString();
        return $"[{Invoke}–{end}] client {Client}: {Kind} {Key}{argument}{result}";
    }

    internal static string Shorten(Bytes value)
    {
        var text = value.ToString();
        return text.Length <= 40 ? $"\"{text}\"" : $"\"{text[..12]}…{text[^24..]}\" ({value.Length} bytes)";
    }
}
