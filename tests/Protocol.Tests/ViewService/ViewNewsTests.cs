namespace PbKv.Protocol.Tests.ViewService;

public sealed class ViewNewsTests
{
    private static readonly ServerId A = ViewServiceBench.Server("a");
    private static readonly ServerId B = ViewServiceBench.Server("b");
    private static readonly ServerId C = ViewServiceBench.Server("c");
    private static readonly ServerId D = ViewServiceBench.Server("d");
    private static readonly ServerId E = ViewServiceBench.Server("e");
    private static readonly NodeAddress Clerk = new("clerk");

    [Fact]
    public void A_new_view_is_told_at_once_to_those_in_the_old_and_the_new_one_and_to_the_idle_who_live()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ping(D, 0);
        bench.Ticks(2, (A, 2), (B, 2));
        bench.Ping(C, 0);
        bench.Ticks(3, (A, 2), (B, 2), (C, 0));
        bench.Ping(E, 0);
        Assert.False(bench.IsAlive(D));
        var effects = bench.Ping(A, 2, backupSilent: true);
        bench.Expect(3, A, C);
        Assert.Equal(
            [B.Address, C.Address, E.Address],
            effects.Messages.Where(m => m.Message is ViewNews).Select(m => m.To)
        );
        var answer = Assert.Single(effects.To<PingAnswer>(A.Address));
        Assert.Equal((3L, false), (answer.View.Number, answer.Acknowledged));
    }

    [Fact]
    public void The_primary_learns_by_the_answer_to_the_ping_that_acknowledges()
    {
        var bench = new ViewServiceBench();
        bench.UntilDead((A, 0));
        var effects = bench.Ping(A, 1);
        Assert.True(Assert.Single(effects.To<PingAnswer>(A.Address)).Acknowledged);
        Assert.Empty(effects.To<ViewNews>(A.Address));
    }

    [Fact]
    public void A_clerk_that_asked_is_told_of_the_next_view_and_of_its_acknowledgement_and_then_no_more()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        Assert.Equal(
            [new ViewNews(bench.View, true)],
            bench.Handle(Clerk, new ViewRequest(ViewId.None)).To<ViewNews>(Clerk)
        );
        bench.Handle(Clerk, new ViewRequest(ViewId.None));
        var made = bench.Ping(A, 2, leaving: true);
        Assert.Equal([new ViewNews(bench.View, false)], made.To<ViewNews>(Clerk));
        var acknowledged = bench.Ping(B, 3);
        Assert.Equal([new ViewNews(bench.View, true)], acknowledged.To<ViewNews>(Clerk));
        var next = bench.Ping(C, 0);
        bench.Expect(4, B, C);
        Assert.Empty(next.To<ViewNews>(Clerk));
    }

    [Fact]
    public void A_clerk_that_asks_before_there_is_a_view_is_told_when_there_is_one()
    {
        var bench = new ViewServiceBench();
        Assert.Equal(
            [new ViewNews(View.None, false)],
            bench.Handle(Clerk, new ViewRequest(ViewId.None)).To<ViewNews>(Clerk)
        );
        bench.Ticks(bench.DeadPings - 1, (A, 0));
        bench.Ping(A, 0);
        var made = bench.Tick();
        bench.Expect(1, A, null);
        Assert.Equal([new ViewNews(bench.View, false)], made.To<ViewNews>(Clerk));
        Assert.Equal([new ViewNews(bench.View, true)], bench.Ping(A, 1).To<ViewNews>(Clerk));
    }

    [Fact]
    public void Where_the_acknowledgement_brings_the_next_view_the_clerk_hears_of_that_and_goes_on_waiting()
    {
        var bench = new ViewServiceBench();
        bench.UntilDead((A, 0), (B, 0));
        bench.Handle(Clerk, new ViewRequest(ViewId.None));
        var effects = bench.Ping(A, 1);
        Assert.Equal([new ViewNews(bench.View, false)], effects.To<ViewNews>(Clerk));
        Assert.Equal([new ViewNews(bench.View, true)], bench.Ping(A, 2).To<ViewNews>(Clerk));
    }

    [Fact]
    public void The_list_of_clerks_is_bounded_and_those_beyond_it_are_answered_all_the_same()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        for (var i = 0; i < 10_100; i++)
        {
            var clerk = new NodeAddress($"clerk-{i}");
            Assert.Single(bench.Handle(clerk, new ViewRequest(ViewId.None)).To<ViewNews>(clerk));
        }
        var told = bench
            .Ping(A, 2, leaving: true)
            .Messages.Count(m => m.Message is ViewNews && m.To.Value.StartsWith("clerk", StringComparison.Ordinal));
        Assert.Equal(10_000, told);
    }

    [Fact]
    public void Clerks_whose_connection_ended_are_told_no_more_and_leave_their_places_to_others()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        for (var i = 0; i < 10_000; i++)
        {
            bench.Handle(new NodeAddress($"akka.tcp://gone-{i}@host:1/user/clerk"), new ViewRequest(ViewId.None));
            bench.Node.OnClientsGone($"akka.tcp://gone-{i}@host:1/");
        }
        var (stays, other) = (
            new NodeAddress("akka.tcp://stays@host:1/user/clerk"),
            new NodeAddress("akka.tcp://stays@host:12/user/clerk")
        );
        bench.Handle(stays, new ViewRequest(ViewId.None));
        bench.Handle(other, new ViewRequest(ViewId.None));
        bench.Node.OnClientsGone("akka.tcp://stays@host:1/");
        var told = bench
            .Ping(A, 2, leaving: true)
            .Messages.Where(m => m.Message is ViewNews && m.To.Value.StartsWith("akka", StringComparison.Ordinal));
        Assert.Equal([other], told.Select(m => m.To));
    }

    [Fact]
    public void A_server_that_asks_gets_the_view_but_is_not_listed_with_the_clerks()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Handle(A.Address, new ViewRequest(ViewId.None));
        Assert.Single(bench.Ping(B, 2, leaving: true).To<ViewNews>(A.Address));
    }

    [Fact]
    public void A_server_that_leaves_hears_that_the_new_primary_has_acknowledged_and_whether_its_backup_is_synced()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ping(C, 0);
        bench.Ping(A, 2, leaving: true);
        bench.Expect(3, B, C);
        Assert.True(Assert.Single(bench.Ping(B, 3).To<ViewNews>(A.Address)).Acknowledged);
        Assert.False(Assert.Single(bench.Ping(A, 3, leaving: true).To<PingAnswer>(A.Address)).Synced);
        bench.Ping(C, 3, synced: true);
        Assert.True(Assert.Single(bench.Ping(A, 3, leaving: true).To<PingAnswer>(A.Address)).Synced);
    }

    [Fact]
    public void A_ping_that_changes_nothing_is_answered_and_nobody_else_hears_of_it()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ping(C, 0, leaving: true);
        Assert.Single(bench.Ping(B, 2, synced: true).Messages);
        Assert.Single(bench.Ping(A, 2).Messages);
    }

    [Fact]
    public void The_dead_of_the_former_view_are_told_of_the_next_one()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ticks(bench.DeadPings - 1, (B, 2));
        bench.Ping(B, 2);
        var effects = bench.Tick();
        bench.Expect(3, B, null);
        Assert.Single(effects.To<ViewNews>(A.Address));
    }
}
