using PbKv.Protocol;

namespace PbKv.Checking;

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
