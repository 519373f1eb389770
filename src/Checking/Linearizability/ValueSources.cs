namespace PbKv.Checking;

/// <summary>
/// Knows for every read from which Put, PutHash or Change its value can have come. An order that has used them all up,
/// and whose present value the read cannot have grown out of either, leads nowhere.
/// </summary>
internal sealed class ValueSources
{
    private const int TooMany = 64;

    private readonly Dictionary<(int, ulong), List<SearchOperation>> _resets = [];
    private readonly List<SearchOperation> _openNumbers = [];
    private readonly List<SearchOperation> _deletes;
    private readonly int[] _lengths;
    private readonly AppendPieces _pieces;

    public ValueSources(List<SearchOperation> operations, int appendsAhead = 1)
    {
        foreach (var operation in operations.Where(operation => operation.Resets))
        {
            if (operation.Fixed is not { } value)
            {
                _openNumbers.Add(operation);
                continue;
            }
            if (!_resets.TryGetValue((value.Length, value.Hash), out var list))
                _resets.Add((value.Length, value.Hash), list = []);
            list.Add(operation);
        }
        _deletes = operations.FindAll(operation => operation.Deletes);
        _lengths = [.. _resets.Keys.Select(key => key.Item1).Distinct().Order()];
        _pieces = new AppendPieces(operations, appendsAhead);
        var reads = operations.Where(operation => operation.Observes).ToList();
        foreach (var read in reads)
            read.Sources = SourcesOf(read);
        // What an unanswered PutHash stores may show anything that was there before it.
        if (_openNumbers.Count == 0)
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
        if (
            _deletes.Count > 0
            && _pieces.CanGoOn(read, 0)
            && _deletes.Exists(delete => !delete.Ordered && delete.Invoke < read.Return)
        )
            return true;
        if (!BeginsWithNumber(read.Result))
            return false;
        foreach (var open in _openNumbers)
        {
            if (!open.Ordered && open.Invoke < read.Return)
                return true;
        }
        return false;
    }

    /// <summary>Tells every write in which reads it may show.</summary>
    public void FindReaders(List<SearchOperation> operations)
    {
        foreach (var read in operations.Where(operation => operation is { Observes: true, Sources: not null }))
        {
            foreach (var write in read.Sources!.Concat(_pieces.Within(read)))
            {
                if (write.Readers.Count < TooMany)
                    write.Readers.Add(read);
            }
        }
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

    private static bool BeginsWithNumber(Observed value) =>
        value.Length > 0 && (char)value.Span[0] is '-' or (>= '0' and <= '9');

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
    /// <summary>Null: everything can matter.</summary>
    private readonly ToldBeginnings? _read;

    public UnknownFilter(List<SearchOperation> operations)
    {
        var unknown = operations.Where(operation => !operation.Known).ToList();
        // What an unanswered PutHash stores depends on what it found, so that its reader shows nothing of it directly.
        if (unknown.Count == 0 || unknown.Any(operation => operation.Kind == OperationKind.PutHash))
            return;
        _read = ToldBeginnings.Of(
            operations.Where(operation => operation.Observes).Select(read => (read.Result, read.Return))
        );
    }

    public bool CanMatter(in KeyState state, int now) => _read is null || _read.Begins(state, now);
}

/// <summary>Hash of the beginning of a value that somebody was told → until when somebody was.</summary>
internal sealed class ToldBeginnings
{
    private const long MaxPlaces = 8_000_000;

    private readonly Dictionary<(int, ulong), int> _last = [];

    private ToldBeginnings() { }

    /// <returns>Null where they are too many.</returns>
    public static ToldBeginnings? Of(IEnumerable<(Observed Value, int Until)> told)
    {
        var buffers = told.Where(told => told.Value.Buffer is not null).GroupBy(told => told.Value.Buffer!).ToList();
        if (buffers.Sum(group => (long)group.Max(told => told.Value.Length)) > MaxPlaces)
            return null;
        var beginnings = new ToldBeginnings();
        foreach (var group in buffers)
            beginnings.Add(group.Key, [.. group.OrderByDescending(told => told.Value.Length)]);
        return beginnings;
    }

    public bool Begins(in KeyState state, int now) =>
        _last.TryGetValue((state.Length, state.Hash), out var last) && last >= now;

    private void Add(ObservedBuffer buffer, List<(Observed Value, int Until)> longestFirst)
    {
        var last = -1;
        var next = 0;
        for (var length = longestFirst[0].Value.Length; length >= 0; length--)
        {
            while (next < longestFirst.Count && longestFirst[next].Value.Length >= length)
                last = Math.Max(last, longestFirst[next++].Until);
            var key = (length, length == 0 ? 0 : buffer.HashOfFirst(length));
            _last[key] = _last.TryGetValue(key, out var known) ? Math.Max(known, last) : last;
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
    private const long FewPlaces = 5_000;

    private readonly Dictionary<(int Length, ulong Hash), List<SearchOperation>> _appends = [];
    private readonly (int Length, ulong Power)[] _lengths;

    private readonly int _ahead;

    /// <param name="ahead">How many appends in a row are looked for.</param>
    public AppendPieces(IEnumerable<SearchOperation> operations, int ahead)
    {
        _ahead = ahead;
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
    public bool CanGoOn(SearchOperation read, int from) => CanGoOn(read, from, _ahead);

    private bool CanGoOn(SearchOperation read, int from, int ahead)
    {
        if (from >= read.Result.Length || ahead == 0)
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
                if (append.Ordered || append.Invoke >= read.Return)
                    continue;
                if (CanGoOn(read, from + length, ahead - 1))
                    return true;
                break;
            }
        }
        return false;
    }

    /// <summary>The appends whose value is part of what was read, where they are few.</summary>
    public IEnumerable<SearchOperation> Within(SearchOperation read)
    {
        if ((long)read.Result.Length * _lengths.Length > FewPlaces)
            yield break;
        foreach (var (length, power) in _lengths)
        {
            for (var from = 0; length > 0 && from + length <= read.Result.Length; from++)
            {
                if (!_appends.TryGetValue((length, HashAt(read.Result.Buffer!, from, length, power)), out var appends))
                    continue;
                if (appends.Count > TooMany)
                    continue;
                foreach (var append in appends.Where(append => append.Invoke < read.Return))
                    yield return append;
            }
        }
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
