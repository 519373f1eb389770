namespace PbKv.Protocol.Tests.Store;

/// <summary>Comparisons of the structures with plain collections.</summary>
internal static class Verify
{
    public static void Same(Dictionary<Bytes, Bytes> model, KvStore store)
    {
        Same(model, store.Snapshot());
        Assert.Equal(model.Count, store.Count);
        foreach (var (key, value) in model)
        {
            Assert.True(store.TryGet(key, out var found));
            Assert.Equal(value, found);
        }
        Assert.False(store.TryGet(Bytes.Utf8("no such key"), out _));
    }

    public static void Same(Dictionary<Bytes, Bytes> model, StoreSnapshot snapshot)
    {
        Assert.Equal(model.Count, snapshot.Count);
        Assert.Equal(model.Sum(entry => (long)entry.Key.Length + entry.Value.Length), snapshot.ByteCount);
        var entries = All(snapshot.Cursor());
        Assert.Equal(model.Count, entries.Count);
        ulong digest = 0;
        foreach (var entry in entries)
        {
            Assert.True(model.TryGetValue(entry.Key, out var value));
            Assert.Equal(value, entry.Value);
            digest += Record.DigestOf(Hashing.Hash64(entry.Key.Span), entry.Value.Span);
        }
        Assert.Equal(entries.Count, entries.Select(entry => entry.Key).Distinct().Count());
        Assert.Equal(digest, snapshot.Digest);
        Assert.False(snapshot.TryGet(Bytes.Utf8("no such key"), out _));
    }

    public static List<Entry> All(StoreCursor cursor)
    {
        var entries = new List<Entry>();
        while (cursor.MoveNext())
            entries.Add(cursor.Current);
        return entries;
    }
}

/// <summary>Seeds of randomized tests: random, or the one in PBKV_TEST_SEED.</summary>
internal static class Seeds
{
    public static int Next() =>
        int.TryParse(Environment.GetEnvironmentVariable("PBKV_TEST_SEED"), out var seed) ? seed : Random.Shared.Next();
}
