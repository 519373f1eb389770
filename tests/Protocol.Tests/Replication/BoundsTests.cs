using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>What is bounded takes all that just fits, and nothing beyond.</summary>
public sealed class BoundsTests
{
    private static readonly NodeAddress B = new("b");
    private static readonly ProtocolSettings Wide = new() { ForwardsInFlight = 100 };

    [Fact]
    public void A_request_goes_on_until_its_results_are_more_than_2_MiB()
    {
        var net = With(new() { MaxValueBytes = 4 << 20 });
        var (a, session) = Alone(net);
        net.Give(a, Clerk, net.Request(a, session, 1, Put(1, "k", new string('v', (2 << 20) - 32))));
        net.Give(a, Clerk, net.Request(a, session, 2, Get(2, "k"), Get(3, "k"), Get(4, "k")));
        Assert.Equal([2L, 3], net.Replies()[^1].Results.Select(result => result.Sequence));
        Assert.Equal(RefusalReason.Busy, Assert.Single(net.Refusals()).Reason);
    }

    [Fact]
    public void A_request_goes_on_until_it_has_written_more_than_8_MiB()
    {
        const int Turn = 8 << 20;
        var net = With(new() { MaxValueBytes = 16 << 20 });
        var (a, session) = Alone(net);
        net.Give(a, Clerk, net.Request(a, session, 1, Put(1, "a", new string('v', Turn - 100))));
        var head = a.Store.Written - (Turn - 100);
        net.Give(
            a,
            Clerk,
            net.Request(
                a,
                session,
                2,
                Put(2, "b", new string('v', (int)(Turn - head))),
                Put(3, "c", ""),
                Put(4, "d", "")
            )
        );
        Assert.Equal([2L, 3], net.Replies()[^1].Results.Select(result => result.Sequence));
    }

    [Fact]
    public void Of_a_request_that_is_done_in_part_the_backup_has_what_was_executed()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        net.Give(a, Clerk, net.Request(a, session, 1, Put(1, "k", new string('v', 1 << 20))));
        net.Give(a, Clerk, net.Request(a, session, 2, Get(2, "k"), Put(3, "l", "w"), Get(4, "k"), Put(5, "m", "x")));
        net.Run();
        Assert.Equal([2L, 3, 4], net.Replies()[^1].Results.Select(result => result.Sequence));
        Assert.Equal(("w", ""), (Read(b, "l"), Read(b, "m")));
        AssertEqual(a, b);
    }

    [Fact]
    public void A_stream_takes_more_until_it_is_more_than_full()
    {
        var five = BacklogOf(puts: 5, Wide);
        Assert.Equal(6, Taken(five));
        Assert.Equal(5, Taken(five - 1));

        static int Taken(long bytes)
        {
            var settings = Wide with { StreamBytes = bytes };
            var taken = 5;
            while (BacklogOf(taken + 1, settings) > BacklogOf(taken, settings))
                taken++;
            return taken;
        }
    }

    private static long BacklogOf(int puts, ProtocolSettings settings)
    {
        var net = With(settings);
        var (a, _) = net.Pair();
        var session = net.OpenSession(a);
        for (var i = 1; i <= puts; i++)
            net.Give(a, Clerk, net.Request(a, session, 1, Put(i, $"{i}", "value")));
        return Backlog(net, a);
    }

    [Fact]
    public void The_switch_comes_when_no_more_waits_than_an_eighth_of_the_stream()
    {
        var (net, a) = Installing(Wide with { StreamBytes = 1 << 20 });
        var backlog = Backlog(net, a);
        (net, a) = Installing(Wide with { StreamBytes = 8 * backlog });
        Assert.False(a.Alone);
        Assert.Equal(backlog, Backlog(net, a));
        (net, a) = Installing(Wide with { StreamBytes = (8 * backlog) - 1 });
        Assert.True(a.Alone);
    }

    [Fact]
    public void Of_what_a_backup_has_to_execute_its_newest_word_counts()
    {
        var net = With(Wide with { StreamBytes = 64 << 10 });
        var (a, _, session) = net.PairInTransfer();
        Write(net, a, session, 2);
        net.Give(a, B, new ForwardAck(a.View.Id, 2, Waiting: 100));
        net.Give(a, B, new ForwardAck(a.View.Id, 1, Waiting: 1 << 20));
        AssertOpens(net, a);
    }

    [Fact]
    public void Once_a_backup_is_installed_it_does_not_count_what_it_had_to_execute_before()
    {
        var net = With(Wide with { StreamBytes = 64 << 10 });
        var (a, b, session) = net.PairInTransfer();
        Write(net, a, session, 12);
        net.Take<Forward>();
        net.Run(message => message is not Forward);
        Assert.True(b.Installed);
        net.Give(a, B, new ForwardAck(a.View.Id, 1, Waiting: 1 << 20));
        Assert.True(a.Alone);
        AssertOpens(net, a);

        net.Give(a, B, new ForwardAck(a.View.Id, net.Take<Forward>()[^1].Serial));
        Assert.False(a.Alone);
        net.Give(a, B, new ForwardAck(a.View.Id, net.Take<Forward>()[^1].Serial, Waiting: 1 << 20));
        AssertOpens(net, a);
    }

    private static void AssertOpens(Harness net, ReplicaNode a)
    {
        net.Give(a, Clerk, new OpenSession(GroupName.Default, a.View.Id, 1));
        Assert.Empty(net.Refusals());
    }

    [Fact]
    public void After_the_installation_there_is_less_room_to_write_than_the_backup_executed()
    {
        var net = With(Wide with { StreamBytes = 64 << 10 });
        var (a, _, session) = net.PairInTransfer();
        Write(net, a, session, 20);
        net.Give(a, B, new ForwardAck(a.View.Id, 5, Waiting: 8 << 10));
        net.Take<Forward>();
        net.Run(message => message is not Forward);
        Assert.True(a.Alone);
        var (before, sequence) = (Backlog(net, a), 100L);
        do Write(net, a, session, 1, from: ++sequence);
        while (net.Refusals().Count == 0);
        Assert.InRange(Backlog(net, a) - before, 1000, 5000);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(-1, 1)]
    public void A_forward_takes_what_just_fits_whatever_the_size_of_a_chunk(int more, int batches)
    {
        var size = new Batch(1, 1, [Put(1, "k", "v")]).Size;
        var net = With(
            new()
            {
                ForwardBytes = (int)(2 * size) + more,
                ForwardsInFlight = 1,
                ChunkBytes = 10,
            }
        );
        var (a, _) = net.Pair();
        var session = net.OpenSession(a);
        for (var i = 1; i <= 4; i++)
            net.Give(a, Clerk, net.Request(a, session, 1, Put(i, "k", "v")));
        net.Give(a, B, new ForwardAck(a.View.Id, net.Take<Forward>().Single().Serial));
        Assert.Equal(batches, net.Take<Forward>().Single().Batches.Length);
    }

    [Fact]
    public void A_backup_that_waits_for_its_snapshot_keeps_forwards_until_they_are_more_than_its_stream()
    {
        var batch = new Batch(1, 1, [Put(60, "k", "v")]);
        var net = With(new() { StreamBytes = 64 + batch.Memory });
        var (a, b, _) = net.PairInTransfer();
        for (var serial = 1; serial <= 3; serial++)
            net.Give(b, a.Id.Address, new Forward(b.View.Id, serial, 51 + serial, -1, [batch]));
        Assert.Equal([1L, 2], net.Take<ForwardAck>().Select(ack => ack.Serial));
    }

    [Fact]
    public void A_turn_is_spent_with_its_last_byte_or_its_last_operation()
    {
        var turn = new TurnBudget(3, 10);
        turn.Take(9);
        Assert.False(turn.IsSpent);
        turn.Take(1);
        Assert.True(turn.IsSpent);
        turn = new TurnBudget(1, 10);
        turn.Take(0);
        Assert.True(turn.IsSpent);
    }

    [Fact]
    public void Positions_and_incarnations_are_believed_up_to_the_highest_number()
    {
        var net = new Harness();
        var (a, b, _) = net.PairInTransfer();
        net.Give(b, a.Id.Address, new Chunk(b.View.Id, 0, false, View.MostNumber, 1, [], []));
        Assert.Equal(1, net.Take<ChunkAck>().Single().Next);
        foreach (var known in new[] { View.MostNumber, View.MostNumber - 1 })
            net.Give(a, Harness.ViewService, new PingRefused(a.Id, PingRefusal.OlderIncarnation, Cluster, known));
        Assert.Equal(View.MostNumber, a.Id.Incarnation);
    }

    /// <summary>A primary that heard that its backup is installed, and not of its forwards.</summary>
    private static (Harness Net, ReplicaNode Primary) Installing(ProtocolSettings settings)
    {
        var net = With(settings);
        var (a, b, session) = net.PairInTransfer();
        Write(net, a, session, 3);
        net.Take<Forward>();
        net.Run(message => message is not Forward);
        Assert.True(b.Installed);
        return (net, a);
    }

    private static void Write(Harness net, ReplicaNode a, long session, int count, long from = 51)
    {
        for (var i = from; i < from + count; i++)
            net.Give(a, Clerk, net.Request(a, session, from, Put(i, $"new {i}", new string('v', 1000))));
    }

    private static (ReplicaNode Node, long Session) Alone(Harness net)
    {
        var a = net.Server("a");
        net.Tell(a, View(1, a));
        return (a, net.OpenSession(a));
    }

    /// <summary>Of operations and answers that wait for the backup.</summary>
    private static long Backlog(Harness net, ReplicaNode node) =>
        net.StatusOf(node).Memory - node.Store.Memory - node.Sessions.Memory;

    private static Harness With(ProtocolSettings settings) =>
        new() { Settings = settings with { SessionIdleTicks = long.MaxValue } };
}
