using PbKv.Protocol;

namespace PbKv.Checking;

/// <summary>
/// An operation of unknown outcome is worth being put into the order only if somebody later reads a value that grew out
/// of it: otherwise an order without it explains as much. Without this, a few dozen of them would be tried in all
/// combinations.
/// </summary>
internal sealed class UnknownFilter
{
    private const long MaxPlaces = 8_000_000;

    /// <summary>
    /// Hash of the beginning of a value that was read → the last answer of a read that shows it. Null: everything can
    /// matter.
    /// </summary>
    private readonly Dictionary<(int, ulong), int>? _lastRead;

    public UnknownFilter(List<SearchOperation> operations)
    {
        var unknown = operations.Where(operation => !operation.Known).ToList();
        // What an unanswered PutHash stores depends on what it found, so that its reader shows nothing of it directly.
        if (unknown.Count == 0 || unknown.Any(operation => operation.Kind == OperationKind.PutHash))
            return;
        var reads = operations.Where(operation => operation.Observes && operation.Result.Buffer is not null).ToList();
        var buffers = reads.GroupBy(read => read.Result.Buffer!).ToList();
        if (buffers.Sum(group => (long)group.Max(read => read.Result.Length)) > MaxPlaces)
            return;
        _lastRead = [];
        foreach (var group in buffers)
            AddBeginnings(_lastRead, group.Key, [.. group.OrderByDescending(read => read.Result.Length)]);
    }

    public bool CanMatter(in KeyState state, int now) =>
        _lastRead is null || (_lastRead.TryGetValue((state.Length, state.Hash), out var last) && last >= now);

    private static void AddBeginnings(
        Dictionary<(int, ulong), int> lastRead,
        ObservedBuffer buffer,
        List<SearchOperation> longestFirst
    )
    {
        var last = -1;
        var next = 0;
        for (var length = longestFirst[0].Result.Length; length >= 0; length--)
        {
            while (next < longestFirst.Count && longestFirst[next].Result.Length >= length)
                last = Math.Max(last, longestFirst[next++].Return);
            var key = (length, length == 0 ? 0 : buffer.HashOfFirst(length));
            lastRead[key] = lastRead.TryGetValue(key, out var known) ? Math.Max(known, last) : last;
        }
    }
}
