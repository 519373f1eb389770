using PbKv.Checking;

namespace PbKv.Protocol.Tests.ViewService;

public sealed class ViewServiceTests
{
    private static readonly ServerId A = ViewServiceBench.Server("a");
    private static readonly ServerId A2 = ViewServiceBench.Server("a", 2);
    private static readonly ServerId B = ViewServiceBench.Server("b");
    private static readonly ServerId B2 = ViewServiceBench.Server("b", 2);
    private static readonly ServerId C = ViewServiceBench.Server("c");
    private static readonly NodeAddress Operator = new("operator");

    [Fact]
    public void Primary_and_backup_that_die_in_the_same_tick_are_judged_together()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.UntilDead((C, 0));
        bench.Expect(2, A, B);
        bench.Ping(B, 2);
        bench.Expect(3, B, C);
    }

    [Fact]
    public void A_deaf_server_stays_dead_until_it_shows_that_it_hears_again()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        for (var i = 0; i < 30; i++)
        {
            bench.Ping(A, 2, heard: 1);
            bench.PingNow(B);
            bench.Tick();
        }
        bench.Expect(3, B, null);
        bench.PingNow(A);
        bench.Expect(4, B, A);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_server_is_deaf_that_says_the_same_again_and_again_and_not_one_that_heard_the_latest_answer(
        int latest,
        bool deaf
    )
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        var heard = bench.Node.Now;
        for (var i = 0; i < 2 * bench.DeadPings; i++)
        {
            bench.Ping(B, 2, heard: latest == 0 ? heard : bench.Node.Now);
            bench.Ticks(1, (A, -1));
        }
        Assert.Equal(deaf, !bench.IsAlive(B));
    }

    [Fact]
    public void A_server_that_slept_is_alive_with_its_first_ping_although_it_has_heard_nothing_meanwhile()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ticks(30, (A, -1));
        bench.Expect(3, A, null);
        bench.Ping(B, 2);
        bench.Expect(4, A, B);
        bench.Ticks(10, (A, 4), (B, 4));
        bench.Expect(4, A, B);
    }

    [Fact]
    public void A_report_of_silence_counts_only_in_a_ping_with_exactly_this_view_of_its_primary()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ping(C, 0);
        bench.Ping(A, 1, backupSilent: true);
        bench.Ping(B, 2, backupSilent: true);
        bench.Ping(C, 2, backupSilent: true);
        bench.Expect(2, A, B);
    }

    [Fact]
    public void A_backup_or_idle_server_that_leaves_is_dropped_and_not_chosen()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ping(C, 0, leaving: true);
        bench.PingNow(B, leaving: true);
        bench.Expect(3, A, null);
        bench.PingNow(A);
        bench.Ticks(20, (A, 3), (B, 3), (C, 3));
        bench.Expect(3, A, null);
    }

    [Fact]
    public void A_late_ping_from_before_the_leave_does_not_take_it_back()
    {
        var bench = new ViewServiceBench().WithPrimary(A);
        bench.Handle(B.Address, new Ping(B, ViewId.None, false, false, true, 0));
        bench.Handle(B.Address, new Ping(B, ViewId.None, false, false, false, 0));
        bench.Expect(1, A, null);
    }

    [Fact]
    public void When_both_of_a_pair_leave_the_backup_goes_first_and_the_primary_waits_for_somebody_to_stay()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ping(B, 2, leaving: true);
        bench.Expect(3, A, null);
        bench.Ping(A, 3, leaving: true);
        bench.Expect(3, A, null);
        bench.Ping(C, 0);
        bench.Expect(4, A, C);
        bench.Ping(A, 4, leaving: true);
        bench.Ping(C, 4, synced: true);
        bench.Expect(5, C, null);
    }

    [Fact]
    public void That_a_server_asks_to_leave_is_said_once_in_each_of_its_lives()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        foreach (var life in new[] { A, A, A, A2, A2 })
            bench.Ping(life, 0, leaving: true);
        Assert.Equal(2, bench.Count(NoticeKind.LeaveAsked));
    }

    [Fact]
    public void One_that_was_never_reported_silent_is_taken_before_one_that_was()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ping(A, 2, backupSilent: true);
        bench.Ticks(bench.DeadPings, (A, 3), (B, 3));
        bench.Expect(4, A, B);
        bench.Ping(A, 4);
        bench.Ping(C, 0);
        bench.Ping(ViewServiceBench.Server("d"), 0);
        bench.Ping(A, 4, backupSilent: true);
        bench.Expect(5, A, C);
        bench.Ticks(2 * bench.DeadPings, (A, 5), (B, 5), (C, 5), (ViewServiceBench.Server("d"), 0));
        bench.Ticks(bench.DeadPings, (A, 5), (B, 5), (ViewServiceBench.Server("d"), 0));
        bench.Expect(6, A, ViewServiceBench.Server("d"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Before_any_view_is_acknowledged_one_that_leaves_is_fallen_back_to_only_where_nobody_stays(bool stays)
    {
        var bench = new ViewServiceBench();
        bench.UntilDead((A, 0));
        bench.Ping(B, 0, leaving: true);
        if (stays)
            bench.Ping(C, 0);
        bench.Ping(A2, 0, leaving: true);
        Assert.Equal((2L, stays ? C : B), (bench.View.Number, bench.View.Primary));
    }

    [Fact]
    public void Its_answers_are_numbered_from_1_and_it_ticks_from_its_start_on()
    {
        var effects = new Effects();
        var node = new ViewServiceNode(ViewServiceBench.Self, ProtocolSettings.Default, ViewServiceBench.Fresh, null);
        node.Start(effects);
        Assert.Equal([new TimerSetting(new ViewServiceTick(), 100, 100)], effects.Timers);
        node.Handle(A.Address, new Ping(A, ViewId.None, false, false, false, 0), effects);
        Assert.Equal(1, Assert.Single(effects.To<PingAnswer>(A.Address)).Answer);
    }

    [Fact]
    public void It_stops_rather_than_make_a_view_of_one_server_twice_or_of_none()
    {
        foreach (
            var decision in new[] { Decision.Next(A, A2, "?"), Decision.Nothing with { Kind = DecisionKind.Next } }
        )
            Assert.Throws<InvariantBrokenException>(() => new Misled(decision).Start(new Effects()));
    }

    private sealed class Misled(Decision decision)
        : ViewServiceNode(ViewServiceBench.Self, ProtocolSettings.Default, ViewServiceBench.Fresh, null)
    {
        private protected override Decision Decide(ViewServiceMemory known, bool backupSilent) => decision;
    }

    [Fact]
    public void What_it_waits_for_is_said_once_and_not_every_tick()
    {
        var bench = new ViewServiceBench().WithPair(A, B, synced: false);
        bench.Ticks(100, (B, 2));
        Assert.Single(
            bench.Notices,
            n => n.Kind == NoticeKind.Waiting && n.Text.Contains("not synced", StringComparison.Ordinal)
        );
        bench.Ping(A, 2);
        Assert.Null(bench.Node.WaitingFor);
    }

    [Fact]
    public void A_dead_primary_that_pings_again_before_anything_could_be_decided_goes_on()
    {
        var bench = new ViewServiceBench().WithPair(A, B, synced: false);
        bench.Ticks(100, (B, 2));
        bench.Expect(2, A, B);
        bench.Ping(A, 2);
        bench.Ping(B, 2, synced: true);
        bench.Ticks(10, (A, 2), (B, 2));
        bench.Expect(2, A, B);
    }

    [Fact]
    public void Status_tells_the_view_its_facts_the_servers_by_address_and_what_is_waited_for()
    {
        var bench = new ViewServiceBench().WithPair(B, A, synced: false);
        bench.Ticks(7, (A, 2));
        var status = Assert.Single(bench.Handle(Operator, new StatusRequest(5)).To<ViewServiceStatus>(Operator));
        Assert.Equal((5L, bench.View, true, false), (status.Number, status.View, status.Acknowledged, status.Synced));
        Assert.Equal(17, status.Messages);
        Assert.Contains("b#1", status.WaitingFor);
        Assert.Equal(
            [new KnownServer(A, true, false, 100, false), new KnownServer(B, false, false, 700, false)],
            status.Servers.AsEnumerable()
        );
    }

    [Fact]
    public void Messages_that_are_not_for_a_view_service_are_ignored_and_said()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        var before = bench.Memory;
        Message[] strange =
        [
            new ForwardAck(bench.View.Id, 1),
            new WrongView(new View(bench.Node.Cluster, 9, B, null)),
            new ViewNews(View.None, true),
            new PingAnswer(A, View.None, true, 1),
            new PingRefused(A, PingRefusal.NewerView, bench.Node.Cluster, 0),
            new OpenSession(GroupName.Default, bench.View.Id, 1),
            new Refusal(1, RefusalReason.Busy, View.None),
            new ResetAnswer(View.None, null, ""),
        ];
        foreach (var message in strange)
        {
            var effects = bench.Handle(A.Address, message);
            Assert.Empty(effects.Messages);
            Assert.Contains(message.GetType().Name, Assert.Single(effects.Notices).Text);
        }
        Assert.Empty(bench.Step(e => bench.Node.OnTimer(new ReplicaTick(), e)).Messages);
        Assert.Equal(before, bench.Memory);
    }

    [Fact]
    public void A_reset_makes_a_view_of_the_named_live_server_and_says_who_held_what()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.UntilDead((C, 0));
        var effects = bench.Handle(Operator, new ResetRequest(C.Address));
        var answer = Assert.Single(effects.To<ResetAnswer>(Operator));
        Assert.Null(answer.Refusal);
        Assert.Equal(new View(bench.Node.Cluster, 3, C, null, 3, Features.OfThisBuild.Level), answer.View);
        Assert.Equal(answer.View, bench.View);
        Assert.Contains("a#1 (primary of view 2, dead)", answer.Account);
        Assert.Contains("b#1 (synced backup of view 2, dead)", answer.Account);
        Assert.True(Assert.Single(effects.To<ViewNews>(C.Address)).View.Reset);
        bench.Ping(C, 3);
        Assert.True(bench.Node.Acknowledged);
        bench.Ping(A2, 0);
        bench.Expect(4, C, A2);
        Assert.Equal((false, 3), (bench.View.Reset, bench.View.Era));
    }

    [Fact]
    public void A_reset_of_a_server_that_is_not_alive_is_refused_with_the_way_out()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.UntilDead((C, 0));
        foreach (var name in new[] { "a", "nobody" })
        {
            var answer = Assert.Single(
                bench.Handle(Operator, new ResetRequest(new NodeAddress(name))).To<ResetAnswer>(Operator)
            );
            Assert.Contains($"{name} is not alive", answer.Refusal);
            Assert.Contains("one of: c", answer.Refusal);
            bench.Expect(2, A, B);
        }
    }

    [Fact]
    public void A_reset_view_whose_primary_dies_unacknowledging_falls_back_to_those_who_held_the_data()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.UntilDead((C, 0));
        bench.Handle(Operator, new ResetRequest(C.Address));
        bench.UntilDead((B, 2));
        bench.Expect(4, B, null);
        Assert.Equal((false, 3), (bench.View.Reset, bench.View.Era));
    }

    [Fact]
    public void A_reset_is_the_way_out_for_a_view_service_without_its_memory()
    {
        var bench = new ViewServiceBench();
        bench.Ping(A, 5, cluster: new ClusterId(99));
        bench.Ping(B, 0);
        bench.Handle(Operator, new ResetRequest(B.Address));
        bench.Ping(A, 5, cluster: new ClusterId(99));
        bench.Ping(B, 1);
        bench.Expect(1, B, null);
        Assert.True(bench.Node.Acknowledged);
    }

    [Fact]
    public void A_clone_goes_its_own_way()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        var clone = (ViewServiceNode)bench.Node.Clone();
        Assert.Equal(bench.Fingerprint(), ViewServiceBench.Fingerprint(clone));
        bench.UntilDead((B, 2));
        bench.Expect(3, B, null);
        Assert.Equal(2, clone.View.Number);
        Assert.NotEqual(bench.Fingerprint(), ViewServiceBench.Fingerprint(clone));
    }

    [Fact]
    public void Two_view_services_that_differ_only_in_how_long_they_have_been_running_are_the_same_state()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ticks(10, (A, 2), (B, 2));
        var before = bench.Fingerprint();
        bench.Ticks(1000, (A, 2), (B, 2));
        Assert.Equal(before, bench.Fingerprint());
        bench.Tick();
        Assert.NotEqual(before, bench.Fingerprint());
    }

    [Fact]
    public void The_dead_that_no_view_names_are_forgotten_when_there_are_very_many()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ticks(bench.DeadPings, (B, 2));
        bench.Expect(3, B, null);
        bench.Ping(C, 0);
        for (var i = 0; i < 1500; i++)
        {
            bench.Ping(ViewServiceBench.Server($"s{i}"), 0);
            if (i % 10 == 9)
                bench.Ticks(bench.DeadPings, (C, 0));
            Assert.Equal(Math.Min(i + 4, 1000), bench.Node.Servers.Length);
        }
        // Those that one is named by are not among them, nor who lives.
        Assert.Single(bench.Notices, notice => notice.Text == $"{C} is here");
        Assert.Contains("a#1 or b#1, holding everything", bench.Node.WaitingFor);
    }

    [Theory]
    [InlineData(nameof(SafetyRule.OnlySyncedIsPromoted))]
    [InlineData(nameof(SafetyRule.SyncedMatchesView))]
    [InlineData(nameof(SafetyRule.AcknowledgedMatchesView))]
    [InlineData(nameof(SafetyRule.FallBackOnlyToHolder))]
    [InlineData(nameof(SafetyRule.ChangeOnlyAcknowledged))]
    [InlineData(nameof(SafetyRule.IdentityIncludesIncarnation))]
    [InlineData(nameof(SafetyRule.ClusterIdChecked))]
    public void Each_rule_that_is_turned_off_makes_its_difference(string name)
    {
        var rule = Enum.Parse<SafetyRule>(name);
        Assert.False(Breaks(rule, SafetyRules.All));
        Assert.True(Breaks(rule, SafetyRules.All.Without(rule)));
    }

    private static bool Breaks(SafetyRule rule, SafetyRules rules)
    {
        var bench = new ViewServiceBench(rules: rules);
        switch (rule)
        {
            case SafetyRule.OnlySyncedIsPromoted:
                bench.WithPair(A, B, synced: false).UntilDead((B, 2));
                return bench.View.Primary == B;
            case SafetyRule.SyncedMatchesView:
                bench.WithPair(A, B, synced: false).Ping(B, 1, synced: true);
                return bench.Node.Synced;
            case SafetyRule.AcknowledgedMatchesView:
                bench.UntilDead((A, 0));
                bench.Ping(A, 0);
                return bench.Node.Acknowledged;
            case SafetyRule.FallBackOnlyToHolder:
                bench.WithPair(A, B).UntilDead((A, 2), (C, 0));
                bench.UntilDead((C, 0));
                return bench.View.Primary == C;
            case SafetyRule.ChangeOnlyAcknowledged:
                bench.UntilDead((A, 0), (B, 0));
                bench.Tick();
                return bench.View.Backup == B;
            case SafetyRule.IdentityIncludesIncarnation:
                bench.WithPair(A, B, synced: false).Ping(A2, 2);
                bench.Ping(B2, 2);
                bench.Ticks(3, (A2, 2), (B2, 2));
                return bench.View.Number == 2 && bench.Node.WaitingFor is null;
            default:
                bench.Ping(A, 5, cluster: new ClusterId(99));
                bench.UntilDead((B, 0));
                return bench.View.Number > 0;
        }
    }
}
