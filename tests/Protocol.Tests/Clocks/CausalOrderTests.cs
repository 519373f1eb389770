namespace PbKv.Protocol.Tests.Clocks;

public class CausalOrderTests
{
    private static NodeClock Server(string name) => new(new ServerId(new NodeAddress(name), 1));

    [Fact]
    public void A_send_is_before_its_receive_and_the_receive_after_it()
    {
        var (a, b) = (Server("a"), Server("b"));
        var sent = a.OnSend();
        b.OnReceive(sent);
        Assert.Equal(CausalOrder.Before, HappensBefore.Compare(sent, b.Now()));
        Assert.Equal(CausalOrder.After, HappensBefore.Compare(b.Now(), sent));
        Assert.Equal(CausalOrder.Equal, HappensBefore.Compare(sent, sent));
    }

    [Fact]
    public void Events_that_nothing_connects_are_concurrent_whatever_their_lamport_times()
    {
        var (a, b) = (Server("a"), Server("b"));
        var first = a.OnSend();
        b.OnSend();
        var second = b.OnSend();
        Assert.Equal(CausalOrder.Concurrent, HappensBefore.Compare(first, second));
        Assert.Equal(CausalOrder.Concurrent, HappensBefore.Compare(second, first));
        Assert.Equal(CausalOrder.Concurrent, HappensBefore.Compare(first, Server("c").OnSend()));
    }

    [Fact]
    public void What_a_clerk_carries_from_one_server_to_another_orders_the_two()
    {
        var (a, b, clerk) = (Server("a"), Server("b"), new NodeClock(null));
        var answered = a.OnSend();
        clerk.OnReceive(answered);
        b.OnReceive(clerk.OnSend());
        Assert.Equal(CausalOrder.Before, HappensBefore.Compare(answered, b.Now()));
    }

    [Fact]
    public void The_events_of_one_clerk_are_ordered()
    {
        var clerk = new NodeClock(null);
        var first = clerk.OnSend();
        Assert.Equal(CausalOrder.Before, HappensBefore.Compare(first, clerk.OnSend()));
    }

    [Fact]
    public void A_pruned_entry_makes_events_look_concurrent_and_never_the_wrong_way_round()
    {
        var (gone, clerk) = (Server("gone"), new NodeClock(null, keep: 256));
        var early = gone.OnSend();
        clerk.OnReceive(early);
        for (var i = 0; i < 600; i++)
            clerk.OnSend();
        Assert.Equal(CausalOrder.Concurrent, HappensBefore.Compare(early, clerk.Now()));
        Assert.Equal(CausalOrder.Concurrent, HappensBefore.Compare(clerk.Now(), early));
    }

    [Fact]
    public void Random_exchanges_are_ordered_as_their_true_history_is()
    {
        const int Seed = 20260101;
        var random = new Random(Seed);
        var clocks = new[] { Server("a"), Server("b"), Server("c") };
        var events = new List<(int Node, Stamp Stamp, HashSet<int> Past)>();
        var last = new int[] { -1, -1, -1 };
        for (var i = 0; i < 300; i++)
        {
            var (from, to) = (random.Next(3), random.Next(3));
            var sent = Happen(from, clocks[from].OnSend(), []);
            if (from == to || random.Next(3) == 0)
                continue;
            clocks[to].OnReceive(events[sent].Stamp);
            Happen(to, clocks[to].Now(), [sent, .. events[sent].Past]);
        }
        for (var i = 0; i < events.Count; i++)
        {
            for (var j = 0; j < events.Count; j++)
            {
                var expected =
                    i == j ? CausalOrder.Equal
                    : events[j].Past.Contains(i) ? CausalOrder.Before
                    : events[i].Past.Contains(j) ? CausalOrder.After
                    : CausalOrder.Concurrent;
                Assert.True(
                    expected == HappensBefore.Compare(events[i].Stamp, events[j].Stamp),
                    $"seed {Seed}: events {i} and {j}"
                );
            }
        }

        int Happen(int node, Stamp stamp, HashSet<int> past)
        {
            if (last[node] >= 0)
                past = [.. past, last[node], .. events[last[node]].Past];
            events.Add((node, stamp, past));
            return last[node] = events.Count - 1;
        }
    }

    [Fact]
    public void The_records_of_several_nodes_merge_into_one_causal_order()
    {
        var (a, b, clerk) = (Server("a"), Server("b"), new NodeClock(null));
        List<CausalRecord> ofA = [],
            ofB = [],
            ofClerk = [];
        Note(ofB, "b", b.OnSend(), "pings");
        Note(ofClerk, "clerk", clerk.OnSend(), "asks");
        a.OnReceive(clerk.Now());
        Note(ofA, "a", a.Now(), "executes");
        Note(ofA, "a", a.OnSend(), "forwards");
        b.OnReceive(a.Now());
        Note(ofB, "b", b.Now(), "records");
        Note(ofB, "b", b.Now(), "acknowledges");

        var merged = CausalLog.Merge(ofA, ofB, ofClerk);
        Assert.Equal(
            ["pings", "asks", "executes", "forwards", "records", "acknowledges"],
            merged.ConvertAll(r => r.Text)
        );
        Assert.Equal(merged, CausalLog.Merge(ofClerk, ofB, ofA));
        for (var i = 0; i < merged.Count; i++)
        {
            for (var j = i + 1; j < merged.Count; j++)
                Assert.NotEqual(CausalOrder.After, HappensBefore.Compare(merged[i].Stamp, merged[j].Stamp));
        }

        static void Note(List<CausalRecord> records, string node, Stamp stamp, string text) =>
            records.Add(new CausalRecord(new NodeAddress(node), stamp, text));
    }
}
