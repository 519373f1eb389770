namespace PbKv.Protocol.Tests.ViewService;

public sealed class ConnectionLostTests
{
    private static readonly ServerId A = ViewServiceBench.Server("a");
    private static readonly ServerId A2 = ViewServiceBench.Server("a", 2);
    private static readonly ServerId B = ViewServiceBench.Server("b");

    [Fact]
    public void A_broken_connection_sets_a_timer_and_changes_nothing_by_itself()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        var effects = Lose(bench, A);
        var timer = Assert.Single(effects.Timers);
        Assert.Equal(
            new TimerSetting(
                new ConnectionLostTimer(A),
                bench.Settings.ConnectionLostMs,
                bench.Settings.ConnectionLostMs
            ),
            timer
        );
        bench.Expect(2, A, B);
        Assert.True(bench.IsAlive(A));
    }

    [Fact]
    public void A_server_that_did_not_ping_in_time_is_dead_at_once_and_not_at_the_next_tick()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        Lose(bench, A);
        Expire(bench, A);
        bench.Expect(3, B, null);
        Assert.Contains(
            bench.Notices,
            n => n.Kind == NoticeKind.ServerDead && n.Text.Contains("connection", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_ping_in_between_cancels_the_timer_and_one_that_fires_all_the_same_does_nothing()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        Lose(bench, A);
        Assert.Equal([new ConnectionLostTimer(A)], bench.Ping(A, 2).CancelledTimers);
        Expire(bench, A);
        bench.Expect(2, A, B);
        Assert.True(bench.IsAlive(A));
    }

    [Fact]
    public void A_ping_of_another_server_cancels_nothing()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        Lose(bench, A);
        Assert.Empty(bench.Ping(B, 2).CancelledTimers);
        Expire(bench, A);
        bench.Expect(3, B, null);
    }

    [Fact]
    public void A_server_found_dead_by_a_hint_that_pings_again_is_alive_again()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        Lose(bench, A);
        Expire(bench, A);
        bench.Ping(B, 3);
        Assert.False(bench.IsAlive(A));
        bench.Ping(A, 2);
        Assert.True(bench.IsAlive(A));
        bench.Expect(4, B, A);
        Assert.Equal(1, bench.Count(NoticeKind.ServerBack));
    }

    [Fact]
    public void The_timer_of_an_earlier_life_does_not_kill_the_present_one()
    {
        var bench = new ViewServiceBench().WithPair(B, A);
        Lose(bench, A);
        Assert.Equal([new ConnectionLostTimer(A)], bench.Ping(A2, 0).CancelledTimers);
        bench.Expect(3, B, A2);
        Expire(bench, A);
        bench.Expect(3, B, A2);
        Assert.True(bench.IsAlive(A2));
    }

    [Fact]
    public void A_connection_that_breaks_twice_sets_one_timer()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        Lose(bench, A);
        Assert.Empty(Lose(bench, A).Timers);
    }

    [Fact]
    public void Connections_of_strangers_clerks_and_dead_servers_are_nobodys_concern()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        Assert.Empty(Lose(bench, ViewServiceBench.Server("clerk")).Timers);
        bench.UntilDead((A, 2));
        Assert.Empty(Lose(bench, B).Timers);
    }

    [Fact]
    public void Just_after_a_restart_a_broken_connection_kills_nobody()
    {
        var bench = new ViewServiceBench(new ViewServiceBench().WithPair(A, B).Memory);
        Lose(bench, A);
        Expire(bench, A);
        bench.Expect(2, A, B);
        Assert.True(bench.IsAlive(A));
    }

    private static Effects Lose(ViewServiceBench bench, ServerId server) =>
        bench.Step(e => bench.Node.OnConnectionLost(server.Address, e));

    private static void Expire(ViewServiceBench bench, ServerId server) =>
        bench.Step(e => bench.Node.OnTimer(new ConnectionLostTimer(server), e));

    [Fact]
    public void Just_after_a_start_a_hint_does_not_count_and_the_next_one_is_taken()
    {
        var bench = new ViewServiceBench();
        bench.Ping(A, 0);
        Lose(bench, A);
        Expire(bench, A);
        Assert.True(bench.IsAlive(A));
        Assert.Single(Lose(bench, A).Timers);
    }

    [Fact]
    public void A_server_that_died_by_its_silence_meanwhile_does_not_die_again()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ticks(bench.DeadPings - 1, (A, 2));
        Lose(bench, B);
        bench.Ticks(1, (A, 2));
        Expire(bench, B);
        Assert.Equal(1, bench.Count(NoticeKind.ServerDead));
    }
}
