using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>
/// A server survives unchanged whatever it is sent that is not of its present role, view, cluster or life.
/// </summary>
public class HostileMessages
{
    private static readonly NodeAddress B = new("b");
    private static readonly NodeAddress Stranger = new("stranger");

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Acknowledgements_of_serials_never_sent_release_nothing(long serial)
    {
        var net = new Harness();
        var (a, session) = HoldsAnAnswer(net);
        Unchanged(net, a, B, new ForwardAck(a.View.Id, serial));
        Assert.Empty(net.Replies());
        Assert.NotEqual(0, session);
    }

    [Fact]
    public void Acknowledgements_of_another_view_cluster_or_sender_release_nothing()
    {
        var net = new Harness();
        var (a, _) = HoldsAnAnswer(net);
        var serial = net.Take<Forward>().Last().Serial;
        Unchanged(net, a, B, new ForwardAck(new ViewId(Cluster, 1), serial));
        Unchanged(net, a, B, new ForwardAck(new ViewId(new ClusterId(99), 2), serial));
        Unchanged(net, a, Stranger, new ForwardAck(a.View.Id, serial));
        Unchanged(net, a, Clerk, new ForwardAck(a.View.Id, serial));
        Assert.Empty(net.Replies());
        net.Give(a, B, new ForwardAck(a.View.Id, serial));
        Assert.Single(net.Replies());
    }

    [Fact]
    public void Forwards_of_another_view_cluster_or_sender_are_not_executed()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var next = new Forward(b.View.Id, 100, b.Position + 1, 0, [new Batch(1, 1, [Put(1, "evil", "x")])]);
        Unchanged(net, b, Stranger, next);
        Unchanged(net, b, a.Id.Address, next with { View = new ViewId(new ClusterId(99), 2) });
        Unchanged(net, b, a.Id.Address, next with { View = new ViewId(Cluster, 1) });
        Assert.Equal(b.View, net.Take<WrongView>().Single().Known);
        Unchanged(net, a, b.Id.Address, next);
        Assert.Equal("", Read(b, "evil"));
    }

    [Fact]
    public void A_message_of_a_newer_view_is_not_processed_and_the_view_is_asked_for_once_a_tick()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var newer = new Forward(new ViewId(Cluster, 9), 1, 1, -1, []);
        for (var i = 0; i < 5; i++)
            net.Give(b, a.Id.Address, newer);
        Assert.Single(net.Outside, item => item.Message is ViewRequest);
        Assert.Empty(net.Take<ForwardAck>());
        net.Tick(b);
        net.Give(b, a.Id.Address, newer);
        Assert.Equal(2, net.Outside.Count(item => item.Message is ViewRequest));
    }

    [Fact]
    public void Forwards_that_come_twice_or_in_reverse_order_are_executed_once_and_in_order()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        for (var i = 1; i <= 3; i++)
            net.Give(a, Clerk, net.Request(a, session, 1, Append(i, "k", $"{i}")));
        var forwards = net.Take<Forward>();
        Assert.Equal(3, forwards.Count);
        forwards.Reverse();
        foreach (var forward in forwards)
            net.Give(b, a.Id.Address, forward);
        Assert.Equal("1", Read(b, "k"));
        net.Run();
        foreach (var forward in forwards)
            net.Give(b, a.Id.Address, forward);
        net.Run();
        Assert.Equal("123", Read(b, "k"));
        Assert.Equal(3, net.Replies().Count);
        AssertEqual(a, b);
    }

    [Fact]
    public void Chunks_of_another_view_out_of_place_or_after_the_installation_change_nothing()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var chunk = new Chunk(b.View.Id, 0, true, 77, 1, [new Entry(Bytes.Utf8("evil"), Bytes.Utf8("x"))], []);
        foreach (var index in new[] { 0, 1, 2, -1, long.MaxValue })
            Unchanged(net, b, a.Id.Address, chunk with { Index = index });
        Unchanged(net, b, a.Id.Address, chunk with { View = new ViewId(Cluster, 1) });
        Unchanged(net, b, a.Id.Address, chunk with { View = new ViewId(new ClusterId(99), 2) });
        Unchanged(net, b, Stranger, chunk);
        Unchanged(net, a, b.Id.Address, chunk);
        Assert.Equal("", Read(b, "evil"));
    }

    [Fact]
    public void Appends_beyond_the_largest_value_there_is_change_nothing_and_stop_no_backup()
    {
        const int Much = 160 << 20;
        var net = new Harness();
        var (a, b) = net.Pair();
        var (key, value) = (Bytes.Utf8("k"), new byte[Much]);
        var (put, append) = (
            new Operation(OperationKind.Put, 1, key, new Bytes(value)),
            new Operation(OperationKind.Append, 2, key, new Bytes(value))
        );
        var position = b.Position;
        var forward = new Forward(b.View.Id, 2, position + 1, position, [new Batch(0, 0, [put])]);
        net.Give(b, a.Id.Address, Believing.WithDigest(b, forward));
        forward = new Forward(b.View.Id, 3, position + 2, position, [new Batch(0, 0, [append])]);
        net.Give(b, a.Id.Address, Believing.WithDigest(b, forward));
        Assert.Equal((Much, position + 2, true), (b.Store.LengthOf(key), b.Position, b.Synced));
    }

    [Theory]
    [InlineData(5, 6)]
    [InlineData(5, 0)]
    [InlineData(-1, 1)]
    [InlineData(long.MaxValue, 1)]
    public void A_chunk_with_a_session_that_its_position_never_opened_is_refused(long position, long session)
    {
        var net = new Harness();
        var (a, b, _) = net.PairInTransfer();
        var chunk = new Chunk(b.View.Id, 0, true, position, 1, [], [new SessionImage(session, 0, [])]);
        Unchanged(net, b, a.Id.Address, chunk);
        Assert.Contains(net.Notices, notice => notice.Kind == NoticeKind.Refused);
        Assert.NotEmpty(net.Take<Chunk>());
    }

    [Fact]
    public void A_confirmation_before_the_transfer_was_sent_is_no_reason_to_stop_answering_alone()
    {
        var net = new Harness
        {
            Settings = new()
            {
                ChunkBytes = 8,
                ChunksInFlight = 1,
                SessionIdleTicks = long.MaxValue,
            },
        };
        var a = net.Server("a");
        var b = net.Server("b");
        net.Tell(a, View(1, a));
        var session = net.OpenSession(a);
        for (var i = 1; i <= 10; i++)
            net.Give(a, Clerk, net.Request(a, session, i, Put(i, $"key{i}", "value")));
        net.Tell(a, View(2, a, b));
        Unchanged(net, a, B, new Installed(a.View.Id));
        Unchanged(net, a, Stranger, new Installed(a.View.Id));
        Unchanged(net, a, B, new ChunkAck(a.View.Id, 500));
        Assert.True(a.Alone);
    }

    [Fact]
    public void What_was_meant_for_an_earlier_life_is_not_believed()
    {
        var net = new Harness();
        var a = net.Server("a", incarnation: 5);
        var earlier = new ServerId(a.Id.Address, 4);
        var view = new View(Cluster, 3, earlier, null);
        Unchanged(net, a, Harness.ViewService, new PingAnswer(earlier, view, true, 9));
        Unchanged(net, a, Harness.ViewService, new PingRefused(earlier, PingRefusal.OlderIncarnation, Cluster, 8));
        net.Tell(a, view);
        Assert.Equal(ReplicaRole.Idle, a.Role);
        Assert.False(a.Confirmed);
    }

    [Fact]
    public void A_server_that_hears_of_a_later_life_of_itself_goes_on_above_it_and_empty()
    {
        var net = new Harness();
        var a = net.Server("a", incarnation: 5);
        net.Tell(a, View(1, a));
        var session = net.OpenSession(a);
        net.Give(a, Clerk, net.Request(a, session, 1, Put(1, "k", "v")));
        net.Tell(a, new View(Cluster, 2, new ServerId(a.Id.Address, 7), null));
        Assert.Equal(8, a.Id.Incarnation);
        Assert.Equal((ReplicaRole.Idle, 0L, 0L), (a.Role, a.Position, a.Store.Count));
    }

    [Fact]
    public void Views_of_another_cluster_and_older_ones_are_not_entered()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var stranger = new View(new ClusterId(99), 50, b.Id, null);
        foreach (var node in new[] { a, b })
        {
            Unchanged(net, node, Harness.ViewService, new ViewNews(stranger, true));
            Unchanged(net, node, Harness.ViewService, new PingAnswer(node.Id, stranger, true, 1));
            Unchanged(net, node, Stranger, new WrongView(stranger));
            Unchanged(net, node, Harness.ViewService, new ViewNews(View(1, a), true));
        }
        Assert.True(a.Confirmed);
        Assert.True(b.Synced);
    }

    [Fact]
    public void An_operation_of_a_session_that_was_never_opened_is_refused()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var before = (a.Position, a.Store.Digest, a.Sessions.Digest);
        foreach (var session in new[] { 1L, 999, long.MaxValue })
            net.Give(a, Clerk, net.Request(a, session, 1, Put(1, "k", "v")));
        Assert.Empty(net.Refusals());
        net.Run();
        Assert.Equal(before, (a.Position, a.Store.Digest, a.Sessions.Digest));
        AssertEqual(a, b);
        Assert.Equal(3, net.Refusals().Count(r => r.Reason == RefusalReason.SessionExpired));
    }

    [Fact]
    public void A_sequence_below_the_floor_is_never_executed_again()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        var first = net.Request(a, session, 1, Append(1, "k", "x"));
        net.Give(a, Clerk, first);
        net.Give(a, Clerk, net.Request(a, session, 2, Append(2, "k", "y")));
        net.Give(a, Clerk, first);
        net.Run();
        Assert.Equal("xy", Read(b, "k"));
        Assert.Equal(ResultStatus.BelowFloor, net.Replies().Last().Results.Single().Status);
    }

    [Fact]
    public void Operations_that_cannot_be_change_nothing_and_say_why()
    {
        var net = new Harness
        {
            Settings = new()
            {
                MaxKeyBytes = 4,
                MaxValueBytes = 8,
                SessionIdleTicks = long.MaxValue,
            },
        };
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        net.Give(
            a,
            Clerk,
            net.Request(
                a,
                session,
                1,
                Put(1, "", "v"),
                Put(2, "12345", "v"),
                Put(3, "k", "123456789"),
                Get(4, ""),
                Put(5, "k", "ok")
            )
        );
        net.Run();
        Assert.Equal(
            [
                ResultStatus.EmptyKey,
                ResultStatus.KeyTooLong,
                ResultStatus.ValueTooLarge,
                ResultStatus.EmptyKey,
                ResultStatus.Ok,
            ],
            net.Replies().Single().Results.Select(r => r.Status)
        );
        Assert.Equal(1, b.Store.Count);
        AssertEqual(a, b);
    }

    [Fact]
    public void Requests_that_no_clerk_makes_are_dropped()
    {
        var net = new Harness();
        var (a, _) = net.Pair();
        var session = net.OpenSession(a);
        Unchanged(net, a, Clerk, net.Request(a, session, 1));
        Unchanged(net, a, Clerk, net.Request(a, 0, 1, Put(1, "k", "v")));
        Unchanged(net, a, Clerk, net.Request(a, session, -1, Put(1, "k", "v")));
        Unchanged(net, a, Clerk, net.Request(a, session, 1, Put(-1, "k", "v")));
        Unchanged(
            net,
            a,
            Clerk,
            net.Request(a, session, 1, new Operation(OperationKind.ExpireSession, 1, default, default))
        );
        Unchanged(
            net,
            a,
            Clerk,
            net.Request(a, session, 1, new Operation(OperationKind.Unsupported, 1, Bytes.Utf8("k"), default))
        );
        Unchanged(
            net,
            a,
            Clerk,
            net.Request(a, session, 1, Put(1, "k", "v"), new Operation(OperationKind.CloseSession, 2, default, default))
        );
        Assert.Empty(net.Replies());
    }

    [Fact]
    public void A_sequence_beyond_the_window_is_put_off()
    {
        var net = new Harness
        {
            Settings = new() { SessionWindow = 8, SessionIdleTicks = long.MaxValue },
        };
        var (a, _) = net.Pair();
        var session = net.OpenSession(a);
        foreach (var sequence in new[] { 9L, 10, long.MaxValue })
            Unchanged(net, a, Clerk, net.Request(a, session, 1, Put(sequence, "k", "v")));
        Assert.Equal(3, net.Refusals().Count(r => r.Reason == RefusalReason.Busy));
        net.Give(a, Clerk, net.Request(a, session, 1, Put(8, "k", "v")));
        net.Run();
        Assert.Single(net.Replies());
    }

    [Fact]
    public void Messages_of_every_type_leave_an_idle_server_idle()
    {
        var net = new Harness();
        var idle = net.Server("c");
        var view = new ViewId(Cluster, 4);
        Unchanged(net, idle, Clerk, new Request(GroupName.Default, default, 1, new Batch(1, 1, [Put(1, "k", "v")])));
        Unchanged(net, idle, Clerk, new OpenSession(GroupName.Default, default, 1));
        Unchanged(net, idle, Clerk, new OpenSession(new GroupName("other"), default, 1));
        Unchanged(net, idle, B, new ForwardAck(default, 1));
        Unchanged(net, idle, B, new ForwardWanted(default, 1));
        Unchanged(net, idle, B, new ChunkAck(default, 1));
        Unchanged(net, idle, B, new Installed(default));
        Unchanged(net, idle, B, new WrongView(Protocol.View.None));
        Unchanged(net, idle, B, new Forward(default, 1, 1, 0, [new Batch(1, 1, [Put(1, "k", "v")])]));
        Unchanged(net, idle, B, new Chunk(default, 0, true, 5, 1, [], []));
        Unchanged(net, idle, B, new Reply(1, 1, [], View(3, null)));
        Unchanged(net, idle, B, new Refusal(1, RefusalReason.Busy, View(3, null)));
        Assert.Equal(
            [RefusalReason.NotPrimary, RefusalReason.NotPrimary, RefusalReason.WrongGroup],
            net.Refusals().Select(r => r.Reason)
        );
        net.Give(idle, B, new Forward(view, 1, 1, 0, []));
        Assert.Equal(ReplicaRole.Idle, idle.Role);
    }

    private static (ReplicaNode A, long Session) HoldsAnAnswer(Harness net)
    {
        var (a, _) = net.Pair();
        var session = net.OpenSession(a);
        net.Give(a, Clerk, net.Request(a, session, 1, Put(1, "k", "v")));
        Assert.Empty(net.Replies());
        return (a, session);
    }

    private static void Unchanged(Harness net, ReplicaNode node, NodeAddress from, Message message)
    {
        var before = FingerprintOf(node);
        net.Give(node, from, message);
        Assert.True(before == FingerprintOf(node), $"changed {node.Id} by {message} from {from}");
    }

    private static ulong FingerprintOf(ReplicaNode node)
    {
        var fingerprint = new Fingerprint();
        node.AddTo(ref fingerprint);
        return fingerprint.Value;
    }
}
