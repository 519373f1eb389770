using PbKv.Protocol;

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
    private readonly Dictionary<Bytes, ObservedValues> _observed = [];
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
                        done.Result = status == CallStatus.Missing ? Observed.Nothing : ObservedOf(done.Key).Add(value);
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

    private ObservedValues ObservedOf(Bytes key)
    {
        if (!_observed.TryGetValue(key, out var values))
            _observed.Add(key, values = new ObservedValues());
        return values;
    }
}
