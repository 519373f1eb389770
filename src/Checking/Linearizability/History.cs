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

    /// <summary>A client asks for an operation (Get, Put, PutHash or Append).</summary>
    /// <returns>The operation's number, to be given with its answer.</returns>
    public int Invoke(long client, OperationKind kind, Bytes key, Bytes value)
    {
        if (kind is not (OperationKind.Get or OperationKind.Put or OperationKind.PutHash or OperationKind.Append))
            throw new ArgumentException(
                $"{kind} is no operation of a client; a history takes Get, Put, PutHash and Append",
                nameof(kind)
            );
        lock (_lock)
        {
            _operations.Add(new HistoryOperation(client, kind, key, value, _clock++));
            return _operations.Count - 1;
        }
    }

    /// <summary>
    /// The operation ended so. A status that leaves the outcome open keeps it open; one that says that nothing was
    /// executed takes the operation out. An Ok with an empty value also stands for a missing key, for clients that
    /// cannot tell.
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
                    done.Outcome = Outcome.Known;
                    done.Return = _clock++;
                    if (done.Observes)
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
                if (!known && (operation.Outcome == Outcome.Never || operation.Kind == OperationKind.Get))
                    continue;
                if (!keys.TryGetValue(operation.Key, out var list))
                    keys.Add(operation.Key, list = []);
                list.Add(operation);
            }
            return keys;
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

    /// <summary>The value that a Get read, or that a PutHash found.</summary>
    public Observed Result { get; set; }

    public bool Observes => Kind is OperationKind.Get or OperationKind.PutHash;

    public override string ToString()
    {
        var argument = Kind == OperationKind.Get ? "" : $" {Shorten(Value)}";
        var result =
            Outcome != Outcome.Known ? " → ?"
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
