using PbKv.Protocol;

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
