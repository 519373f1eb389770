namespace PbKv.Bench.Core;

/// <summary>Puts and gets of the store by itself.</summary>
internal static class StoreBench
{
    public static void Run(Table table)
    {
        foreach (var count in (int[])[10_000, 1_000_000, 10_000_000])
            Run(table, count);
        Clones(table);
    }

    private static void Run(Table table, int count)
    {
        var part = $"store, {count:N0} keys of {Load.KeyBytes} bytes, values of {Load.ValueBytes}";
        var keys = Load.Keys(count);
        var values = Load.Values();
        var operations = Math.Max(1_000_000, count / 4);
        var store = new KvStore();
        table.Rate(
            part,
            "first put of every key",
            count,
            () =>
            {
                store = new KvStore();
                for (var i = 0; i < count; i++)
                    store.Put(keys[Load.Scatter(i, count)], values[i & 255]);
            },
            runs: 1
        );
        var at = 0;
        table.Rate(
            part,
            "put, overwriting at random",
            operations,
            () =>
            {
                for (var i = 0; i < operations; i++, at++)
                    store.Put(keys[Load.Scatter(at, count)], values[(i + 7) & 255]);
            }
        );
        table.Rate(
            part,
            "get",
            operations,
            () =>
            {
                for (var i = 0; i < operations; i++, at++)
                    Invariant.Assert(store.TryGet(keys[Load.Scatter(at, count)], out _), "a key is gone");
            }
        );
        StoreSnapshot? snapshot = null;
        table.Rate(
            part,
            "put, first ones after a snapshot",
            Math.Min(count, operations),
            () =>
            {
                snapshot = store.Snapshot();
                for (var i = 0; i < Math.Min(count, operations); i++, at++)
                    store.Put(keys[Load.Scatter(at, count)], values[i & 255]);
            }
        );
        table.Rate(
            part,
            "cursor through a snapshot",
            count,
            () =>
            {
                for (var cursor = snapshot!.Cursor(); cursor.MoveNext(); )
                    _ = cursor.Current;
            },
            runs: 1
        );
        MemoryBench.FullCollection(table, part);
        GC.KeepAlive(store);
    }

    private static void Clones(Table table)
    {
        const int Count = 1_000_000;
        var keys = Load.Keys(3);
        var values = Load.Values();
        var store = new KvStore();
        for (var i = 0; i <= 3; i++)
        {
            var line = store;
            table.Rate(
                "store, as the model checker uses it",
                $"clone of {i} keys",
                Count,
                () =>
                {
                    for (var j = 0; j < Count; j++)
                        _ = line.Clone();
                }
            );
            table.Rate(
                "store, as the model checker uses it",
                $"clone of {i} keys, and a put into it",
                Count,
                () =>
                {
                    for (var j = 0; j < Count; j++)
                        line.Clone().Put(keys[0], Bytes.Empty);
                }
            );
            if (i < 3)
                store.Put(keys[i], values[i]);
        }
    }
}
