namespace PbKv.Protocol.Tests.Clocks;

public class NodeClockTests
{
    private static ServerId Id(string name, long incarnation = 1) => new(new NodeAddress(name), incarnation);

    private static VectorEntry Entry(string name, long count, long incarnation = 1) =>
        new(Id(name, incarnation), count);

    [Fact]
    public void A_send_ticks_the_lamport_time_and_the_own_entry()
    {
        var clock = new NodeClock(Id("a"));
        Assert.Equal(new Stamp(1, VectorClock.Of(Entry("a", 1))), clock.OnSend());
        Assert.Equal(new Stamp(2, VectorClock.Of(Entry("a", 2))), clock.OnSend());
        Assert.Equal(new Stamp(2, VectorClock.Of(Entry("a", 2))), clock.Now());
    }

    [Fact]
    public void A_receive_takes_the_maximum_plus_one()
    {
        var clock = new NodeClock(Id("a"));
        clock.OnReceive(new Stamp(41, VectorClock.Empty));
        Assert.Equal(42, clock.Now().Lamport);
        clock.OnReceive(new Stamp(7, VectorClock.Empty));
        Assert.Equal(43, clock.Now().Lamport);
    }

    [Fact]
    public void A_receive_merges_the_vector_entry_by_entry()
    {
        var clock = new NodeClock(Id("b"));
        clock.OnReceive(new Stamp(5, VectorClock.Of(Entry("a", 3), Entry("d", 9))));
        clock.OnReceive(new Stamp(5, VectorClock.Of(Entry("a", 2), Entry("c", 4), Entry("d", 10))));
        Assert.Equal(VectorClock.Of(Entry("a", 3), Entry("b", 2), Entry("c", 4), Entry("d", 10)), clock.Now().Vector);
    }

    [Fact]
    public void A_clerk_merges_and_carries_but_adds_no_entry()
    {
        var clerk = new NodeClock(null);
        Assert.Equal(new Stamp(1, VectorClock.Empty), clerk.OnSend());
        clerk.OnReceive(new Stamp(8, VectorClock.Of(Entry("a", 3))));
        Assert.Equal(new Stamp(10, VectorClock.Of(Entry("a", 3))), clerk.OnSend());
    }

    [Fact]
    public void A_clerk_whose_vector_does_not_change_allocates_no_other()
    {
        var clerk = new NodeClock(null);
        clerk.OnReceive(new Stamp(8, VectorClock.Of(Entry("a", 3))));
        var vector = clerk.OnSend().Vector;
        clerk.OnReceive(new Stamp(9, VectorClock.Of(Entry("a", 3))));
        Assert.Same(vector, clerk.OnSend().Vector);
    }

    [Fact]
    public void A_higher_incarnation_replaces_the_lower_one_and_the_lower_does_not_come_back()
    {
        var clock = new NodeClock(null);
        clock.OnReceive(new Stamp(1, VectorClock.Of(Entry("a", 100, incarnation: 1))));
        clock.OnReceive(new Stamp(2, VectorClock.Of(Entry("a", 1, incarnation: 2))));
        clock.OnReceive(new Stamp(3, VectorClock.Of(Entry("a", 101, incarnation: 1))));
        Assert.Equal(VectorClock.Of(Entry("a", 1, incarnation: 2)), clock.Now().Vector);
    }

    [Fact]
    public void Nobody_raises_a_nodes_own_entry()
    {
        var clock = new NodeClock(Id("a", 1));
        clock.OnReceive(new Stamp(3, VectorClock.Of(Entry("a", 50, incarnation: 2))));
        Assert.Equal(VectorClock.Of(Entry("a", 1)), clock.Now().Vector);
    }

    [Fact]
    public void A_server_that_takes_a_higher_incarnation_goes_on_under_it()
    {
        var clock = new NodeClock(Id("b", 1));
        clock.OnReceive(new Stamp(3, VectorClock.Of(Entry("a", 2), Entry("c", 5))));
        var before = clock.Now();
        clock.Become(Id("b", 9));
        var after = clock.OnSend();
        Assert.Equal(VectorClock.Of(Entry("a", 2), Entry("b", 1, incarnation: 9), Entry("c", 5)), after.Vector);
        Assert.Equal(CausalOrder.Before, HappensBefore.Compare(before, after));
    }

    [Fact]
    public void An_entry_that_has_not_advanced_for_long_is_dropped_and_the_own_one_is_not()
    {
        var clock = new NodeClock(Id("a"), keep: 1000);
        clock.OnReceive(new Stamp(1, VectorClock.Of(Entry("gone", 7))));
        for (var i = 1; i <= 2000; i++)
            clock.OnReceive(new Stamp(i, VectorClock.Of(Entry("b", i))));
        Assert.Equal(VectorClock.Of(Entry("a", 2001), Entry("b", 2000)), clock.Now().Vector);
    }

    [Theory]
    [InlineData(0, 256, 256)]
    [InlineData(0, 257, 512)]
    [InlineData(100, 150, 256)]
    [InlineData(100, 200, 512)]
    public void Those_that_have_not_advanced_for_long_are_looked_for_now_and_then(long heardAt, long keep, long goneAt)
    {
        var clock = new NodeClock(Id("m"), keep);
        for (var i = 0; i < heardAt; i++)
            clock.OnSend();
        clock.OnReceive(new Stamp(1, VectorClock.Of(Entry("gone", 7))));
        for (var i = heardAt + 1; i <= 600; i++)
        {
            Assert.Equal(i, CountOf(clock.Now().Vector, Id("m")));
            Assert.Equal(i < goneAt ? 7 : 0, CountOf(clock.Now().Vector, Id("gone")));
            clock.OnSend();
        }
    }

    [Fact]
    public void A_clock_keeps_what_it_knows_for_some_time() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NodeClock(null, keep: 0));

    [Fact]
    public void Equal_vectors_have_equal_hash_codes_and_sorted_ones_cost_their_array_alone()
    {
        VectorClock[] others =
        [
            VectorClock.Of(Entry("a", 1), Entry("b", 2)),
            VectorClock.Of(Entry("a", 1), Entry("b", 3)),
            VectorClock.Of(Entry("a", 1), Entry("b", 2, incarnation: 2)),
            VectorClock.Of(Entry("a", 1)),
        ];
        Assert.Distinct(others.Select(other => other.GetHashCode()));
        Assert.Equal(others[0].GetHashCode(), VectorClock.Of(Entry("b", 2), Entry("a", 1)).GetHashCode());
        VectorEntry[] sorted = [Entry("a", 1), Entry("b", 2)];
        var before = GC.GetAllocatedBytesForCurrentThread();
        VectorClock.Of(sorted);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 128);
    }

    [Fact]
    public void A_dropped_entry_that_others_still_carry_stays_away_until_it_advances()
    {
        var clock = new NodeClock(null, keep: 256);
        clock.OnReceive(new Stamp(1, VectorClock.Of(Entry("gone", 7))));
        for (var i = 0; i < 600; i++)
            clock.OnSend();
        Assert.Equal(VectorClock.Empty, clock.Now().Vector);
        clock.OnReceive(new Stamp(1, VectorClock.Of(Entry("gone", 7))));
        Assert.Equal(VectorClock.Empty, clock.Now().Vector);
        clock.OnReceive(new Stamp(1, VectorClock.Of(Entry("gone", 8))));
        Assert.Equal(VectorClock.Of(Entry("gone", 8)), clock.Now().Vector);
    }

    [Fact]
    public void A_vector_never_grows_beyond_its_cap_and_keeps_what_advanced_last()
    {
        var clock = new NodeClock(Id("a"));
        for (var i = 0; i < 1000; i++)
        {
            clock.OnReceive(new Stamp(i, VectorClock.Of(Entry($"n{i:d4}", 1), Entry("z", i + 1))));
            Assert.InRange(clock.Now().Vector.Entries.Length, 1, NodeClock.MaxEntries);
        }
        Assert.Equal(NodeClock.MaxEntries, clock.Now().Vector.Entries.Length);
        Assert.Equal(1000, CountOf(clock.Now().Vector, Id("a")));
        Assert.Equal(1000, CountOf(clock.Now().Vector, Id("z")));
        Assert.Equal(1, CountOf(clock.Now().Vector, Id("n0999")));
        Assert.Equal(0, CountOf(clock.Now().Vector, Id("n0000")));
    }

    [Fact]
    public void A_stamp_once_given_never_changes()
    {
        var clock = new NodeClock(Id("a"));
        var first = clock.OnSend();
        for (var i = 0; i < 10; i++)
            clock.OnReceive(new Stamp(i, VectorClock.Of(Entry("b", i))));
        Assert.Equal(new Stamp(1, VectorClock.Of(Entry("a", 1))), first);
    }

    [Fact]
    public void A_vector_sorts_its_entries_and_keeps_the_later_life_of_an_address()
    {
        var vector = VectorClock.Of(Entry("b", 1), Entry("a", 9, incarnation: 1), Entry("a", 2, incarnation: 2));
        Assert.Equal("{a#2:2 b#1:1}", vector.ToString());
        Assert.Equal(0, CountOf(vector, Id("a", 1)));
        Assert.Equal("{a#2:2}", $"{VectorClock.Of(Entry("a", 2, incarnation: 2), Entry("a", 9, incarnation: 1))}");
    }

    /// <summary>0 where exactly this life is unknown, or followed by a later one.</summary>
    private static long CountOf(VectorClock vector, ServerId node)
    {
        foreach (ref readonly var entry in vector.Entries)
        {
            if (entry.Node == node)
                return entry.Count;
        }
        return 0;
    }
}
