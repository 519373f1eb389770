namespace PbKv.Protocol.Tests.Replication;

/// <summary>Messages that come late, or that no honest sender sends.</summary>
public sealed class LateMessages
{
    [Fact]
    public void A_leaving_server_is_not_let_go_by_a_late_answer_about_a_view_before_the_one_that_needs_it()
    {
        var harness = new Harness();
        var a = harness.Server("a");
        var b = harness.Server("b");
        var before = Harness.View(1, b);
        harness.Tell(a, before);
        harness.Tell(b, before);
        var pair = Harness.View(2, b, a);
        harness.Tell(b, pair);
        harness.Tell(a, pair);
        harness.Run();
        harness.Tell(a, Harness.View(3, a));
        harness.Do(a, a.Leave);
        Assert.False(MayStop(a, new PingAnswer(a.Id, before, true, 1)));
        Assert.False(MayStop(a, new PingAnswer(a.Id, a.View, true, 2)));
        var after = Harness.View(5, b);
        Assert.False(MayStop(a, new PingAnswer(a.Id, after, false, 3)));
        Assert.True(MayStop(a, new PingAnswer(a.Id, after, true, 4)));
    }

    [Fact]
    public void An_append_that_was_refused_as_too_large_is_not_done_by_a_late_copy_when_the_value_has_become_shorter()
    {
        var harness = new Harness
        {
            Settings = new ProtocolSettings { SessionIdleTicks = long.MaxValue, MaxValueBytes = 8 },
        };
        var (a, b) = harness.Pair();
        var session = harness.OpenSession(a);
        var other = harness.OpenSession(a);
        harness.Give(a, Harness.Clerk, harness.Request(a, session, 1, Harness.Put(1, "k", "1234567")));
        var append = harness.Request(a, session, 1, Harness.Append(2, "k", "89"), Harness.Put(3, "x", "y"));
        harness.Give(a, Harness.Clerk, append);
        harness.Run();
        harness.Give(a, Harness.Clerk, harness.Request(a, other, 1, Harness.Put(1, "k", "")));
        harness.Give(a, Harness.Clerk, append);
        harness.Run();
        harness.Tell(b, Harness.View(3, b));
        harness.Give(b, Harness.Clerk, append);
        foreach (var reply in harness.Replies().Where(r => r.Number == append.Number))
            Assert.Equal([ResultStatus.ValueTooLarge, ResultStatus.Ok], reply.Results.Select(r => r.Status));
        Assert.Equal(3, harness.Replies().Count(r => r.Number == append.Number));
        Assert.Equal("", Harness.Read(a, "k"));
        Assert.Equal("", Harness.Read(b, "k"));
        Harness.AssertEqual(a, b);
    }

    [Fact]
    public void A_backup_whose_stream_does_not_fit_its_snapshot_never_says_that_it_is_installed()
    {
        var harness = new Harness();
        var a = harness.Server("a");
        var b = harness.Server("b");
        harness.Tell(a, Harness.View(1, a));
        var pair = Harness.View(2, a, b);
        harness.Tell(b, pair);
        harness.Give(b, a.Id.Address, new Forward(pair.Id, 1, 999, -1, []));
        harness.Tell(a, pair);
        harness.Run();
        Assert.False(b.Synced);
        Assert.True(a.Alone);
    }

    [Fact]
    public void A_backup_that_catches_up_for_long_shows_that_it_lives()
    {
        var harness = new Harness
        {
            Settings = new ProtocolSettings
            {
                SessionIdleTicks = long.MaxValue,
                ForwardsInFlight = 4,
                CatchUpStep = 1,
            },
        };
        var a = harness.Server("a");
        var b = harness.Server("b");
        harness.Tell(a, Harness.View(1, a));
        var session = harness.OpenSession(a);
        var pair = Harness.View(2, a, b);
        harness.Tell(b, pair);
        harness.Tell(a, pair);
        for (var i = 1; i <= 4; i++)
            harness.Give(a, Harness.Clerk, harness.Request(a, session, 1, Harness.Put(i, "k", $"{i}")));
        var forwards = harness.Take<Forward>();
        foreach (var forward in forwards)
            harness.Give(b, a.Id.Address, forward);
        harness.Take<ForwardAck>();
        foreach (var chunk in harness.Take<Chunk>())
            harness.Give(b, a.Id.Address, chunk);
        Assert.Equal(4, harness.Take<ForwardAck>().Count);
        Assert.Single(harness.Take<Installed>());
    }

    [Fact]
    public void That_a_session_is_unknown_is_told_like_the_result_of_a_Get_after_an_acknowledgement()
    {
        var harness = new Harness();
        var (a, b) = harness.Pair();
        harness.Give(a, Harness.Clerk, harness.Request(a, 4711, 1, Harness.Put(1, "k", "v")));
        Assert.Empty(harness.Refusals());
        harness.Run();
        Assert.Equal(RefusalReason.SessionExpired, Assert.Single(harness.Refusals()).Reason);
        Harness.AssertEqual(a, b);
    }

    [Fact]
    public void A_reset_drops_the_answers_that_its_primary_holds()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        net.Give(a, Harness.Clerk, net.Request(a, session, 1, Harness.Put(1, "k", "v")));
        net.Tell(a, new View(Harness.Cluster, 3, a.Id, b.Id, Era: 3));
        Assert.Empty(net.Replies());
        Assert.Equal(RefusalReason.NotPrimary, Assert.Single(net.Refusals()).Reason);
    }

    [Fact]
    public void After_a_reset_a_session_of_the_history_that_was_given_up_is_not_taken_for_one_of_the_new_era()
    {
        const long Reset = View.MostNumber - 2;
        var harness = new Harness();
        var (a, _) = harness.Pair();
        var lost = harness.OpenSession(a);
        var c = harness.Server("c");
        harness.Tell(c, new View(Harness.Cluster, Reset, c.Id, null, Era: Reset));
        Assert.Equal(lost, harness.OpenSession(c));
        Assert.Equal(
            [0, Reset],
            harness.Outside.Select(said => said.Message).OfType<SessionOpened>().Select(o => o.Era)
        );
        var late = harness.Request(c, lost, 1, Harness.Put(1, "k", "of another client"));
        harness.Give(c, Harness.Clerk, late);
        Assert.Equal(RefusalReason.SessionExpired, Assert.Single(harness.Refusals()).Reason);
        harness.Give(c, Harness.Clerk, harness.Request(c, lost, 1, Harness.Put(1, "k", "v")) with { Era = Reset });
        Assert.Equal((1, Reset), (Assert.Single(harness.Replies()).Results.Length, harness.Replies()[0].Era));
        Assert.Equal("v", Harness.Read(c, "k"));

        var d = harness.Server("d");
        var pair = new View(Harness.Cluster, Reset + 1, c.Id, d.Id, Reset);
        harness.Tell(d, pair);
        harness.Tell(c, pair);
        harness.Run();
        harness.Tell(d, new View(Harness.Cluster, Reset + 2, d.Id, null, Reset));
        harness.Give(d, Harness.Clerk, late);
        Assert.Equal(RefusalReason.SessionExpired, harness.Refusals()[^1].Reason);
        harness.Give(d, Harness.Clerk, harness.Request(d, lost, 1, Harness.Get(2, "k")) with { Era = Reset });
        Assert.Equal("v", harness.Replies()[^1].Results[0].Value.ToString());
    }

    [Fact]
    public void A_position_is_of_the_era_in_which_its_history_was_written_not_of_the_view()
    {
        var harness = new Harness();
        var (a, b) = harness.Pair();
        harness.OpenSession(a);
        var (c, reset) = (harness.Server("c"), 3);
        foreach (var server in new[] { a, b, c })
            harness.Tell(server, new View(Harness.Cluster, reset, c.Id, null, Era: reset));
        harness.OpenSession(c);
        Assert.Equal([(0, 1), (0, 1), (3, 1)], new[] { a, b, c }.Select(PositionOf));
        foreach (var server in new[] { a, c })
            harness.Tell(server, new View(Harness.Cluster, 4, c.Id, a.Id, Era: reset));
        harness.Run();
        Assert.Equal([(3, 1), (0, 1), (3, 1)], new[] { a, b, c }.Select(PositionOf));

        (long, long) PositionOf(ReplicaNode server)
        {
            var status = harness.StatusOf(server);
            return (status.Era, status.Position);
        }
    }

    [Fact]
    public void A_server_without_a_view_takes_its_first_one_from_its_own_view_service()
    {
        var harness = new Harness();
        var a = harness.Server("a");
        var stranger = new NodeAddress("view service of a cluster that this address was in");
        var foreign = new View(new ClusterId(99), 5, new ServerId(new NodeAddress("x"), 1), null);
        harness.Give(a, stranger, new ViewNews(foreign, Acknowledged: true));
        harness.Give(a, stranger, new WrongView(foreign));
        Assert.Equal(View.None, a.View);
        harness.Tell(a, Harness.View(1, a));
        Assert.True(a.Confirmed);
    }

    [Fact]
    public void A_view_of_the_same_number_that_names_another_backup_confirms_nobody()
    {
        var harness = new Harness();
        var (a, b, c) = (harness.Server("a"), harness.Server("b"), harness.Server("c"));
        harness.Tell(a, Harness.View(1, a, b), acknowledged: false);
        harness.Tell(a, Harness.View(1, a, c));
        Assert.False(a.Confirmed);
        harness.Tell(a, Harness.View(1, a, b));
        Assert.True(a.Confirmed);
    }

    [Fact]
    public void That_a_view_ends_a_transfer_is_said_by_both_servers()
    {
        var harness = new Harness();
        var (a, b, _) = harness.PairInTransfer();
        foreach (var server in new[] { a, b })
        {
            harness.Notices.Clear();
            harness.Tell(server, Harness.View(3, a));
            Assert.Single(harness.Notices, notice => notice.Kind == NoticeKind.TransferAbandoned);
        }
    }

    [Fact]
    public void A_server_that_starts_over_lets_those_go_who_wait_for_its_answers()
    {
        var harness = new Harness();
        var (a, _) = harness.Pair();
        var put = harness.Request(a, harness.OpenSession(a), 1, Harness.Put(1, "k", "v"));
        harness.Give(a, Harness.Clerk, put);
        harness.Give(a, Harness.ViewService, new PingRefused(a.Id, PingRefusal.OlderIncarnation, Harness.Cluster, 7));
        var refusal = Assert.Single(harness.Refusals());
        Assert.Equal((put.Number, RefusalReason.NotPrimary), (refusal.Number, refusal.Reason));
    }

    [Fact]
    public void A_server_that_allows_shorter_keys_gives_a_retry_the_result_of_what_was_done_before()
    {
        var harness = new Harness();
        var a = harness.Server("a");
        harness.Tell(a, Harness.View(1, a));
        var session = harness.OpenSession(a);
        var put = harness.Request(a, session, 1, Harness.Put(1, "a long key", "v"));
        harness.Give(a, Harness.Clerk, put);
        var b = harness.Server("b", settings: harness.Settings with { MaxKeyBytes = 4 });
        var pair = Harness.View(2, a, b);
        harness.Tell(b, pair);
        harness.Tell(a, pair);
        harness.Run();
        harness.Tell(b, Harness.View(3, b));
        harness.Give(b, Harness.Clerk, put);
        Assert.Equal(ResultStatus.Ok, harness.Replies().Last().Results[0].Status);
        Assert.Equal(2, harness.Replies().Count);
    }

    [Fact]
    public void A_server_starts_over_above_earlier_lives_until_it_is_plain_that_another_one_lives_there()
    {
        var harness = new Harness();
        var a = harness.Server("a", incarnation: 5);
        Hear(9);
        Assert.Equal(10, a.Id.Incarnation);
        Hear(9);
        Assert.Equal(10, a.Id.Incarnation);
        // A late ping of a life before told of it.
        Hear(12);
        Assert.Equal(13, a.Id.Incarnation);
        Hear(14);
        Hear(16);
        Hear(18);
        Assert.Equal(15, a.Id.Incarnation);
        Assert.Single(harness.Notices, notice => notice.Text.Contains("another server lives at a"));

        void Hear(long known) =>
            harness.Give(
                a,
                Harness.ViewService,
                new PingRefused(a.Id, PingRefusal.OlderIncarnation, Harness.Cluster, known)
            );
    }

    private static bool MayStop(ReplicaNode node, Message message)
    {
        var effects = new Effects();
        node.Handle(Harness.ViewService, message, effects);
        return effects.MayStop;
    }
}
