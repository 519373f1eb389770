using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>
/// Scenarios 1.1 to 1.16: a ViewService actor that probes ping by hand. The first test is one life of one cluster: each
/// line takes up the state that the one before left behind.
/// </summary>
public sealed class ViewsStepByStep(ITestOutputHelper output) : Scenario(output)
{
    [Fact]
    public void S1_01_to_09_The_view_follows_the_pings_line_by_line()
    {
        var service = new PingedViewService(this);
        var (a, b, c) = (service.NewServer(), service.NewServer(), service.NewServer());
        Nobody_pinged(service);
        The_first_is_primary(service, a);
        Another_becomes_backup(service, a, b);
        The_backup_takes_over_from_a_silent_primary(service, a, b);
        var a2 = PingedViewService.Restarted(a);
        The_old_primary_comes_back_as_backup(service, b, a2);
        Promotion_and_a_new_backup_are_one_step(service, b, a2, c);
        var a3 = PingedViewService.Restarted(a2);
        A_restart_is_a_death_however_fast(service, a2, a3, c);
        A_silent_backup_leaves_the_view(service, c);
        A_view_that_its_only_holder_never_acknowledged_stays(service, a3, c);
    }

    [Fact]
    public void S1_09_Likewise_with_a_promoted_backup_that_dies_unacknowledging_when_the_old_primary_is_dead_too()
    {
        var service = new PingedViewService(this);
        var (a, b, c) = (service.NewServer(), service.NewServer(), service.NewServer());
        service.FormPair(a, b);
        service.UntilDead((b, 2), (c, 0));
        service.Expect(3, b, c);
        service.Ticks(30, (c, 3));
        service.Expect(3, b, c);
        Assert.Contains(b.ToString(), service.Status().WaitingFor);
    }

    [Fact]
    public void S1_10_A_server_without_data_is_never_primary_when_both_that_had_it_are_gone()
    {
        var service = new PingedViewService(this);
        var (a, b, c) = (service.NewServer(), service.NewServer(), service.NewServer());
        service.FormPair(a, b);
        service.UntilDead();
        service.Ticks(30, (c, 0));
        service.Expect(2, a, b);
        Assert.True(service.IsAlive(c));
        Assert.Equal(1, service.Count(NoticeKind.Waiting, "which hold the data"));
    }

    [Fact]
    public void S1_11_A_server_that_pinged_early_becomes_backup_in_the_moment_of_the_acknowledgement()
    {
        var service = new PingedViewService(this);
        var (a, b) = (service.NewServer(), service.NewServer());
        service.UntilDead((a, 0));
        service.Ping(b, 0);
        service.Ping(a, 0);
        service.Expect(1, a, null);
        var answer = Assert.IsType<PingAnswer>(service.Ping(a, 1));
        Assert.Equal((2, a, b), (answer.View.Number, answer.View.Primary!.Value, answer.View.Backup!.Value));
    }

    [Fact]
    public void S1_12_A_dead_idle_server_is_not_made_backup_and_the_number_stands_still_while_nothing_changes()
    {
        var service = new PingedViewService(this);
        var (a, b, c) = (service.NewServer(), service.NewServer(), service.NewServer());
        service.UntilDead((a, 0));
        service.Ping(b, 0);
        service.UntilDead((a, 0));
        service.Ping(a, 1);
        service.Expect(1, a, null);
        service.Ping(c, 0);
        service.Ping(a, 2);
        service.Ping(c, 2, synced: true);
        service.Ticks(300, (a, 2), (c, 2));
        service.Expect(2, a, c);
    }

    [Fact]
    public void S1_13_A_backup_that_restarts_fast_is_never_silently_kept()
    {
        var alone = new PingedViewService(this);
        var (a, b) = (alone.NewServer(), alone.NewServer());
        alone.FormPair(a, b);
        var b2 = PingedViewService.Restarted(b);
        alone.Ping(b2, 0);
        alone.Expect(3, a, b2);
        Assert.False(alone.Status().Synced);

        var three = new PingedViewService(this);
        var (d, e, f) = (three.NewServer(), three.NewServer(), three.NewServer());
        three.FormPair(d, e);
        three.Ping(f, 0);
        three.Ping(PingedViewService.Restarted(e), 0);
        three.Expect(3, d, f);
    }

    [Fact]
    public void S1_14_A_server_is_never_its_own_backup_and_two_that_race_make_one_step()
    {
        var service = new PingedViewService(this);
        var (a, b, c) = (service.NewServer(), service.NewServer(), service.NewServer());
        service.FormPrimary(a);
        service.Ticks(20, (a, 1));
        service.Expect(1, a, null);

        var race = new PingedViewService(this);
        (a, b, c) = (race.NewServer(), race.NewServer(), race.NewServer());
        race.UntilDead((a, 0));
        race.Ping(b, 0);
        race.Ping(c, 0);
        race.Ping(a, 1);
        race.Ping(c, 0);
        race.Expect(2, a, b);
    }

    [Fact]
    public void S1_15_A_backup_that_is_not_synced_may_be_replaced_or_dropped_but_not_promoted()
    {
        var service = new PingedViewService(this);
        var (a, b, c) = (service.NewServer(), service.NewServer(), service.NewServer());
        service.FormPair(a, b, synced: false);
        service.UntilDead((a, 2), (c, 0));
        service.Expect(3, a, c);
        service.Ping(a, 3);
        service.Ticks(2 * service.DeadPings, (c, 3), (b, 0));
        service.Expect(3, a, c);
        Assert.Equal(1, service.Count(NoticeKind.Waiting, "not synced"));
        service.Ping(a, 3);
        service.Ping(c, 3, synced: true);
        service.UntilDead((c, 3), (b, 3));
        service.Expect(4, c, b);

        var dropped = new PingedViewService(this);
        (a, b) = (dropped.NewServer(), dropped.NewServer());
        dropped.FormPair(a, b, synced: false);
        dropped.UntilDead((a, 2));
        dropped.Expect(3, a, null);
    }

    [Fact]
    public void S1_16_Late_pings_of_an_earlier_life_or_view_acknowledge_nothing()
    {
        var service = new PingedViewService(this);
        var (a, b) = (service.NewServer(), service.NewServer());
        var a2 = PingedViewService.Restarted(a);
        service.Ping(a, 0);
        service.UntilDead((a2, 0));
        service.Expect(1, a2, null);
        var refused = Assert.IsType<PingRefused>(service.Ping(a, 1));
        Assert.Equal((PingRefusal.OlderIncarnation, 2), (refused.Reason, refused.Known));
        Assert.False(service.Status().Acknowledged);

        service.Ping(b, 0);
        service.Ping(a2, 1);
        service.Expect(2, a2, b);
        service.Ping(a2, 1);
        service.Ping(b, 1, synced: true);
        var status = service.Status();
        Assert.False(status.Acknowledged || status.Synced);
    }

    private static void Nobody_pinged(PingedViewService service)
    {
        service.Ticks(30);
        service.Expect(0, null, null);
    }

    private static void The_first_is_primary(PingedViewService service, ServerId a)
    {
        // It has been listening since long before the first ping.
        service.Ping(a, 0);
        service.Expect(1, a, null);
        Assert.False(service.Status().Acknowledged);
    }

    private static void Another_becomes_backup(PingedViewService service, ServerId a, ServerId b)
    {
        service.Ping(a, 1);
        service.Ping(b, 0);
        service.Expect(2, a, b);
    }

    private static void The_backup_takes_over_from_a_silent_primary(PingedViewService service, ServerId a, ServerId b)
    {
        service.Ping(a, 2);
        service.Ping(b, 2, synced: true);
        service.Ticks(service.DeadPings - 1, (b, 2));
        service.Expect(2, a, b);
        service.Ticks(1, (b, 2));
        service.Expect(3, b, null);
    }

    private static void The_old_primary_comes_back_as_backup(PingedViewService service, ServerId b, ServerId a2)
    {
        service.Ping(b, 3);
        service.Ping(a2, 0);
        service.Expect(4, b, a2);
    }

    private static void Promotion_and_a_new_backup_are_one_step(
        PingedViewService service,
        ServerId b,
        ServerId a2,
        ServerId c
    )
    {
        service.Ping(b, 4);
        service.Ping(a2, 4, synced: true);
        service.UntilDead((a2, 4), (c, 0));
        service.Expect(5, a2, c);
    }

    private static void A_restart_is_a_death_however_fast(
        PingedViewService service,
        ServerId a2,
        ServerId a3,
        ServerId c
    )
    {
        service.Ping(a2, 5);
        service.Ping(c, 5, synced: true);
        service.Ping(a3, 0);
        service.Expect(6, c, a3);
    }

    private static void A_silent_backup_leaves_the_view(PingedViewService service, ServerId c)
    {
        service.UntilDead((c, 6));
        service.Expect(7, c, null);
    }

    private static void A_view_that_its_only_holder_never_acknowledged_stays(
        PingedViewService service,
        ServerId a3,
        ServerId c
    )
    {
        service.Ping(c, 7);
        service.Ping(a3, 0);
        service.Expect(8, c, a3);
        service.Ticks(30, (a3, 8));
        service.Expect(8, c, a3);
        Assert.Contains(c.ToString(), service.Status().WaitingFor);
    }
}
