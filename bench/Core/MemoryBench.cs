namespace PbKv.Bench.Core;

/// <summary>Memory on top of what keys, values and results need themselves.</summary>
internal static class MemoryBench
{
    public static void Run()
    {
        const int Count = 1_000_000;
        var keys = Load.Keys(Count);
        var values = Load.Values();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var store = new KvStore();
        for (var i = 0; i < Count; i++)
            store.Put(keys[i], values[i & 255]);
        Store(store, before, "after the first put of each");
        for (var i = 0; i < 3 * Count; i++)
            store.Put(keys[Load.Scatter(i, Count)], values[i & 255]);
        Store(store, before, "after three more puts of each, scattered");
        GC.KeepAlive(keys);

        const int Sessions = 100_000;
        before = GC.GetTotalMemory(forceFullCollection: true);
        var sessions = new SessionTable();
        for (long i = 0; i < Sessions; i++)
            sessions.Open(i * 37);
        Line("sessions, 100,000", "idle", GC.GetTotalMemory(forceFullCollection: true) - before, Sessions);
        for (long i = 0; i < Sessions; i++)
            sessions.Edit(i * 37).Record(new OperationResult(1, ResultStatus.Ok, default));
        Line(
            "sessions, 100,000",
            "with one result each",
            GC.GetTotalMemory(forceFullCollection: true) - before,
            Sessions
        );
        GC.KeepAlive(sessions);
    }

    private static void Store(KvStore store, long before, string what)
    {
        var used = GC.GetTotalMemory(forceFullCollection: true) - before - store.ByteCount;
        Line($"memory on top of keys and values, {store.Count:N0} entries", what, used, store.Count);
        GC.KeepAlive(store);
    }

    private static void Line(string part, string what, long bytes, long count) =>
        Console.WriteLine($"{part}, {what}: {(double)bytes / count:0.0} bytes each");
}
