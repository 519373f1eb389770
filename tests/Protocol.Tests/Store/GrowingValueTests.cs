namespace PbKv.Protocol.Tests.Store;

public class GrowingValueTests(Xunit.Abstractions.ITestOutputHelper output)
{
    [Fact]
    public void The_digest_knows_growing_values_and_to_ask_for_it_writes_nothing()
    {
        var (store, plain) = (new KvStore(), new KvStore());
        var (key, value) = (Bytes.Utf8("key"), new Bytes(new byte[5000]));
        store.Put(key, value);
        for (var i = 0; i < 50; i++)
        {
            store.Append(key, Bytes.Utf8($"{i}"));
            value = Bytes.Concat(value, Bytes.Utf8($"{i}"));
            plain.Put(key, value);
            var (written, capacity) = (store.Written, store.Capacity);
            Assert.Equal(plain.Digest, store.Digest);
            Assert.Equal((written, capacity), (store.Written, store.Capacity));
        }
        store.Put(key, value);
        Assert.Equal(plain.Digest, store.Digest);
    }

    [Fact]
    public void Growing_values_of_keys_with_one_hash_are_told_apart()
    {
        var store = new KvStore();
        var keys = Enumerable.Range(1, 3).Select(i => Collisions.Key((ulong)i, 42)).ToArray();
        var model = new Dictionary<Bytes, byte[]>();
        for (byte i = 0; i < 12; i++)
        {
            var (key, tail) = (keys[i % 3], new byte[GrowingValues.WorthIt + i]);
            model[key] = [.. model.GetValueOrDefault(key, []), .. tail];
            Assert.Equal(model[key].Length, store.Append(key, new Bytes(tail)));
        }
        Verify(model, store);
    }

    [Fact]
    public void Thousands_of_appends_to_a_large_value_cost_what_they_add()
    {
        const int Large = 1 << 20;
        const int Appends = 10_000;
        var store = new KvStore();
        var (key, other) = (Bytes.Utf8("k"), Bytes.Utf8("another"));
        store.Put(key, new Bytes(new byte[Large]));
        store.Put(other, new Bytes(new byte[Large]));
        var tail = Bytes.Utf8("0123456789");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i <= Appends; i++)
        {
            Assert.Equal(Large + (i * tail.Length), store.Append(key, tail));
            store.Append(other, tail);
            Assert.True(store.TryGet(key, out var value) && value.Length == Large + (i * tail.Length));
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 * Large);
        Assert.Equal(1 + 7 + (2 * (Large + (Appends * tail.Length))), store.ByteCount);
    }

    [Fact]
    public void What_was_read_of_a_value_stays_as_it_was_while_the_value_grows()
    {
        var store = new KvStore();
        var key = Bytes.Utf8("k");
        store.Put(key, new Bytes(new byte[GrowingValues.WorthIt]));
        var read = new List<Bytes>();
        for (byte i = 0; i < 200; i++)
        {
            store.Append(key, new Bytes([i, i, i]));
            Assert.True(store.TryGet(key, out var value));
            read.Add(value);
        }
        for (var i = 0; i < read.Count; i++)
        {
            var tail = read[i].Span[GrowingValues.WorthIt..].ToArray();
            Assert.Equal(Enumerable.Range(0, i + 1).SelectMany(n => new[] { (byte)n, (byte)n, (byte)n }), tail);
        }
    }

    [Fact]
    public void Whatever_is_appended_put_copied_and_looked_at_contents_and_digest_are_those_of_a_plain_store()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var model = new Dictionary<Bytes, byte[]>();
        var store = new KvStore();
        for (var step = 0; step < 20_000; step++)
        {
            // More keys than may grow at once, of which a few are met often.
            var key = Bytes.Utf8($"key {random.Next(random.Next(1, 40))}");
            var value = new byte[random.Next(random.Next(10) == 0 ? 5000 : 30)];
            random.NextBytes(value);
            if (random.Next(40) == 0)
            {
                store.Put(key, new Bytes(value));
                model[key] = value;
            }
            else
            {
                byte[] longer = [.. model.GetValueOrDefault(key, []), .. value];
                if (longer.Length > 20_000)
                    continue;
                Assert.Equal(longer.Length, store.Append(key, new Bytes(value)));
                model[key] = longer;
            }
            if (random.Next(10) == 0)
                Assert.True(store.TryGet(key, out var held) && held.Span.SequenceEqual(model[key]));
            if (random.Next(200) == 0)
                Verify(model, store);
            if (random.Next(500) == 0)
            {
                var left = store;
                store = store.Clone();
                left.Append(key, Bytes.Utf8("goes its own way"));
            }
        }
        Verify(model, store);
    }

    private static void Verify(Dictionary<Bytes, byte[]> model, KvStore store)
    {
        var plain = new KvStore();
        foreach (var (key, value) in model)
            plain.Put(key, new Bytes(value));
        Assert.Equal((plain.Count, plain.ByteCount), (store.Count, store.ByteCount));
        var snapshot = store.Snapshot();
        Assert.Equal(plain.Digest, snapshot.Digest);
        Assert.Equal(plain.Digest, store.Digest);
        foreach (var (key, value) in model)
            Assert.True(snapshot.TryGet(key, out var held) && held.Span.SequenceEqual(value));
    }
}
