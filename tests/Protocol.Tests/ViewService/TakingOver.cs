using static PbKv.Protocol.Tests.ViewService.ViewServiceBench;

namespace PbKv.Protocol.Tests.ViewService;

/// <summary>
/// The way out where a view service knows less than its servers: it is told to take over what one of them holds.
/// </summary>
public sealed class TakingOver
{
    private static readonly NodeAddress Operator = new("operator");
    private static readonly ClusterId Theirs = new(99);
    private static readonly ServerId A = Server("a");
    private static readonly ServerId B = Server("b");
    private static readonly ServerId C = Server("c");

    [Fact]
    public void Without_its_memory_it_takes_over_the_cluster_of_a_server_that_holds_the_data()
    {
        var bench = Strangers();
        var effects = bench.Handle(Operator, new ResetRequest(A.Address));
        var answer = Assert.Single(effects.To<ResetAnswer>(Operator));
        Assert.Null(answer.Refusal);
        Assert.Equal(new View(Theirs, 1008, A, null, Era: 1008), answer.View);
        Assert.Equal(new ViewServiceMemory(Theirs, answer.View, false, false, answer.View, false), bench.Memory);
        Assert.Contains("b#1 in view 8", answer.Account);
        Assert.Equal(answer.View, Assert.Single(effects.To<ViewNews>(A.Address)).View);

        bench.Ping(A, 1008);
        Assert.True(bench.Node.Acknowledged);
        bench.Ping(B, 8);
        bench.Expect(1009, A, B);
        Assert.DoesNotContain(bench.Node.Servers, server => server.Refused);
    }

    [Fact]
    public void With_an_older_memory_it_takes_over_from_a_server_in_a_newer_view()
    {
        var bench = new ViewServiceBench(new ViewServiceBench().WithPair(A, B).Memory);
        bench.Ticks(bench.DeadPings, (A, 5), (B, 6));
        Assert.Equal(PingRefusal.NewerView, bench.Ping(A, 5).To<PingRefused>(A.Address).Single().Reason);
        bench.Handle(Operator, new ResetRequest(A.Address));
        Assert.Equal(new View(Fresh, 1006, A, null, Era: 1006), bench.View);
    }

    [Fact]
    public void Who_is_refused_is_seen_in_the_status_and_forgotten_when_it_is_silent()
    {
        var bench = Strangers();
        bench.Ticks(1, (A, 7));
        Assert.Equal(
            [new KnownServer(A, true, false, 100, true), new KnownServer(B, true, false, 100, true)],
            bench.Node.Servers.AsEnumerable()
        );
        Assert.Contains("pbkv view reset", bench.Node.WaitingFor);
        bench.Ticks(bench.DeadPings - 2, (B, 8));
        Assert.Contains(bench.Node.Servers, server => server.Server == A);
        bench.Ticks(1, (B, 8));
        Assert.DoesNotContain(bench.Node.Servers, server => server.Server == A);
        var answer = Assert.Single(bench.Handle(Operator, new ResetRequest(A.Address)).To<ResetAnswer>(Operator));
        Assert.Contains("a is not alive here; name one of: b", answer.Refusal);
        Assert.Equal(View.None, bench.View);
    }

    [Fact]
    public void A_cluster_with_data_is_not_given_up_for_a_server_of_another_one()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ping(C, 9, cluster: Theirs);
        var answer = Assert.Single(bench.Handle(Operator, new ResetRequest(C.Address)).To<ResetAnswer>(Operator));
        Assert.Contains("c is not alive here; name one of: a, b", answer.Refusal);
        bench.Expect(2, A, B);
    }

    [Fact]
    public void Nobody_else_is_fallen_back_to_when_the_one_that_was_named_dies_before_it_acknowledged()
    {
        var bench = Strangers();
        bench.Handle(Operator, new ResetRequest(A.Address));
        bench.UntilDead((B, 8), (C, 0));
        bench.Expect(1008, A, null);
        Assert.Contains("a#1", bench.Node.WaitingFor);
        bench.Handle(Operator, new ResetRequest(B.Address));
        bench.Expect(1009, B, null);
    }

    [Fact]
    public void The_wrong_server_that_was_named_does_not_keep_the_right_one_out_while_it_has_not_acknowledged()
    {
        var bench = Strangers();
        bench.Ping(C, 3, cluster: new ClusterId(98));
        bench.Handle(Operator, new ResetRequest(C.Address));
        bench.Expect(1003, C, null);
        bench.Ping(A, 7, cluster: Theirs);
        bench.Handle(Operator, new ResetRequest(A.Address));
        // Above its own numbers as well: it may come back to a cluster that it named a view of before.
        Assert.Equal(new View(Theirs, 2003, A, null, Era: 2003), bench.View);
        bench.Ping(A, 2003);
        bench.Ping(C, 1003, cluster: new ClusterId(98));
        var answer = Assert.Single(bench.Handle(Operator, new ResetRequest(C.Address)).To<ResetAnswer>(Operator));
        Assert.Contains("c is not alive here", answer.Refusal);
    }

    [Fact]
    public void A_later_life_of_a_server_takes_its_place_and_an_earlier_one_does_not()
    {
        var bench = Strangers();
        bench.Ping(Server("a", 3), 9, cluster: Theirs);
        bench.Ping(Server("a", 2), 4, cluster: Theirs);
        bench.Handle(Operator, new ResetRequest(A.Address));
        bench.Expect(1009, Server("a", 3), null);
    }

    /// <summary>
    /// A view service without memory, and A and B, which were in views 7 and 8 of a cluster that it knows nothing of.
    /// </summary>
    private static ViewServiceBench Strangers()
    {
        var bench = new ViewServiceBench();
        bench.Ping(A, 7, cluster: Theirs);
        bench.Ping(B, 8, cluster: Theirs);
        return bench;
    }

    [Fact]
    public void Over_from_a_later_life_of_a_server_that_is_dead_in_its_earlier_one()
    {
        var bench = new ViewServiceBench();
        bench.Ping(A, 0);
        bench.UntilDead((Server("a", 2), 7));
        bench.Ping(Server("a", 2), 7, cluster: Theirs);
        bench.Handle(Operator, new ResetRequest(A.Address));
        bench.Tick();
        Assert.Equal("a#2 to acknowledge view 1007", bench.Node.WaitingFor);
    }

    [Fact]
    public void Of_very_many_strangers_no_more_are_kept()
    {
        var bench = new ViewServiceBench();
        for (var i = 0; i < 110; i++)
            bench.Ping(Server($"s{i}"), 5, cluster: Theirs);
        Assert.Equal(100, bench.Node.Servers.Length);
    }

    [Fact]
    public void Whoever_could_be_taken_over_from_is_part_of_its_state()
    {
        var states = new[] { (A, 7L, 0), (Server("a", 2), 7, 0), (B, 7, 0), (A, 8, 0), (A, 7, 1) }.Select(stranger =>
        {
            var bench = new ViewServiceBench();
            bench.Ticks(bench.DeadPings);
            bench.Ping(stranger.Item1, stranger.Item2, cluster: Theirs);
            bench.Ticks(stranger.Item3);
            return bench.Fingerprint();
        });
        Assert.Distinct(states);
    }
}
