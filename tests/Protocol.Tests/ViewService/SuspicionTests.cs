namespace PbKv.Protocol.Tests.ViewService;

/// <summary>Where a suspicion proves false, and where the view service itself stood still.</summary>
public sealed class SuspicionTests
{
    private const int CalmTicks = 600;

    private static readonly ServerId A = ViewServiceBench.Server("a");
    private static readonly ServerId A2 = ViewServiceBench.Server("a", 2);
    private static readonly ServerId B = ViewServiceBench.Server("b");

    [Fact]
    public void Who_suspected_falsely_waits_longer_each_time_but_at_most_four_times_as_long()
    {
        var bench = new ViewServiceBench().WithPrimary(A);
        var waited = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            waited.Add(TicksUntilDead(bench, B));
            bench.PingNow(B);
        }
        var one = bench.DeadPings;
        Assert.Equal([one, 2 * one, 3 * one, 4 * one, 4 * one], waited);
    }

    [Fact]
    public void It_waits_longer_for_everybody_as_the_machine_is_slow_and_not_one_server()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        SuspectFalsely(bench);
        Assert.Equal(2 * bench.DeadPings, TicksUntilDead(bench, A));
    }

    [Fact]
    public void A_server_that_counts_as_dead_stays_so_while_it_waits_longer_for_others()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ticks(bench.DeadPings);
        Assert.False(bench.IsAlive(A));
        bench.PingNow(B);
        Assert.False(bench.IsAlive(A));
    }

    [Fact]
    public void After_a_quiet_minute_it_waits_less_again()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        SuspectFalsely(bench);
        SuspectFalsely(bench);
        bench.Ticks(CalmTicks - 1, (A, -1), (B, -1));
        Assert.Equal(2, bench.Node.FalseSuspicions);
        bench.Ticks(1 + CalmTicks, (A, -1), (B, -1));
        Assert.Equal(0, bench.Node.FalseSuspicions);
        Assert.Equal(bench.DeadPings, TicksUntilDead(bench, B));
    }

    [Fact]
    public void Who_was_silent_for_more_than_half_of_what_kills_makes_it_wait_longer_too()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        for (var patience = 1; patience < 4; patience++)
        {
            SilentFor(bench, bench.DeadPings * patience / 2);
            Assert.Equal(patience - 1, bench.Node.FalseSuspicions);
            SilentFor(bench, (bench.DeadPings * patience / 2) + 1);
            Assert.Equal(patience, bench.Node.FalseSuspicions);
        }
        Assert.Equal(3, bench.Count(NoticeKind.ServerLate));
        SilentFor(bench, bench.DeadPings * 3);
        Assert.Equal(3, bench.Node.FalseSuspicions);
        Assert.Equal(3, bench.Count(NoticeKind.ServerLate));
        Assert.Equal(4 * bench.DeadPings, TicksUntilDead(bench, B));
    }

    [Fact]
    public void How_long_a_server_needs_to_find_a_view_service_that_is_new_says_nothing()
    {
        var before = new ViewServiceBench().WithPair(A, B).Node.Known;
        var bench = new ViewServiceBench(memory: before);
        bench.Ticks(bench.DeadPings - 1);
        bench.PingNow(A);
        Assert.Equal(0, bench.Node.FalseSuspicions);
    }

    [Fact]
    public void A_restart_is_no_false_suspicion()
    {
        var bench = new ViewServiceBench().WithPair(B, A);
        TicksUntilDead(bench, A);
        bench.Ping(A2, 0);
        Assert.Equal(0, bench.Node.FalseSuspicions);
    }

    [Fact]
    public void A_broken_connection_has_longer_to_come_back_too()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        SuspectFalsely(bench);
        var timer = Assert.Single(bench.Step(e => bench.Node.OnConnectionLost(A.Address, e)).Timers);
        Assert.Equal(2 * bench.Settings.ConnectionLostMs, timer.MinMs);
    }

    [Fact]
    public void A_late_tick_makes_nobody_older()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ticks(bench.DeadPings - 1);
        Assert.Single(bench.Tick(late: true).Timers);
        Assert.True(bench.IsAlive(A));
        bench.Tick();
        Assert.False(bench.IsAlive(A));
    }

    [Fact]
    public void Where_every_tick_is_late_the_dead_are_found_in_twice_the_time()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        for (var i = 0; i < 2 * bench.DeadPings; i++)
        {
            Assert.True(bench.IsAlive(A));
            bench.PingNow(B);
            bench.Tick(late: true);
        }
        Assert.False(bench.IsAlive(A));
    }

    [Fact]
    public void Whose_connection_broke_has_its_time_again_where_the_view_service_slept()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Step(e => bench.Node.OnConnectionLost(A.Address, e));
        var late = bench.Step(e => bench.Node.OnTimer(new ConnectionLostTimer(A) { Late = true }, e));
        Assert.Equal(new ConnectionLostTimer(A), Assert.Single(late.Timers).Timer);
        Assert.True(bench.IsAlive(A));
        bench.Step(e => bench.Node.OnTimer(new ConnectionLostTimer(A), e));
        Assert.False(bench.IsAlive(A));
    }

    private static void SilentFor(ViewServiceBench bench, int ticks)
    {
        bench.PingNow(B);
        for (var i = 0; i < ticks; i++)
        {
            bench.PingNow(A);
            bench.Tick();
        }
        bench.PingNow(B);
    }

    private static void SuspectFalsely(ViewServiceBench bench)
    {
        TicksUntilDead(bench, B);
        bench.PingNow(B);
        Assert.True(bench.IsAlive(B));
    }

    /// <summary>While the other one pings.</summary>
    private static int TicksUntilDead(ViewServiceBench bench, ServerId silent)
    {
        bench.PingNow(silent);
        for (var ticks = 0; ; ticks++)
        {
            if (!bench.IsAlive(silent))
                return ticks;
            bench.PingNow(silent == A ? B : A);
            bench.Tick();
        }
    }
}
