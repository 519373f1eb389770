namespace PbKv.Protocol.Tests.ViewService;

public sealed class ViewServiceMemoryTests
{
    private static readonly ServerId A = ViewServiceBench.Server("a");
    private static readonly ServerId A2 = ViewServiceBench.Server("a", 2);
    private static readonly ServerId B = ViewServiceBench.Server("b");
    private static readonly ServerId C = ViewServiceBench.Server("c");
    private static readonly ClusterId Other = new(99);

    [Fact]
    public void A_new_cluster_is_on_disk_before_anybody_is_told_of_it()
    {
        var bench = new ViewServiceBench();
        Assert.Equal(new ViewServiceMemory(ViewServiceBench.Fresh, View.None, false, false, null, false), bench.Memory);
        var again = new ViewServiceBench(bench.Memory, fresh: Other);
        Assert.Equal(ViewServiceBench.Fresh, again.Node.Cluster);
    }

    [Fact]
    public void Every_view_and_each_of_its_facts_is_in_the_memory_of_the_step_that_tells_of_it()
    {
        var bench = new ViewServiceBench();
        bench.UntilDead((A, 0));
        Assert.Equal((1L, false, false), Known(bench));
        Assert.True(Assert.IsType<ViewServiceMemory>(bench.Ping(A, 1).Memory).Acknowledged);
        Assert.Equal(2, bench.Ping(B, 0).Memory?.View.Number);
        Assert.Equal((2L, false, false), Known(bench));
        Assert.Equal(1, bench.Memory?.LastAcknowledged?.Number);
        bench.Ping(A, 2);
        bench.Ping(B, 2, synced: true);
        Assert.Equal((2L, true, true), Known(bench));
        Assert.Equal((2L, true), (bench.Memory?.LastAcknowledged?.Number, bench.Memory?.LastAcknowledgedSynced));
        Assert.Null(bench.Ping(A, 2).Memory);
    }

    [Fact]
    public void States_differ_by_each_fact_that_is_remembered()
    {
        var view = new View(Other, 2, A, B);
        var all = new ViewServiceMemory(Other, view, true, true, view, true);
        ViewServiceMemory[] memories =
        [
            all,
            all with
            {
                Cluster = ViewServiceBench.Fresh,
            },
            all with
            {
                View = view with { Number = 3 },
            },
            all with
            {
                Acknowledged = false,
            },
            all with
            {
                Synced = false,
            },
            all with
            {
                LastAcknowledged = view with { Number = 1 },
            },
            all with
            {
                LastAcknowledgedSynced = false,
            },
        ];
        Assert.Equal(
            memories.Length,
            memories.Select(memory => new ViewServiceBench(memory).Fingerprint()).Distinct().Count()
        );
    }

    [Fact]
    public void A_synced_ping_of_the_backup_acknowledges_the_view_too()
    {
        var bench = new ViewServiceBench().WithPrimary(A);
        bench.Ping(B, 0);
        var effects = bench.Ping(B, 2, synced: true);
        Assert.Equal((2L, true, true), Known(bench));
        Assert.True(Assert.Single(effects.To<ViewNews>(A.Address)).Acknowledged);
    }

    [Fact]
    public void A_restarted_view_service_counts_nobody_dead_until_dead_pings_ticks_after_its_start()
    {
        var bench = new ViewServiceBench(new ViewServiceBench().WithPair(A, B).Memory);
        for (var i = 0; i < bench.DeadPings - 1; i++)
        {
            bench.Ticks(1, (B, 2));
            bench.Expect(2, A, B);
        }
        bench.Ticks(1, (B, 2));
        bench.Expect(3, B, null);
    }

    [Fact]
    public void A_restarted_view_service_still_falls_back_to_the_holder_it_remembers()
    {
        var earlier = new ViewServiceBench().WithPair(A, B);
        earlier.UntilDead((A, 2));
        earlier.Expect(3, A, null);
        var bench = new ViewServiceBench(earlier.Memory);
        bench.UntilDead((B, 2), (C, 0));
        bench.Expect(4, B, C);
    }

    [Fact]
    public void A_server_that_restarted_while_the_view_service_was_away_is_a_new_server()
    {
        var bench = new ViewServiceBench(new ViewServiceBench().WithPair(A, B).Memory);
        bench.Ping(A2, 0);
        bench.Expect(3, B, A2);
    }

    [Fact]
    public void Answers_that_an_earlier_life_of_the_view_service_gave_do_not_count_against_a_server()
    {
        var earlier = new ViewServiceBench().WithPair(A, B);
        earlier.Ticks(500, (A, 2), (B, 2));
        var bench = new ViewServiceBench(earlier.Memory);
        bench.Ping(A, 2, heard: 505);
        bench.Ping(B, 2, heard: 505);
        bench.Ticks(100, (A, 2), (B, 2));
        bench.Expect(2, A, B);
    }

    [Fact]
    public void A_cluster_without_a_view_still_listens_first_after_a_restart()
    {
        var bench = new ViewServiceBench(new ViewServiceBench().Memory);
        bench.Ping(A, 0);
        bench.Expect(0, null, null);
        bench.UntilDead((A, 0));
        bench.Expect(1, A, null);
    }

    [Fact]
    public void Having_lost_its_memory_it_neither_acknowledges_nor_changes_a_first_view_that_it_has_made()
    {
        var bench = new ViewServiceBench();
        bench.UntilDead((C, 0));
        bench.Expect(1, C, null);
        var refused = Assert.Single(bench.Ping(A, 5, cluster: Other).To<PingRefused>(A.Address));
        Assert.Equal((PingRefusal.OtherCluster, bench.Node.Cluster), (refused.Reason, refused.Cluster));
        var answer = Assert.Single(bench.Ping(C, 1).To<PingAnswer>(C.Address));
        Assert.False(answer.Acknowledged);
        bench.UntilDead((B, 0));
        bench.Expect(1, C, null);
    }

    [Fact]
    public void Once_its_first_view_is_acknowledged_strangers_are_told_so_and_ignored()
    {
        var bench = new ViewServiceBench().WithPrimary(A);
        var before = bench.Memory;
        var other = Assert.Single(bench.Ping(B, 7, cluster: Other).To<PingRefused>(B.Address));
        var newer = Assert.Single(bench.Ping(C, 7).To<PingRefused>(C.Address));
        Assert.Equal(PingRefusal.OtherCluster, other.Reason);
        Assert.Equal(PingRefusal.NewerView, newer.Reason);
        bench.Ticks(10, (A, 1));
        Assert.Equal(before, bench.Memory);
        Assert.Null(bench.Node.WaitingFor);
        Assert.Equal([A], bench.Node.Servers.Select(s => s.Server));
    }

    [Fact]
    public void A_refusal_is_answered_every_time_and_said_once()
    {
        var bench = new ViewServiceBench().WithPrimary(A);
        for (var i = 0; i < 20; i++)
            Assert.Single(bench.Ping(B, 7, cluster: Other).To<PingRefused>(B.Address));
        Assert.Equal(1, bench.Count(NoticeKind.Refused));
    }

    [Fact]
    public void A_late_ping_of_an_earlier_life_does_not_make_it_believe_in_another_cluster()
    {
        var bench = new ViewServiceBench();
        bench.Ping(A2, 0);
        bench.Ping(A, 5, cluster: Other);
        bench.UntilDead((A2, 0));
        bench.Expect(1, A2, null);
    }

    private static (long, bool, bool) Known(ViewServiceBench bench) =>
        (bench.Memory!.View.Number, bench.Memory.Acknowledged, bench.Memory.Synced);

    [Fact]
    public void Whoever_the_memory_names_has_as_long_to_ping_as_if_it_had_just_done_so()
    {
        var (cluster, pair) = (ViewServiceBench.Fresh, new View(ViewServiceBench.Fresh, 2, A, B));
        // The primary of a view that nobody acknowledged.
        var bench = After(new View(cluster, 3, C, null, Era: 3), pair, true);
        bench.Ping(A, 2);
        bench.Expect(3, C, null);
        // Its backup.
        bench = After(pair, new View(cluster, 1, A, null), false);
        bench.Ping(A, 2);
        bench.Expect(2, A, B);
        // Those of the last one that was acknowledged: one may be fallen back to.
        bench = After(new View(cluster, 3, B, C), pair, true);
        bench.Ping(ViewServiceBench.Server("b", 2), 0);
        Assert.Equal((4L, A), (bench.View.Number, bench.View.Primary));
        bench = After(new View(cluster, 3, A, C), pair, true);
        bench.Ping(A2, 0);
        Assert.Equal((4L, B), (bench.View.Number, bench.View.Primary));

        ViewServiceBench After(View view, View last, bool synced) =>
            new(new ViewServiceMemory(cluster, view, false, false, last, synced));
    }

    [Fact]
    public void Servers_of_the_memory_that_never_ping_are_one_state_however_long_they_do_not()
    {
        var bench = new ViewServiceBench(new ViewServiceBench().WithPair(A, B).Memory);
        bench.Ticks(100);
        var before = bench.Fingerprint();
        bench.Ticks(1);
        Assert.Equal(before, bench.Fingerprint());
    }

    [Fact]
    public void A_server_that_heard_an_earlier_life_of_the_view_service_is_not_deaf()
    {
        var bench = new ViewServiceBench(new ViewServiceBench().WithPair(A, B).Memory);
        bench.Ping(A, 2, heard: 1_000);
        bench.Ticks(3 * bench.DeadPings, (A, 2), (B, 2));
        bench.Expect(2, A, B);
    }
}
