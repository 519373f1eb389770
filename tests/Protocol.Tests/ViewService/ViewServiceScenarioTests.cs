namespace PbKv.Protocol.Tests.ViewService;

/// <summary>
/// The life of one small cluster, line by line: each test takes up the state that the one before left behind.
/// </summary>
public sealed class ViewServiceScenarioTests
{
    private static readonly ServerId A = ViewServiceBench.Server("a");
    private static readonly ServerId A2 = ViewServiceBench.Server("a", 2);
    private static readonly ServerId A3 = ViewServiceBench.Server("a", 3);
    private static readonly ServerId B = ViewServiceBench.Server("b");
    private static readonly ServerId C = ViewServiceBench.Server("c");

    [Fact]
    public void S01_As_long_as_nobody_pings_there_is_no_primary_and_the_view_is_0()
    {
        var bench = Fresh();
        bench.Ticks(50);
        bench.Expect(0, null, null);
    }

    [Fact]
    public void S02_The_first_server_is_primary_of_view_1_dead_pings_ticks_after_the_start()
    {
        var bench = Fresh();
        for (var i = 0; i < bench.DeadPings; i++)
        {
            bench.Expect(0, null, null);
            bench.Ticks(1, (A, 0));
        }
        bench.Expect(1, A, null);
        Assert.False(bench.Node.Acknowledged);
    }

    [Fact]
    public void S03_A_server_that_pings_becomes_backup_once_view_1_is_acknowledged()
    {
        var bench = AfterView1();
        bench.Ping(A, 1);
        bench.Ping(B, 0);
        bench.Expect(2, A, B);
    }

    [Fact]
    public void S04_When_the_primary_falls_silent_its_synced_backup_takes_over()
    {
        var bench = AfterView2();
        bench.Ping(A, 2);
        bench.Ping(B, 2, synced: true);
        for (var i = 0; i < bench.DeadPings - 1; i++)
        {
            bench.Ticks(1, (B, 2));
            bench.Expect(2, A, B);
        }
        bench.Ticks(1, (B, 2));
        bench.Expect(3, B, null);
    }

    [Fact]
    public void S05_The_old_primary_comes_back_as_a_new_incarnation_and_becomes_backup()
    {
        var bench = AfterView3();
        bench.Ping(B, 3);
        bench.Ping(A2, 0);
        bench.Expect(4, B, A2);
    }

    [Fact]
    public void S06_Promotion_and_a_new_backup_are_one_step()
    {
        var bench = AfterView4();
        bench.Ping(B, 4);
        bench.Ping(A2, 4, synced: true);
        bench.UntilDead((A2, 4), (C, 0));
        bench.Expect(5, A2, C);
    }

    [Fact]
    public void S07_A_restart_is_a_death_however_fast()
    {
        var bench = AfterView5();
        bench.Ping(A2, 5);
        bench.Ping(C, 5, synced: true);
        bench.Ping(A3, 0);
        bench.Expect(6, C, A3);
    }

    [Fact]
    public void S08_A_backup_that_falls_silent_leaves_the_view()
    {
        var bench = AfterView6();
        bench.UntilDead((C, 6));
        bench.Expect(7, C, null);
    }

    [Fact]
    public void S09_A_view_made_from_one_server_alone_stays_when_that_server_dies_unacknowledging()
    {
        var bench = AfterView6();
        bench.UntilDead((C, 6));
        bench.Ping(C, 7);
        bench.Ping(A3, 0);
        bench.Expect(8, C, A3);
        bench.Ticks(30, (A3, 8));
        bench.Expect(8, C, A3);
        Assert.Contains("c#1", bench.Node.WaitingFor);
    }

    [Fact]
    public void S09_A_promoted_backup_that_dies_unacknowledging_is_followed_by_nobody_when_the_old_primary_is_dead_too()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.UntilDead((B, 2), (C, 0));
        bench.Expect(3, B, C);
        bench.Ticks(30, (C, 3));
        bench.Expect(3, B, C);
        Assert.Contains("a#1 or b#1", bench.Node.WaitingFor);
    }

    [Fact]
    public void S10_A_server_without_data_is_never_primary_when_both_that_had_it_are_gone()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.UntilDead();
        bench.Ticks(30, (C, 0));
        bench.Expect(2, A, B);
        Assert.Contains("a#1 or b#1", bench.Node.WaitingFor);
        Assert.True(bench.IsAlive(C));
    }

    [Fact]
    public void S11_A_server_that_pings_early_becomes_backup_in_the_moment_of_the_acknowledgement()
    {
        var bench = AfterView1();
        bench.Ping(B, 0);
        bench.Ping(A, 0);
        bench.Expect(1, A, null);
        bench.Ping(A, 1);
        bench.Expect(2, A, B);
    }

    [Fact]
    public void S12_An_idle_server_that_has_died_is_not_made_backup()
    {
        var bench = AfterView1();
        bench.Ping(B, 0);
        bench.UntilDead((A, 0));
        bench.Ping(A, 1);
        bench.Expect(1, A, null);
    }

    [Fact]
    public void S12_The_number_of_the_view_stands_still_while_nothing_changes()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ticks(1000, (A, 2), (B, 2), (C, 2));
        bench.Expect(2, A, B);
    }

    [Fact]
    public void S13_A_backup_that_restarts_fast_is_taken_in_again_as_a_new_server_in_a_new_view()
    {
        var bench = new ViewServiceBench().WithPair(C, A);
        bench.Ping(A2, 0);
        bench.Expect(3, C, A2);
        Assert.False(bench.Node.Synced);
    }

    [Fact]
    public void S13_Another_idle_server_may_take_the_place_of_a_backup_that_restarts_fast()
    {
        var bench = new ViewServiceBench().WithPair(C, A);
        bench.Ping(B, 0);
        bench.Ping(A2, 0);
        bench.Expect(3, C, B);
    }

    [Fact]
    public void S14_A_server_never_becomes_its_own_backup()
    {
        var bench = new ViewServiceBench().WithPrimary(A);
        bench.Ticks(20, (A, 1));
        bench.Expect(1, A, null);
        bench.Ticks(20, (A2, 0));
        bench.Expect(1, A, null);
    }

    [Fact]
    public void S14_Two_idle_servers_that_race_make_one_step_with_one_backup()
    {
        var bench = AfterView1();
        bench.Ping(B, 0);
        bench.Ping(C, 0);
        bench.Ping(A, 1);
        bench.Ping(C, 0);
        bench.Expect(2, A, B);
    }

    [Fact]
    public void S15_A_backup_that_is_not_synced_is_replaced_or_dropped_but_not_promoted()
    {
        var replaced = new ViewServiceBench().WithPair(A, B, synced: false);
        replaced.UntilDead((A, 2), (C, 0));
        replaced.Expect(3, A, C);

        var dropped = new ViewServiceBench().WithPair(A, B, synced: false);
        dropped.UntilDead((A, 2));
        dropped.Expect(3, A, null);

        var alone = new ViewServiceBench().WithPair(A, B, synced: false);
        alone.Ticks(30, (B, 2), (C, 0));
        alone.Expect(2, A, B);
        Assert.Contains("not synced", alone.Node.WaitingFor);
    }

    [Fact]
    public void S15_A_synced_backup_is_promoted()
    {
        var bench = new ViewServiceBench().WithPair(A, B, synced: false);
        bench.Ping(B, 2, synced: true);
        bench.UntilDead((B, 2), (C, 0));
        bench.Expect(3, B, C);
    }

    [Fact]
    public void S16_A_late_ping_of_an_earlier_incarnation_acknowledges_nothing()
    {
        var bench = new ViewServiceBench();
        bench.Ping(A, 0);
        bench.Ping(A2, 0);
        bench.UntilDead((A2, 0));
        bench.Expect(1, A2, null);
        var refused = Assert.Single(bench.Ping(A, 1).To<PingRefused>(A.Address));
        Assert.Equal(new PingRefused(A, PingRefusal.OlderIncarnation, bench.Node.Cluster, 2), refused);
        Assert.False(bench.Node.Acknowledged);
    }

    [Fact]
    public void S16_A_late_ping_for_an_earlier_view_acknowledges_and_syncs_nothing()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.UntilDead((A, 2));
        bench.Ping(A, 3);
        bench.Ping(B, 2);
        bench.Expect(4, A, B);
        bench.Ping(A, 3);
        bench.Ping(A, 2);
        bench.Ping(B, 2, synced: true);
        Assert.False(bench.Node.Acknowledged);
        Assert.False(bench.Node.Synced);
    }

    [Fact]
    public void S17_A_view_service_that_lost_its_memory_forms_no_view_and_says_so()
    {
        foreach (var stranger in new[] { new ClusterId(77), ViewServiceBench.Fresh })
        {
            var bench = new ViewServiceBench();
            bench.Ping(C, 0);
            bench.Ping(A, 5, cluster: stranger);
            bench.Ticks(30, (C, 0));
            bench.Expect(0, null, null);
            Assert.Contains("lost its memory", bench.Node.WaitingFor);
            Assert.Single(
                bench.Notices,
                n => n.Kind == NoticeKind.Waiting && n.Text.Contains("lost its memory", StringComparison.Ordinal)
            );
        }
    }

    [Fact]
    public void S17_With_its_memory_it_goes_on_where_it_was()
    {
        var earlier = new ViewServiceBench().WithPair(A, B);
        var bench = new ViewServiceBench(earlier.Memory, fresh: new ClusterId(99));
        Assert.Equal(earlier.Node.Cluster, bench.Node.Cluster);
        bench.Expect(2, A, B);
        Assert.True(bench.Node.Synced);
        bench.UntilDead((B, 2));
        bench.Expect(3, B, null);
    }

    [Fact]
    public void S18_Fall_back_to_the_backup_of_the_last_acknowledged_view()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.UntilDead((A, 2));
        bench.Expect(3, A, null);
        bench.UntilDead((B, 2));
        bench.Expect(4, B, null);
        Assert.Equal(1, bench.Count(NoticeKind.FellBack));
    }

    [Fact]
    public void S18_Fall_back_to_the_primary_of_the_last_acknowledged_view()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.UntilDead((B, 2));
        bench.Expect(3, B, null);
        bench.UntilDead((A, 2));
        bench.Expect(4, A, null);
    }

    [Fact]
    public void S18_The_first_server_dies_before_it_acknowledges_and_another_becomes_primary_of_view_2()
    {
        var bench = AfterView1();
        bench.Ping(B, 0);
        bench.UntilDead((B, 0));
        bench.Expect(2, B, null);
    }

    [Fact]
    public void S19_One_missed_ping_changes_nothing()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        for (var i = 0; i < 20; i++)
        {
            bench.Ticks(1, (A, 2), (B, 2));
            bench.Ticks(bench.DeadPings - 2, (A, 2));
            Assert.True(bench.IsAlive(B));
            bench.Ticks(1, (A, 2), (B, 2));
            bench.Ticks(bench.DeadPings - 2, (B, 2));
            Assert.True(bench.IsAlive(A));
        }
        bench.Expect(2, A, B);
    }

    [Fact]
    public void S19_A_server_whose_pings_show_that_it_hears_no_answers_is_dead()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Tick();
        for (var i = 0; i < bench.DeadPings; i++)
        {
            bench.Expect(2, A, B);
            bench.Ping(A, 2, heard: 1);
            bench.PingNow(B);
            bench.Tick();
        }
        bench.Expect(3, B, null);
    }

    [Fact]
    public void S20_A_silent_backup_is_replaced_by_an_idle_server()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ping(C, 0);
        bench.Ping(A, 2, backupSilent: true);
        bench.Expect(3, A, C);
    }

    [Fact]
    public void S21_A_primary_leaves_a_synced_view_at_once()
    {
        var pair = new ViewServiceBench().WithPair(A, B);
        pair.PingNow(A, leaving: true);
        pair.Expect(3, B, null);

        var three = new ViewServiceBench().WithPair(A, B);
        three.Ping(C, 0);
        three.PingNow(A, leaving: true);
        three.Expect(3, B, C);
    }

    [Fact]
    public void S21_In_an_unsynced_view_or_with_its_backup_dead_the_leave_waits_and_the_primary_goes_on()
    {
        var unsynced = new ViewServiceBench().WithPair(A, B, synced: false);
        unsynced.PingNow(A, leaving: true);
        unsynced.Ticks(10, (A, 2), (B, 2));
        unsynced.Expect(2, A, B);
        unsynced.PingNow(B, synced: true);
        unsynced.Expect(3, B, null);

        var alone = new ViewServiceBench().WithPair(A, B);
        alone.UntilDead((A, 2));
        alone.PingNow(A, leaving: true);
        alone.Ticks(10, (A, 3));
        alone.Expect(3, A, null);
    }

    [Fact]
    public void S21_A_leaving_server_is_nobodys_backup_but_may_be_fallen_back_to()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.PingNow(A, leaving: true);
        bench.PingNow(B);
        bench.Ticks(20, (A, 3), (B, 3));
        bench.Expect(3, B, null);

        var back = new ViewServiceBench().WithPair(A, B);
        back.PingNow(A, leaving: true);
        back.Expect(3, B, null);
        back.UntilDead((A, 2));
        back.Expect(4, A, null);
    }

    private static ViewServiceBench Fresh() => new();

    private static ViewServiceBench AfterView1()
    {
        var bench = Fresh();
        bench.UntilDead((A, 0));
        bench.Expect(1, A, null);
        return bench;
    }

    private static ViewServiceBench AfterView2()
    {
        var bench = AfterView1();
        bench.Ping(A, 1);
        bench.Ping(B, 0);
        return bench;
    }

    private static ViewServiceBench AfterView3()
    {
        var bench = AfterView2();
        bench.Ping(A, 2);
        bench.Ping(B, 2, synced: true);
        bench.UntilDead((B, 2));
        return bench;
    }

    private static ViewServiceBench AfterView4()
    {
        var bench = AfterView3();
        bench.Ping(B, 3);
        bench.Ping(A2, 0);
        return bench;
    }

    private static ViewServiceBench AfterView5()
    {
        var bench = AfterView4();
        bench.Ping(B, 4);
        bench.Ping(A2, 4, synced: true);
        bench.UntilDead((A2, 4), (C, 0));
        return bench;
    }

    private static ViewServiceBench AfterView6()
    {
        var bench = AfterView5();
        bench.Ping(A2, 5);
        bench.Ping(C, 5, synced: true);
        bench.Ping(A3, 0);
        bench.Ping(C, 6);
        bench.Expect(6, C, A3);
        return bench;
    }
}
