using System.Runtime.InteropServices;

namespace PbKv.Bench.Core;

/// <summary>
/// The whole way of a put through primary and backup and back to the clerk, on one core: two servers joined by direct
/// calls, with no network, no clerk node and no wire format.
/// </summary>
internal static class PathBench
{
    private const int BatchSize = 64;
    private const int Sessions = 16;
    private const int Operations = 2_000_000;

    public static void Run(Table table)
    {
        foreach (var keys in (int[])[10_000, 1_000_000])
            Run(table, keys);
    }

    private static void Run(Table table, int keyCount)
    {
        var keys = Load.Keys(keyCount);
        var values = Load.Values();
        var pair = new Pair();
        var part = $"primary, backup, primary: puts of batches of {BatchSize}, {keyCount:N0} keys, {Sessions} sessions";
        var sessions = Enumerable.Range(0, Sessions).Select(_ => pair.OpenSession()).ToArray();
        var sequences = new long[Sessions];
        var at = 0;
        // Requests of several clerks are there at once, as on a busy server: a forward carries what gathered.
        table.Rate(
            part,
            "puts",
            Operations,
            () =>
            {
                for (var i = 0; i < Operations; i += BatchSize)
                {
                    var who = i / BatchSize % Sessions;
                    var floor = sequences[who] + 1;
                    var operations = new Operation[BatchSize];
                    for (var j = 0; j < BatchSize; j++, at++)
                        operations[j] = new Operation(
                            OperationKind.Put,
                            ++sequences[who],
                            keys[Load.Scatter(at, keyCount)],
                            values[at & 255]
                        );
                    pair.Put(sessions[who], floor, ImmutableCollectionsMarshal.AsImmutableArray(operations));
                    if (who == Sessions - 1)
                        pair.Settle();
                }
                pair.Settle();
            }
        );
        pair.MustBeEqual();
    }
}
