using System.Runtime.InteropServices;

namespace PbKv.Protocol.Tests.Store;

public class KvStoreTests(Xunit.Abstractions.ITestOutputHelper output)
{
    [Fact]
    public void Equal_contents_have_equal_digests_and_the_same_order_however_they_came_about()
    {
        var random = new Random(Seed());
        var entries = Enumerable
            .Range(0, 5000)
            .Select(i => new Entry(Bytes.Utf8($"k{i}"), Bytes.Utf8($"v{i}")))
            .ToArray();
        var straight = new KvStore();
        foreach (var entry in entries)
            straight.Put(entry.Key, entry.Value);

        random.Shuffle(entries);
        var crooked = new KvStore();
        foreach (var entry in entries)
            crooked.Put(entry.Key, Bytes.Utf8("another"));
        crooked = crooked.Clone();
        random.Shuffle(entries);
        foreach (var entry in entries)
        {
            crooked.Put(entry.Key, Bytes.Empty);
            foreach (var letter in entry.Value.ToString())
                crooked.Append(entry.Key, Bytes.Utf8(letter.ToString()));
        }

        Assert.Equal(straight.Digest, crooked.Digest);
        Assert.Equal(straight.ByteCount, crooked.ByteCount);
        Assert.Equal(Verify.All(straight.Snapshot().Cursor()), Verify.All(crooked.Snapshot().Cursor()));
    }

    [Fact]
    public void Exchanged_values_and_shifted_borders_change_the_digest()
    {
        var digests = new[] { ("a", "1", "b", "2"), ("a", "2", "b", "1"), ("a1", "", "b", "2"), ("a", "", "b", "12") }
            .Select(e =>
            {
                var store = new KvStore();
                store.Put(Bytes.Utf8(e.Item1), Bytes.Utf8(e.Item2));
                store.Put(Bytes.Utf8(e.Item3), Bytes.Utf8(e.Item4));
                return store.Digest;
            })
            .ToList();
        Assert.Equal(4, digests.Distinct().Count());
        Assert.DoesNotContain(0UL, digests);
    }

    [Fact]
    public void The_digest_is_the_same_on_every_machine()
    {
        var store = new KvStore();
        store.Put(Bytes.Utf8("key"), Bytes.Utf8("value"));
        Assert.Equal(3202481166595888737UL, store.Digest);
        Assert.Equal(0UL, new KvStore().Digest);
    }

    [Fact]
    public void A_cursor_may_be_left_alone_and_copied_while_the_store_changes()
    {
        var store = new KvStore();
        for (var i = 0; i < 3000; i++)
            store.Put(Bytes.Utf8($"k{i}"), Bytes.Utf8($"v{i}"));
        var snapshot = store.Snapshot();
        var expected = Verify.All(snapshot.Cursor());
        var cursor = snapshot.Cursor();
        var seen = new List<Entry>();
        for (var i = 0; cursor.MoveNext(); i++)
        {
            seen.Add(cursor.Current);
            store.Put(Bytes.Utf8($"k{i}"), Bytes.Utf8("changed"));
            store.Put(Bytes.Utf8($"new{i}"), Bytes.Utf8("changed"));
            if (i % 500 == 0)
                Assert.Equal(expected.Skip(seen.Count), Verify.All(cursor.Clone()));
        }
        Assert.Equal(expected, seen);
        Assert.False(cursor.MoveNext());
        Assert.Equal(6000, store.Count);
    }

    [Fact]
    public void An_empty_store_has_nothing_to_go_through()
    {
        var store = new KvStore();
        Assert.False(store.Snapshot().Cursor().MoveNext());
        Assert.False(store.TryGet(Bytes.Utf8("k"), out _));
        Assert.Equal(0, store.Count);
    }

    [Fact]
    public void Keys_with_the_same_hash_are_told_apart()
    {
        var keys = Enumerable.Range(0, 600).Select(i => Collisions.Key((ulong)i + 1, 0x123456789ABCDEF0)).ToArray();
        Assert.Single(keys.Select(key => Hashing.Hash64(key.Span)).Distinct());
        VerifyKeys(keys);
    }

    [Fact]
    public void Keys_whose_hashes_differ_in_the_last_bits_alone_are_told_apart() =>
        VerifyKeys(
            Enumerable
                .Range(0, 600)
                .Select(i => Collisions.Key((ulong)i + 1, 0x123456789ABCDE00 + (ulong)(i % 200)))
                .ToArray()
        );

    [Fact]
    public void Keys_of_one_hash_are_gone_through_in_one_order_however_they_came()
    {
        Bytes[] keys =
        [
            .. Enumerable.Range(0, 200).Select(i => Collisions.Key((ulong)i * 77, 42)),
            .. Enumerable.Range(0, 200).Select(Key),
        ];
        var (upwards, downwards) = (new KvStore(), new KvStore());
        foreach (var key in keys)
            upwards.Put(key, key);
        foreach (var key in keys.Reverse())
            downwards.Put(key, key);
        Assert.Equal(keys.Length, Verify.All(upwards.Snapshot().Cursor()).Count);
        Assert.Equal(Verify.All(upwards.Snapshot().Cursor()), Verify.All(downwards.Snapshot().Cursor()));
    }

    [Fact]
    public void Several_operations_on_a_store_beyond_the_caches_are_looked_at_beforehand()
    {
        const int Worth = 4096;
        var store = new KvStore();
        for (var i = 1; i < Worth; i++)
            store.Put(Key(i), Key(i));
        Assert.Equal(0UL, Seen(1, 2));
        store.Put(Key(Worth), Key(Worth));
        Assert.Equal(0UL, Seen(1));
        Assert.NotEqual(0UL, Seen(1, 2));
        Assert.NotEqual(Digest(1, 1) ^ Digest(2, 2), Seen(1, 2));
        Assert.Equal(Seen(1, 3), Seen(1, 2) ^ Seen(2, 3));
        Assert.Equal(Seen(1, Worth + 1) ^ Seen(2, Worth + 1), Seen(1, 2));

        var before = Seen(1, 2);
        store.Put(Key(1), Key(9));
        Assert.Equal(before ^ Digest(1, 1) ^ Digest(1, 9), Seen(1, 2));

        ulong Seen(params int[] keys) =>
            store.Warm([.. keys.Select(i => new Operation(OperationKind.Get, 1, Key(i), default))]);

        static ulong Digest(int key, int value) => Record.DigestOf(Hashing.Hash64(Key(key).Span), Key(value).Span);
    }

    [Fact]
    public void A_large_value_is_handed_out_as_it_lies_there_and_stays_while_others_take_its_place()
    {
        var store = new KvStore();
        var (large, small) = (Bytes.Utf8("large"), Bytes.Utf8("small"));
        for (byte i = 0; i < 4; i++)
        {
            var value = new byte[1 << 18];
            value.AsSpan().Fill(i);
            store.Put(large, new Bytes([.. value, .. value], 0, value.Length));
            store.Put(small, new Bytes([i]));
            Assert.True(store.TryGet(large, out var read));
            Assert.True(store.TryGet(small, out var little));
            store.Put(large, new Bytes(new byte[1 << 18]));
            store.Put(small, new Bytes([99]));
            Assert.Equal((new Bytes(value), new Bytes([i])), (read, little));
            Assert.Equal(Record.HeaderBytes + 5 + value.Length, read.ArrayLength);
            Assert.InRange(little.ArrayLength, 1, i == 0 ? 1 : int.MaxValue);
            store.Snapshot();
        }
    }

    [Theory]
    [InlineData(RecordLog.FullSegment + 1, 0, true)]
    [InlineData(RecordLog.FullSegment, 0, false)]
    [InlineData(7 << 15, 1 << 15, true)]
    [InlineData(7 << 15, (1 << 15) + 8, false)]
    public void A_large_value_stays_where_it_came_unless_it_is_a_part_of_something_larger(
        int length,
        int beside,
        bool stays
    )
    {
        var store = new KvStore();
        var frame = new byte[beside + length];
        for (var i = 0; i < 20; i++)
            store.Put(Key(i), i == 7 ? new Bytes(frame, beside, length) : Key(i));
        Assert.True(store.TryGet(Key(7), out var value));
        Assert.Equal(new Bytes(new byte[length]), value);
        Assert.True(MemoryMarshal.TryGetArray(value.Memory, out var array));
        Assert.Equal(stays, ReferenceEquals(frame, array.Array));
    }

    [Fact]
    public void A_large_value_that_stays_where_it_came_is_appended_to_and_overwritten_like_any_other()
    {
        const int Length = 1 << 17;
        var (store, key) = (new KvStore(), Key(1));
        var value = new Bytes([.. Enumerable.Repeat((byte)'v', Length)]);
        store.Put(key, value);
        var (snapshot, clone) = (store.Snapshot(), store.Clone());
        for (var i = 1; i <= 3; i++)
            Assert.Equal(Length + i, store.Append(key, Bytes.Utf8("+")));
        Verify.Same(new Dictionary<Bytes, Bytes> { [key] = Bytes.Concat(value, Bytes.Utf8("+++")) }, store);
        store.Put(key, Bytes.Utf8("small"));
        Assert.InRange(store.Capacity, 1, 1000);
        Verify.Same(new Dictionary<Bytes, Bytes> { [key] = Bytes.Utf8("small") }, store);
        Verify.Same(new Dictionary<Bytes, Bytes> { [key] = value }, snapshot);
        Verify.Same(new Dictionary<Bytes, Bytes> { [key] = value }, clone);
    }

    [Fact]
    public void A_key_that_is_not_there_has_no_length_and_takes_its_own_room_too()
    {
        var store = new KvStore();
        var (key, none) = (Bytes.Utf8("key"), Bytes.Utf8("none"));
        store.Put(key, Bytes.Empty);
        Assert.Equal((0, -1), (store.LengthOf(key), store.LengthOf(none)));
        foreach (var appends in new[] { false, true })
        {
            Assert.Equal(Memory(100), store.GrowthBy(key, 100, appends));
            Assert.Equal(Memory(48 + 4 + 100), store.GrowthBy(none, 100, appends));
        }
        store.Put(key, new Bytes(new byte[40]));
        Assert.Equal((Memory(60), Memory(100)), (store.GrowthBy(key, 100, false), store.GrowthBy(key, 100, true)));

        static long Memory(long bytes) => bytes * 5 / 4;
    }

    [Fact]
    public void A_million_keys_are_found_again_and_cost_little_more_than_their_bytes()
    {
        const int Count = 1_000_000;
        var store = new KvStore();
        for (var i = 0; i < Count; i++)
            store.Put(Key(i), Key(i + 1));
        var snapshot = store.Snapshot();
        for (var i = 0; i < Count; i += 2)
            store.Put(Key(i), Key(i + 2));

        for (var i = 0; i < Count; i += 97)
        {
            Assert.True(store.TryGet(Key(i), out var value));
            Assert.Equal(Key(i % 2 == 0 ? i + 2 : i + 1), value);
            Assert.True(snapshot.TryGet(Key(i), out value));
            Assert.Equal(Key(i + 1), value);
        }
        Assert.Equal(Count, store.Count);
        var entries = 0;
        for (var cursor = snapshot.Cursor(); cursor.MoveNext(); )
            entries++;
        Assert.Equal(Count, entries);
        Assert.InRange(store.Capacity, store.ByteCount, store.ByteCount + (76L * Count));
    }

    [Fact]
    public void What_was_overwritten_makes_room_again()
    {
        var random = new Random(Seed());
        var store = new KvStore();
        for (var i = 0; i < 300_000; i++)
            store.Put(Key(random.Next(2000)), new Bytes(new byte[random.Next(200)]));
        Assert.InRange(store.Capacity, store.ByteCount, (2 * store.ByteCount) + (1 << 18));

        for (var i = 0; i < 200; i++)
            store.Put(Key(1), new Bytes(new byte[1 << 20]));
        Assert.InRange(store.Capacity, store.ByteCount, (2 * store.ByteCount) + (1 << 18));
    }

    [Theory]
    [InlineData(1000, 1000)]
    [InlineData(500, 1500)]
    public void Overwriting_takes_little_room_and_leaves_the_collector_nothing_to_do(int shortest, int longest)
    {
        const int Count = 40_000;
        var random = new Random(Seed());
        var values = Enumerable
            .Range(0, 256)
            .Select(_ => new Bytes(new byte[random.Next(shortest, longest + 1)]))
            .ToArray();
        var keys = Enumerable.Range(0, Count).Select(Key).ToArray();
        var store = new KvStore();
        for (var i = 0; i < 12 * Count; i++)
            store.Put(keys[i < Count ? i : random.Next(Count)], values[random.Next(256)]);
        var (allocated, written) = (GC.GetAllocatedBytesForCurrentThread(), store.Written);
        for (var i = 0; i < 4 * Count; i++)
            store.Put(keys[random.Next(Count)], values[random.Next(256)]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, (store.Written - written) / 20);
        Assert.InRange(store.Capacity, store.ByteCount, store.ByteCount * 14 / 10);
    }

    [Fact]
    public void What_a_snapshot_shared_is_overwritten_in_its_place_once_it_was_taken_back()
    {
        const int Count = 20_000;
        var value = new Bytes(new byte[1000]);
        var store = new KvStore();
        for (var i = 0; i < Count; i++)
            store.Put(Key(i), value);
        store.Snapshot();
        Assert.True(store.TryGet(Key(1), out var read));
        store.TakeBack();
        var (allocated, written, other) = (GC.GetAllocatedBytesForCurrentThread(), store.Written, new byte[1000]);
        Array.Fill(other, (byte)1);
        for (var i = 0; i < Count; i++)
            store.Put(Key(i), new Bytes(other));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, (store.Written - written) / 10);
        Assert.Equal(value, read);
    }

    private static Bytes Key(int i)
    {
        var key = new byte[16];
        BitConverter.TryWriteBytes(key, i);
        return new Bytes(key);
    }

    private static void VerifyKeys(Bytes[] keys)
    {
        var model = new Dictionary<Bytes, Bytes>();
        var store = new KvStore();
        for (var round = 0; round < 3; round++)
        {
            foreach (var key in keys)
            {
                var value = Bytes.Concat(key, Bytes.Utf8(round.ToString()));
                store.Put(key, value);
                model[key] = value;
            }
            Verify.Same(model, store);
            store = store.Clone();
        }
    }

    private int Seed()
    {
        var seed = Seeds.Next();
        output.WriteLine($"seed {seed}");
        return seed;
    }
}
