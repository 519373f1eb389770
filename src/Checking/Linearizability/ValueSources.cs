namespace PbKv.Checking;

/// <summary>
/// Knows for every read from which Put or PutHash its value can have come. An order that has used them all up, and
/// whose present value the read cannot have grown out of either, leads nowhere.
/// </summary>
internal sealed class ValueSources
{
    private const int TooMany = 64;

    private readonly Dictionary<(int, ulong), List<SearchOperation>> _resets = [];
    private readonly List<SearchOperation> _openPutHashes = [];
    private readonly int[] _lengths;
    private readonly AppendPieces _pieces;

    public ValueSources(List<SearchOperation> operations)
    {
        foreach (var operation in operations.Where(operation => operation.Resets))
        {
            if (operation.Fixed is not { } value)
            {
                _openPutHashes.Add(operation);
                continue;
            }
            if (!_resets.TryGetValue((value.Length, value.Hash), out var list))
                _resets.Add((value.Length, value.Hash), list = []);
            list.Add(operation);
        }
        _lengths = [.. _resets.Keys.Select(key => key.Item1).Distinct().Order()];
        _pieces = new AppendPieces(operations);
        var reads = operations.Where(operation => operation.Observes).ToList();
        foreach (var read in reads)
            read.Sources = SourcesOf(read);
        // What an unanswered PutHash stores may show anything that was there before it.
        if (_openPutHashes.Count == 0)
            MarkUnseen(operations, reads);
    }

    public bool CanStillFind(SearchOperation read, in KeyState state)
    {
        if (read.Sources is null || (read.Result.StartsWith(state) && _pieces.CanGoOn(read, state.Length)))
            return true;
        foreach (var source in read.Sources)
        {
            if (!source.Ordered && _pieces.CanGoOn(read, source.Fixed!.Value.Length))
                return true;
        }
        if (!BeginsWithNumber(read.Result))
            return false;
        foreach (var open in _openPutHashes)
        {
            if (!open.Ordered && open.Invoke < read.Return)
                return true;
        }
        return false;
    }

    private void MarkUnseen(List<SearchOperation> operations, List<SearchOperation> reads)
    {
        if (reads.Exists(read => read.Sources is null))
            return;
        var shown = reads.SelectMany(read => read.Sources!).ToHashSet();
        foreach (var put in operations.Where(operation => operation is { Kind: OperationKind.Put, Known: true }))
            put.Unseen = !shown.Contains(put);
        _pieces.MarkUnseen(reads);
    }

    private static bool BeginsWithNumber(Observed value) => value.Length > 0 && char.IsAsciiDigit((char)value.Span[0]);

    private SearchOperation[]? SourcesOf(SearchOperation read)
    {
        var sources = new List<SearchOperation>();
        foreach (var length in _lengths)
        {
            if (length > read.Result.Length)
                break;
            var hash = length == 0 ? 0 : read.Result.Buffer!.HashOfFirst(length);
            if (!_resets.TryGetValue((length, hash), out var resets))
                continue;
            foreach (var reset in resets)
            {
                if (reset.Invoke < read.Return && reset != read)
                    sources.Add(reset);
                if (sources.Count > TooMany)
                    return null;
            }
        }
        return [.. sources];
    }
}

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

/// <summary>
/// The appended values of a key, by their hashes: tells whether a value that was read can go on where the present one
/// ends, and which appends no read shows.
/// </summary>
internal sealed class AppendPieces
{
    private const int TooMany = 64;
    private const long MaxPlaces = 2_000_000;

    private readonly Dictionary<(int Length, ulong Hash), List<SearchOperation>> _appends = [];
    private readonly (int Length, ulong Power)[] _lengths;

    public AppendPieces(IEnumerable<SearchOperation> operations)
    {
        foreach (var append in operations.Where(operation => operation.Kind == OperationKind.Append))
        {
            var key = (append.Value.Length, append.ValueHash);
            if (!_appends.TryGetValue(key, out var list))
                _appends.Add(key, list = []);
            list.Add(append);
        }
        _lengths =
        [
            .. _appends
                .Keys.Select(key => key.Length)
                .Distinct()
                .Order()
                .Select(length => (length, PolynomialHash.Power(length))),
        ];
    }

    /// <summary>
    /// Whether some append that is not in order yet makes of the first bytes of the value more of it.
    /// </summary>
    public bool CanGoOn(SearchOperation read, int from)
    {
        if (from >= read.Result.Length)
            return true;
        foreach (var (length, power) in _lengths)
        {
            if (length == 0)
                continue;
            if (from + length > read.Result.Length)
                break;
            if (!_appends.TryGetValue((length, HashAt(read.Result.Buffer!, from, length, power)), out var appends))
                continue;
            if (appends.Count > TooMany)
                return true;
            foreach (var append in appends)
            {
                if (!append.Ordered && append.Invoke < read.Return)
                    return true;
            }
        }
        return false;
    }

    /// <summary>Marks the known appends whose value is part of nothing that was read.</summary>
    public void MarkUnseen(IReadOnlyCollection<SearchOperation> reads)
    {
        var buffers = reads
            .Where(read => read.Result.Buffer is not null)
            .Select(read => read.Result.Buffer!)
            .Distinct()
            .ToList();
        if (buffers.Sum(buffer => (long)buffer.Length) * _lengths.Length > MaxPlaces)
            return;
        var seen = new HashSet<(int, ulong)>();
        foreach (var buffer in buffers)
        {
            foreach (var (length, power) in _lengths)
            {
                for (var from = 0; from + length <= buffer.Length; from++)
                {
                    var key = (length, HashAt(buffer, from, length, power));
                    if (_appends.ContainsKey(key))
                        seen.Add(key);
                }
            }
        }
        foreach (var (key, appends) in _appends)
        {
            if (key.Length == 0 || seen.Contains(key))
                continue;
            foreach (var append in appends)
                append.Unseen = append.Known;
        }
    }

    private static ulong HashAt(ObservedBuffer buffer, int from, int length, ulong power) =>
        PolynomialHash.Rest(buffer.HashOfFirst(from + length), buffer.HashOfFirst(from), power);
}
