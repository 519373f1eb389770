using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>
/// What a server must live through unchanged: messages that no honest sender sends, or that come from another time.
/// </summary>
public class SurvivalTests
{
    private static readonly NodeAddress Views = Harness.ViewService;
    private static readonly NodeAddress Stranger = new("stranger");
    private static readonly NodeAddress AddressA = new("a");
    private static readonly NodeAddress AddressB = new("b");

    [Fact]
    public void A_backup_takes_no_forward_and_no_chunk_of_anybody_but_its_primary()
    {
        var (_, _, b) = Busy();
        Assert.Empty(Unchanged(b, Stranger, NextForward(b, 1)));
        Assert.Empty(Unchanged(b, Clerk, NextForward(b, 1)));
        Assert.Empty(Unchanged(b, Stranger, AChunk(b.View.Id, 0, last: true)));
        // The same forward from the primary is taken, and only then found to be forged.
        Assert.IsType<ForwardAck>(Hear(b, AddressA, NextForward(b, 1) with { Digest = 1 })[0].Message);
        Assert.Equal(("", 2), (Read(b, "k"), b.Id.Incarnation));
    }

    [Fact]
    public void A_primary_takes_no_acknowledgement_of_anybody_but_its_backup()
    {
        var (net, a, _) = Busy();
        var forward = net.Take<Forward>().Single();
        foreach (var message in FromBackup(a.View.Id, forward.Serial))
            Assert.Empty(Unchanged(a, Stranger, message));
        Assert.IsType<Reply>(Hear(a, AddressB, new ForwardAck(a.View.Id, forward.Serial)).Single().Message);
    }

    [Fact]
    public void Nothing_of_another_cluster_is_processed_or_answered_by_a_replica()
    {
        var (net, a, b) = Busy();
        var other = new ViewId(new ClusterId(99), a.View.Number);
        var forward = net.Take<Forward>().Single();
        foreach (var message in FromBackup(other, forward.Serial))
            Assert.Empty(Unchanged(a, AddressB, message));
        Assert.Empty(Unchanged(b, AddressA, NextForward(b, 1) with { View = other }));
        Assert.Empty(Unchanged(b, AddressA, AChunk(other with { Number = 50 }, 0, last: true)));
        var foreign = new View(other.Cluster, 50, a.Id, null);
        Assert.Empty(Unchanged(a, AddressB, new WrongView(foreign)));
        Assert.Empty(Unchanged(a, Views, new ViewNews(foreign, true)));
        Assert.Empty(Unchanged(a, Views, new PingAnswer(a.Id, foreign, true, 9)));
    }

    [Fact]
    public void A_clerk_of_another_cluster_or_group_is_refused()
    {
        var (net, a, _) = Busy();
        var request = net.Request(a, 1, 1, Put(50, "k", "v"));
        var refusal = Unchanged(a, Clerk, request with { View = new ViewId(new ClusterId(99), 1) }).Single().Message;
        Assert.Equal(RefusalReason.NotPrimary, Assert.IsType<Refusal>(refusal).Reason);
        refusal = Unchanged(a, Clerk, request with { Group = new GroupName("other") }).Single().Message;
        Assert.Equal(RefusalReason.WrongGroup, Assert.IsType<Refusal>(refusal).Reason);
    }

    [Fact]
    public void What_comes_of_an_older_view_is_refused_with_the_newer_one()
    {
        var (net, a, b) = Busy();
        var old = new ViewId(Cluster, 1);
        Assert.Equal(
            b.View,
            Assert
                .IsType<WrongView>(Unchanged(b, AddressA, NextForward(b, 1) with { View = old }).Single().Message)
                .Known
        );
        Assert.Equal(
            b.View,
            Assert.IsType<WrongView>(Unchanged(b, AddressA, AChunk(old, 0, last: true)).Single().Message).Known
        );
        var forward = net.Take<Forward>().Single();
        foreach (var message in FromBackup(old, forward.Serial))
            Unchanged(a, AddressB, message);
        Assert.Empty(Unchanged(a, Views, new ViewNews(View(1, a), true)));
        Assert.Empty(Unchanged(a, AddressB, new WrongView(View(1, b))));
    }

    [Fact]
    public void A_message_of_an_unknown_view_is_not_processed_and_the_view_is_asked_for_once()
    {
        var (_, a, b) = Busy();
        var unknown = new ViewId(Cluster, 77);
        var (position, digest) = (b.Position, b.Store.Digest);
        Assert.IsType<ViewRequest>(Hear(b, AddressA, NextForward(b, 1) with { View = unknown }).Single().Message);
        Assert.Empty(Hear(b, AddressA, NextForward(b, 1) with { View = unknown }));
        Assert.Equal((position, digest, 2), (b.Position, b.Store.Digest, b.View.Number));
        Assert.IsType<ViewRequest>(Hear(a, AddressB, new Installed(unknown)).Single().Message);
        Assert.Equal(2, a.View.Number);
    }

    [Fact]
    public void What_was_meant_for_an_earlier_life_is_not_believed()
    {
        var net = new Harness();
        var a = net.Server("a", incarnation: 5);
        var earlier = a.Id with { Incarnation = 4 };
        var view = new View(Cluster, 3, earlier, null);
        Assert.Empty(Unchanged(a, Views, new PingAnswer(earlier, view, true, 8)));
        Assert.Empty(Unchanged(a, Views, new PingRefused(earlier, PingRefusal.OlderIncarnation, Cluster, 9)));
        net.Tell(a, view);
        Assert.Equal(ReplicaRole.Idle, a.Role);
        Assert.IsType<Refusal>(Unchanged(a, Clerk, net.Request(a, 1, 1, Put(1, "k", "v"))).Single().Message);
    }

    [Fact]
    public void Forwards_whose_positions_do_not_fit_are_not_executed_and_not_acknowledged()
    {
        var (_, _, b) = Busy();
        foreach (var position in (long[])[long.MinValue, -1, 0, b.Position, b.Position + 2, long.MaxValue])
            Assert.DoesNotContain(
                Unchanged(b, AddressA, NextForward(b, 1) with { FirstPosition = position }),
                sent => sent.Message is ForwardAck
            );
    }

    [Fact]
    public void A_repeated_forward_is_acknowledged_again_and_one_past_a_gap_is_asked_for()
    {
        var (_, _, b) = Busy();
        var next = NextForward(b, 1);
        foreach (var serial in (long[])[next.Serial - 1, 1, 0, -1, long.MinValue])
        {
            var ack = Assert.IsType<ForwardAck>(Unchanged(b, AddressA, next with { Serial = serial }).Single().Message);
            Assert.Equal(next.Serial - 1, ack.Serial);
        }
        var digest = b.Store.Digest;
        var wanted = Assert.IsType<ForwardWanted>(
            Hear(b, AddressA, next with { Serial = long.MaxValue }).Single().Message
        );
        Assert.Equal(next.Serial, wanted.Serial);
        Assert.Equal(digest, b.Store.Digest);
    }

    [Fact]
    public void Acknowledgements_of_what_was_never_sent_release_nothing()
    {
        var (net, a, _) = Busy();
        var serial = net.Take<Forward>().Single().Serial;
        foreach (var never in (long[])[serial + 1, long.MaxValue, -1, long.MinValue])
            Assert.Empty(Unchanged(a, AddressB, new ForwardAck(a.View.Id, never)));
        Assert.Empty(Unchanged(a, AddressB, new ForwardWanted(a.View.Id, long.MaxValue)));
        Assert.Empty(Unchanged(a, AddressB, new ChunkAck(a.View.Id, long.MaxValue)));
        Assert.Empty(Unchanged(a, AddressB, new ChunkAck(a.View.Id, -1)));
        Assert.Empty(Unchanged(a, AddressB, new Installed(a.View.Id)));
    }

    [Fact]
    public void A_server_without_a_role_or_without_a_backup_takes_no_acknowledgement()
    {
        var net = new Harness();
        var a = net.Server("a");
        foreach (var message in FromBackup(a.View.Id, 1))
            Assert.Empty(Unchanged(a, AddressB, message));
        net.Tell(a, View(1, a));
        foreach (var message in FromBackup(a.View.Id, 1))
            Assert.Empty(Unchanged(a, AddressB, message));
        Assert.Empty(Unchanged(a, AddressA, new Forward(a.View.Id, 1, 1, -1, [])));
        Assert.Empty(Unchanged(a, AddressA, AChunk(a.View.Id, 0, last: true)));
        Assert.True(a.Alone);
    }

    [Fact]
    public void A_confirmation_before_the_last_chunk_was_sent_does_not_end_answering_alone()
    {
        var (_, a, b) = InTransfer(out _);
        Assert.Empty(Unchanged(a, b.Id.Address, new Installed(a.View.Id)));
        Assert.True(a.Alone);
        Assert.Empty(Unchanged(a, b.Id.Address, new ChunkAck(a.View.Id, 1000)));
    }

    [Fact]
    public void Chunks_twice_late_out_of_order_or_of_another_transfer_change_nothing()
    {
        var (net, a, b) = InTransfer(out var first);
        net.Give(b, AddressA, first);
        Assert.Equal(1, Assert.IsType<ChunkAck>(Unchanged(b, AddressA, first).Single().Message).Next);
        foreach (var index in (long[])[-1, 2, long.MaxValue])
            Assert.Equal(
                1,
                Assert
                    .IsType<ChunkAck>(
                        Unchanged(b, AddressA, first with { Index = index, Last = true }).Single().Message
                    )
                    .Next
            );
        Assert.IsType<WrongView>(
            Unchanged(b, AddressA, first with { View = new ViewId(Cluster, 1), Index = 1 }).Single().Message
        );
        Assert.False(b.Installed);

        net.Run();
        Assert.True(b.Synced);
        AssertEqual(a, b);
        Assert.IsType<ChunkAck>(Unchanged(b, AddressA, first).Single().Message);
        Assert.IsType<ChunkAck>(Unchanged(b, AddressA, AChunk(b.View.Id, 0, last: true)).Single().Message);
        AssertEqual(a, b);
    }

    [Fact]
    public void A_sequence_below_the_floor_is_refused_and_not_executed()
    {
        var (net, a, b) = Busy();
        net.Run();
        var session = net.OpenSession(a);
        net.Give(a, Clerk, net.Request(a, session, 5, Put(5, "k", "new")));
        net.Run();
        var position = a.Position;
        net.Give(a, Clerk, net.Request(a, session, 1, Put(4, "k", "old"), Append(1, "k", "old"), Put(0, "k", "old")));
        net.Run();

        Assert.All(net.Replies().Last().Results, result => Assert.Equal(ResultStatus.BelowFloor, result.Status));
        Assert.Equal((position, "new"), (a.Position, Read(a, "k")));
        AssertEqual(a, b);
    }

    [Fact]
    public void Empty_and_oversized_keys_and_oversized_values_are_refused_one_by_one()
    {
        var net = new Harness
        {
            Settings = new ProtocolSettings
            {
                SessionIdleTicks = long.MaxValue,
                MaxKeyBytes = 4,
                MaxValueBytes = 5,
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
                Get(2, ""),
                Append(3, "12345", "v"),
                Put(4, "k", "123456"),
                Put(5, "k", "12345"),
                Append(6, "k", "6"),
                PutHash(7, "h", "123456"),
                Put(8, "1234", "v"),
                Append(9, "1234", "1234")
            )
        );
        net.Run();

        Assert.Equal(
            [
                ResultStatus.EmptyKey,
                ResultStatus.EmptyKey,
                ResultStatus.KeyTooLong,
                ResultStatus.ValueTooLarge,
                ResultStatus.Ok,
                ResultStatus.ValueTooLarge,
                ResultStatus.ValueTooLarge,
                ResultStatus.Ok,
                ResultStatus.Ok,
            ],
            net.Replies().Single().Results.Select(result => result.Status)
        );
        Assert.Equal("12345", Read(a, "k"));
        Assert.Equal(2, a.Store.Count);
        AssertEqual(a, b);
    }

    [Fact]
    public void A_request_that_no_clerk_makes_is_dropped()
    {
        var (net, a, _) = Busy();
        Assert.Empty(Unchanged(a, Clerk, net.Request(a, 1, 1)));
        Assert.Empty(Unchanged(a, Clerk, net.Request(a, 0, 1, Put(1, "k", "v"))));
        Assert.Empty(Unchanged(a, Clerk, net.Request(a, -7, 1, Put(1, "k", "v"))));
        Assert.Empty(Unchanged(a, Clerk, net.Request(a, 1, -1, Put(1, "k", "v"))));
        Assert.Empty(Unchanged(a, Clerk, net.Request(a, 1, 1, Put(-1, "k", "v"))));
        foreach (
            var kind in (OperationKind[])
                [default, OperationKind.OpenSession, OperationKind.ExpireSession, OperationKind.Unsupported]
        )
            Assert.Empty(Unchanged(a, Clerk, net.Request(a, 1, 1, Put(9, "k", "v") with { Kind = kind })));
    }

    [Fact]
    public void A_session_that_is_not_known_is_refused_and_nothing_is_executed()
    {
        var (net, a, _) = Busy();
        net.Run();
        var (position, store, sessions) = (a.Position, a.Store.Digest, a.Sessions.Digest);
        net.Give(a, Clerk, net.Request(a, 12345, 1, Put(1, "k", "forged")));
        net.Run();
        Assert.Equal(RefusalReason.SessionExpired, net.Refusals().Single().Reason);
        Assert.Equal((position, store, sessions), (a.Position, a.Store.Digest, a.Sessions.Digest));
    }

    /// <summary>A synced pair with a put in flight, whose answer is held.</summary>
    private static (Harness Net, ReplicaNode A, ReplicaNode B) Busy()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        net.Give(a, Clerk, net.Request(a, session, 1, Put(1, "k", "v")));
        Assert.Empty(net.Replies());
        return (net, a, b);
    }

    /// <summary>A pair in view 2 whose transfer has sent its first chunk of several, which is handed out.</summary>
    private static (Harness Net, ReplicaNode A, ReplicaNode B) InTransfer(out Chunk first)
    {
        var net = new Harness
        {
            Settings = new ProtocolSettings
            {
                SessionIdleTicks = long.MaxValue,
                ChunkBytes = 64,
                ChunksInFlight = 1,
            },
        };
        var (a, b, _) = net.PairInTransfer();
        first = net.Take<Chunk>().Single();
        return (net, a, b);
    }

    /// <summary>The forward that the backup would take next, if everything about it were right.</summary>
    private static Forward NextForward(ReplicaNode backup, long session)
    {
        var serial =
            (
                (ForwardAck)Hear(backup.Clone(), AddressA, new Forward(backup.View.Id, 0, 0, -1, [])).Single().Message
            ).Serial + 1;
        return new Forward(
            backup.View.Id,
            serial,
            backup.Position + 1,
            -1,
            [new Batch(session, 1, [Put(60, "k", "forged")])]
        );
    }

    private static Chunk AChunk(ViewId view, long index, bool last) =>
        new(view, index, last, 1, 1, [new Entry(Bytes.Utf8("forged"), Bytes.Utf8("v"))], []);

    private static Message[] FromBackup(ViewId view, long serial) =>
        [new ForwardAck(view, serial), new ForwardWanted(view, serial), new ChunkAck(view, 1), new Installed(view)];

    private static List<Outgoing> Hear(ReplicaNode node, NodeAddress from, Message message)
    {
        var effects = new Effects();
        node.Handle(from, message, effects);
        return effects.Messages;
    }

    private static List<Outgoing> Unchanged(ReplicaNode node, NodeAddress from, Message message)
    {
        var before = Print(node);
        var sent = Hear(node, from, message);
        Assert.Equal(before, Print(node));
        return sent;
    }

    private static ulong Print(ReplicaNode node)
    {
        var fingerprint = new Fingerprint();
        node.AddTo(ref fingerprint);
        return fingerprint.Value;
    }
}
