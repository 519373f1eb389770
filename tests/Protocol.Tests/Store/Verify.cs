namespace PbKv.Protocol.Tests.Store;

/// <summary>Comparisons of the structures with plain collections.</summary>
internal static class Verify
{
    public static void Same(Dictionary<Bytes, Bytes> model, KvStore store) => Same(WithoutRevisions(model), store);

    public static void Same(Dictionary<Bytes, Bytes> model, StoreSnapshot snapshot) =>
        Same(WithoutRevisions(model), snapshot);

    public static void Same(Dictionary<Bytes, Entry> model, KvStore store)
    {
        Same(model, store.Snapshot());
        Assert.Equal(model.Count, store.Count);
        ulong revisions = 0;
        foreach (var (key, entry) in model)
        {
            Assert.Equal(entry, store.Look(key));
            revisions += entry.Revisions.DigestOf(Hashing.Hash64(key.Span));
        }
        Assert.Equal(revisions, store.RevisionDigest);
        Assert.Null(store.Look(Bytes.Utf8("no such key")));
    }

    public static void Same(Dictionary<Bytes, Entry> model, StoreSnapshot snapshot)
    {
        Assert.Equal(model.Count, snapshot.Count);
        Assert.Equal(model.Sum(entry => (long)entry.Key.Length + entry.Value.Value.Length), snapshot.ByteCount);
        var entries = All(snapshot.Cursor());
        Assert.Equal(model.Count, entries.Count);
        ulong digest = 0;
        foreach (var entry in entries)
        {
            Assert.True(model.TryGetValue(entry.Key, out var value));
            Assert.Equal(value, entry);
            digest += Record.DigestOf(Hashing.Hash64(entry.Key.Span), entry.Value.Span);
        }
        Assert.Equal(entries.Count, entries.Select(entry => entry.Key).Distinct().Count());
        Assert.Equal(digest, snapshot.Digest);
        Assert.False(snapshot.TryGet(Bytes.Utf8("no such key"), out _));
    }

    private static Dictionary<Bytes, Entry> WithoutRevisions(Dictionary<Bytes, Bytes> model) =>
        model.ToDictionary(entry => entry.Key, entry => new Entry(entry.Key, entry.Value));

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
