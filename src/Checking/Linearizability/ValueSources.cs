using PbKv.Protocol;

namespace PbKv.Checking;

/// <summary>
/// Knows for every read from which Put or PutHash its value can have come. An order that has used them all up, and whose
/// present value the read cannot have grown out of either, leads nowhere.
/// </summary>
internal sealed class ValueSources
{
    private const int TooMany = 64;

    private readonly Dictionary<(int, ulong), List<SearchOperation>> _resets = [];
    private readonly List<SearchOperation> _openPutHashes = [];
    private readonly int[] _lengths;

    public ValueSources(List<SearchOperation> operations)
    {
        foreach (var operation in operations.Where(operation => operation.Resets))
        {
            if (operation.Fixed is not { } value)
            {
                _openPutHashes.Add(operation);
                continue;
            }
            if (!_resets.TryGetValue((value.Length, value.Hash), out var list)) _resets.Add((value.Length, value.Hash), list = []);
            list.Add(operation);
        }
        _lengths = [.. _resets.Keys.Select(key => key.Item1).Distinct().Order()];
        foreach (var read in operations.Where(operation => operation.Observes)) read.Sources = SourcesOf(read);
    }

    public bool CanStillFind(SearchOperation read, in KeyState state)
    {
        if (read.Result.StartsWith(state) || read.Sources is null) return true;
        foreach (var source in read.Sources)
        {
            if (!source.Ordered) return true;
        }
        if (!BeginsWithNumber(read.Result)) return false;
        foreach (var open in _openPutHashes)
        {
            if (!open.Ordered && open.Invoke < read.Return) return true;
        }
        return false;
    }

    private static bool BeginsWithNumber(Observed value) => value.Length > 0 && char.IsAsciiDigit((char)value.Span[0]);

    private SearchOperation[]? SourcesOf(SearchOperation read)
    {
        var sources = new List<SearchOperation>();
        foreach (var length in _lengths)
        {
            if (length > read.Result.Length) break;
            var hash = length == 0 ? 0 : read.Result.Buffer!.HashOfFirst(length);
            if (!_resets.TryGetValue((length, hash), out var resets)) continue;
            foreach (var reset in resets)
            {
                if (reset.Invoke < read.Return && reset != read) sources.Add(reset);
                if (sources.Count > TooMany) return null;
            }
        }
        return [.. sources];
    }
}
