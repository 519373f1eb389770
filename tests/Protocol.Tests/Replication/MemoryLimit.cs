using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

public class MemoryLimit
{
    private static readonly ProtocolSettings Tight = new()
    {
        SessionIdleTicks = long.MaxValue,
        ForwardsInFlight = 4,
        MaxMemoryBytes = 4000,
    };

    private static readonly string Large = new('x', 2000);

    [Fact]
    public void A_write_that_needs_more_memory_than_there_is_changes_nothing_on_either_server()
    {
        var net = new Harness { Settings = Tight };
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        Assert.Equal([ResultStatus.Ok], Ask(net, a, session, Put(1, "k", Large)));
        Assert.Equal(
            [ResultStatus.Full, ResultStatus.Full, ResultStatus.Full],
            Ask(net, a, session, Put(2, "l", Large), Append(3, "k", Large), Append(4, "m", Large))
        );
        Assert.Equal((1L, Large), (a.Store.Count, Read(b, "k")));
        AssertEqual(a, b);
    }

    [Fact]
    public void Reads_and_what_makes_nothing_larger_go_on_and_then_there_is_room_again()
    {
        var net = new Harness { Settings = Tight };
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        Ask(net, a, session, Put(1, "k", Large));
        Assert.Equal(
            [ResultStatus.Full, ResultStatus.Ok, ResultStatus.Ok, ResultStatus.Ok, ResultStatus.Ok],
            Ask(
                net,
                a,
                session,
                Put(2, "l", Large),
                Get(3, "k"),
                Put(4, "k", Large),
                Put(5, "k", ""),
                Put(6, "l", Large)
            )
        );
        Assert.Equal(Large, Read(b, "l"));
        AssertEqual(a, b);
    }

    [Fact]
    public void What_was_refused_stays_refused_at_a_server_that_allows_more()
    {
        var net = new Harness { Settings = Tight };
        var a = net.Server("a");
        var b = net.Server("b", settings: Tight with { MaxMemoryBytes = long.MaxValue });
        net.Tell(a, View(1, a));
        net.Tell(b, View(2, a, b));
        net.Tell(a, View(2, a, b));
        net.Run();
        var session = net.OpenSession(a);
        var puts = net.Request(a, session, 1, Put(1, "k", Large), Put(2, "l", Large));
        net.Give(a, Clerk, puts);
        net.Run();
        net.Tell(b, View(3, b));
        net.Give(b, Clerk, puts);
        Assert.Equal(2, net.Replies().Count);
        Assert.All(
            net.Replies(),
            reply => Assert.Equal([ResultStatus.Ok, ResultStatus.Full], reply.Results.Select(result => result.Status))
        );
        Assert.Equal([ResultStatus.Ok], Ask(net, b, session, Put(3, "l", Large)));
    }

    [Fact]
    public void The_smaller_limit_of_primary_and_backup_counts()
    {
        var net = new Harness { Settings = Tight };
        var a = net.Server("a", settings: Tight with { MaxMemoryBytes = long.MaxValue });
        var b = net.Server("b");
        net.Tell(a, View(1, a));
        var session = net.OpenSession(a);
        Assert.Equal([ResultStatus.Ok], Ask(net, a, session, Put(1, "k", Large)));
        net.Tell(b, View(2, a, b));
        net.Tell(a, View(2, a, b));
        net.Run();
        Assert.Equal([ResultStatus.Full], Ask(net, a, session, Put(2, "l", Large)));
        net.Tell(a, View(3, a));
        Assert.Equal([ResultStatus.Ok], Ask(net, a, session, Put(3, "l", Large)));
    }

    [Fact]
    public void A_write_that_fills_the_memory_to_the_last_byte_is_done_and_one_that_needs_a_byte_more_is_not()
    {
        var roomy = new Harness();
        var put = Put(1, "k", Large);
        var (a, _) = With(roomy, long.MaxValue);
        var needed = roomy.StatusOf(a).Memory + a.Store.GrowthBy(put.Key, put.Value.Length, appends: false);
        foreach (var (limit, status) in new[] { (needed, ResultStatus.Ok), (needed - 1, ResultStatus.Full) })
        {
            var net = new Harness();
            var (node, session) = With(net, limit);
            Assert.Equal([status], Ask(net, node, session, put));
        }
    }

    [Fact]
    public void A_PutHash_needs_room_for_the_value_that_was_there_before()
    {
        var net = new Harness();
        var (a, session) = With(net, long.MaxValue);
        Ask(net, a, session, Put(1, "k", Large));
        var taken = net.StatusOf(a).Memory;
        net = new Harness();
        (a, session) = With(net, taken + 5);
        Assert.Equal([ResultStatus.Ok], Ask(net, a, session, Put(1, "k", Large)));
        Assert.Equal([ResultStatus.Full], Ask(net, a, session, PutHash(2, "k", "x")));
    }

    [Fact]
    public void Where_there_is_more_than_the_limit_a_write_that_makes_it_no_larger_is_done_all_the_same()
    {
        var net = new Harness { Settings = Tight };
        var a = net.Server("a", settings: Tight with { MaxMemoryBytes = long.MaxValue });
        var b = net.Server("b");
        net.Tell(a, View(1, a));
        var session = net.OpenSession(a);
        Ask(net, a, session, Put(1, "k", Large), Put(2, "l", Large), Put(3, "m", Large));
        net.Tell(b, View(2, a, b));
        net.Tell(a, View(2, a, b));
        net.Run();
        Assert.Equal(
            [ResultStatus.Ok, ResultStatus.Full],
            Ask(net, a, session, 4, Put(4, "k", Large), Append(5, "k", "x"))
        );
    }

    [Fact]
    public void Values_that_a_session_has_not_taken_yet_are_bounded_and_the_one_that_the_floor_waits_for_goes_on()
    {
        var net = new Harness { Settings = Tight with { MaxMemoryBytes = long.MaxValue, StreamBytes = 48 + 2000 } };
        var a = net.Server("a");
        net.Tell(a, View(1, a));
        var session = net.OpenSession(a);
        Ask(net, a, session, Put(1, "a", Large), Put(2, "b", Large), Put(3, "c", Large), Put(4, "d", Large));
        var request = net.Request(a, session, 5, PutHash(6, "a", "1"), PutHash(7, "b", "1"), PutHash(8, "c", "1"));
        net.Give(a, Clerk, request);
        Assert.Equal([6L, 7], Sequences());
        Assert.Equal(
            (request.Number, RefusalReason.Busy),
            (net.Refusals().Last().Number, net.Refusals().Last().Reason)
        );
        net.Give(a, Clerk, net.Request(a, session, 5, PutHash(8, "c", "1")));
        Assert.Equal((2, 2), (net.Refusals().Count, net.Replies().Count));
        net.Give(
            a,
            Clerk,
            net.Request(a, session, 5, PutHash(5, "d", "1"), PutHash(6, "a", "1"), Put(9, "e", "1"), Get(10, "e"))
        );
        Assert.Equal([5L, 6, 9, 10], Sequences());
        Assert.Equal([ResultStatus.Ok], Ask(net, a, session, 8, PutHash(8, "c", "1")));
        Assert.InRange(a.Sessions.Find(session)!.Memory, 2000, 2100);

        IEnumerable<long> Sequences() => net.Replies().Last().Results.Select(result => result.Sequence);
    }

    private static (ReplicaNode Node, long Session) With(Harness net, long maxMemory)
    {
        var a = net.Server("a", settings: Tight with { MaxMemoryBytes = maxMemory });
        net.Tell(a, View(1, a));
        return (a, net.OpenSession(a));
    }

    private static IEnumerable<ResultStatus> Ask(
        Harness net,
        ReplicaNode primary,
        long session,
        params Operation[] operations
    ) => Ask(net, primary, session, 1, operations);

    private static IEnumerable<ResultStatus> Ask(
        Harness net,
        ReplicaNode primary,
        long session,
        long floor,
        params Operation[] operations
    )
    {
        net.Give(primary, Clerk, net.Request(primary, session, floor, operations));
        net.Run();
        return net.Replies().Last().Results.Select(result => result.Status);
    }
}
