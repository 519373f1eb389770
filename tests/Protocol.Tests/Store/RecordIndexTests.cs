namespace PbKv.Protocol.Tests.Store;

public class RecordIndexTests
{
    private const int LeafSlots = 128;
    private const int FullLeaf = LeafSlots * 13 / 16;

    private RecordIndex _index = RecordIndex.Create();
    private RecordLog _log = RecordLog.Create();
    private ulong _keys;

    [Fact]
    public void A_search_for_a_key_that_lies_in_its_own_place_ends_where_it_begins()
    {
        Assert.True(_index.Home(5).IsEmpty && _index.Guess(5).IsEmpty);
        for (ulong place = 0; place < FullLeaf; place++)
        {
            var slot = Add(place);
            Assert.Equal((slot, slot), (_index.Home(place), _index.Guess(place)));
        }
        Assert.True(_index.Home(LeafSlots - 1).IsEmpty && _index.Guess(LeafSlots - 1).IsEmpty);
    }

    [Fact]
    public void Of_keys_that_begin_at_one_place_each_is_found_by_its_own_tag()
    {
        var slots = Enumerable
            .Range(0, 60)
            .ToDictionary(i => 120 + ((ulong)i * LeafSlots), i => Add(120 + ((ulong)i * LeafSlots)));
        foreach (var (hash, slot) in slots)
        {
            Assert.Equal(slot, _index.Guess(hash));
            Assert.Contains(_index.Home(hash), slots.Values);
            Assert.True(_index.Holds(hash, slot));
        }
        Assert.True(_index.Guess(120 + (60 * LeafSlots)).IsEmpty);
    }

    [Fact]
    public void A_leaf_grows_until_it_is_as_large_as_all_and_is_split_when_that_is_full()
    {
        for (ulong count = 1; count <= FullLeaf; count++)
        {
            Add(count | (count << 63));
            var leaf = _index.LeafOf(0, out var depth);
            Assert.Equal(0, depth);
            var room = (ulong)Leaf.Slots(leaf!);
            Assert.True(count <= room * 13 / 16);
            Assert.True(room == 4 || count > room / 2 * 13 / 16);
        }
        Add(0);
        foreach (var half in new[] { 0UL, 1UL << 63 })
        {
            var leaf = _index.LeafOf(half, out var depth);
            Assert.Equal((1, LeafSlots), (depth, Leaf.Slots(leaf!)));
            Assert.InRange(Leaf.Count(leaf!), FullLeaf / 2, (FullLeaf / 2) + 1);
        }
    }

    [Fact]
    public void Keys_of_one_hash_stay_in_one_leaf_and_are_gone_through_in_their_order()
    {
        const ulong Hash = 0x123456789ABCDEF0;
        var slots = new Dictionary<Slot, Bytes>();
        foreach (var first in Enumerable.Range(0, 300).Select(i => (ulong)(i * 7 % 300)))
        {
            var key = Collisions.Key(first, Hash);
            slots[Add(Hash, key)] = key;
        }
        var leaf = _index.LeafOf(Hash, out var depth);
        Assert.Equal((64, 512), (depth, Leaf.Slots(leaf!)));
        var inOrder = Leaf.InOrder(leaf!, _log).Select(slot => slots[slot]).ToList();
        Assert.Equal(slots.Values.OrderBy(key => key), inOrder);
    }

    [Fact]
    public void A_record_longer_than_an_array_is_refused() =>
        Assert.Throws<OverflowException>(() => Record.SizeOf(16, int.MaxValue, int.MaxValue));

    private Slot Add(ulong hash) => Add(hash, Collisions.Key(++_keys, hash));

    private Slot Add(ulong hash, Bytes key)
    {
        var slot = _log.Append(hash, key.Span, default, default, default);
        Assert.True(_index.Set(hash, key.Span, slot, _log).IsEmpty);
        return slot;
    }
}
