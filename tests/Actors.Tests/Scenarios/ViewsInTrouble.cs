using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>
/// Scenarios 1.2 in real time, and 1.17 to 1.21: memory, fall back, deafness, silence and leaving, at the ViewService
/// actor.
/// </summary>
public sealed class ViewsInTrouble(ITestOutputHelper output) : Scenario(output)
{
    [Fact]
    public Task S1_02_With_real_ticks_and_pings_the_first_server_is_primary_after_dead_pings_ticks() =>
        OnClusterAsync(async cluster =>
        {
            Assert.Equal(0, (await cluster.ViewAsync()).Number);
            var first = await cluster.PrimaryAsync();
            Assert.InRange(cluster.Network.Ticks, cluster.DeadPings, long.MaxValue);
            Assert.Equal(
                (1, first.Id),
                ((await cluster.ViewAsync()).Number, (await cluster.ViewAsync()).Primary!.Value)
            );
        });

    [Fact]
    public void S1_17_A_view_service_that_lost_its_memory_forms_no_view_and_says_so()
    {
        foreach (var other in new[] { new ClusterId(77), new ClusterId(0xC1) })
        {
            var service = new PingedViewService(this);
            var (a, c) = (service.NewServer(), service.NewServer());
            service.Ping(c, 0);
            var refused = Assert.IsType<PingRefused>(service.Ping(a, 5, cluster: other));
            Assert.Equal(other.Value == 77 ? PingRefusal.OtherCluster : PingRefusal.NewerView, refused.Reason);
            service.Ticks(30, (c, 0));
            service.Expect(0, null, null);
            Assert.Equal(1, service.Count(NoticeKind.Waiting, "lost its memory"));
        }
    }

    [Fact]
    public void S1_17_With_its_memory_a_view_service_goes_on_where_it_was()
    {
        var earlier = new PingedViewService(this);
        var (a, b) = (earlier.NewServer(), earlier.NewServer());
        earlier.FormPair(a, b);
        var service = new PingedViewService(this, earlier.Memory);
        service.Expect(2, a, b);
        Assert.True(service.Status().Synced);
        service.Know(earlier);
        service.UntilDead((b, 2));
        service.Expect(3, b, null);
    }

    [Fact]
    public void S1_18_Fall_back_to_whoever_held_everything_in_the_last_acknowledged_view()
    {
        var service = new PingedViewService(this);
        var (a, b) = (service.NewServer(), service.NewServer());
        service.FormPair(a, b);
        service.UntilDead((a, 2));
        service.Expect(3, a, null);
        service.UntilDead((b, 2));
        service.Expect(4, b, null);
        Assert.Equal(1, service.Count(NoticeKind.FellBack));

        var mirror = new PingedViewService(this);
        (a, b) = (mirror.NewServer(), mirror.NewServer());
        mirror.FormPair(a, b);
        mirror.UntilDead((b, 2));
        mirror.Expect(3, b, null);
        mirror.UntilDead((a, 2));
        mirror.Expect(4, a, null);
        Assert.Equal(1, mirror.Count(NoticeKind.FellBack));
    }

    [Fact]
    public void S1_18_When_the_very_first_dies_before_it_acknowledges_another_is_primary_of_view_2()
    {
        var service = new PingedViewService(this);
        var (a, b) = (service.NewServer(), service.NewServer());
        service.UntilDead((a, 0));
        service.UntilDead((b, 0));
        service.Expect(2, b, null);
        Assert.Equal(1, service.Count(NoticeKind.FellBack));
    }

    [Fact]
    public void S1_19_One_missed_ping_is_nothing_but_a_server_that_hears_no_answers_is_dead()
    {
        var service = new PingedViewService(this);
        var (a, b) = (service.NewServer(), service.NewServer());
        service.FormPair(a, b);
        for (var i = 0; i < 10; i++)
        {
            service.Ticks(1, (a, 2), (b, 2));
            service.Ticks(1, (a, 2));
            service.Ticks(1, (a, 2), (b, 2));
            service.Ticks(1, (b, 2));
        }
        service.Expect(2, a, b);
        Assert.Equal(0, service.Count(NoticeKind.ServerDead));

        service.Ticks(1, (a, 2), (b, 2));
        for (var i = 0; i < service.DeadPings; i++)
        {
            service.Expect(2, a, b);
            service.Ping(a, 2, heard: 1);
            service.PingNow(b);
            service.Ticks(1);
        }
        service.Expect(3, b, null);
        Assert.Equal(1, service.Count(NoticeKind.ServerDead, "heard no answer"));
    }

    [Fact]
    public void S1_20_A_silent_backup_is_replaced_by_an_idle_server_or_by_none()
    {
        var service = new PingedViewService(this);
        var (a, b, c) = (service.NewServer(), service.NewServer(), service.NewServer());
        service.FormPair(a, b);
        service.Ping(c, 0);
        // A report of an earlier view speaks of another pairing.
        service.Ping(a, 1, backupSilent: true);
        service.Expect(2, a, b);
        service.Ping(a, 2, backupSilent: true);
        service.Expect(3, a, c);
    }

    [Fact]
    public void S1_20_A_silent_backup_is_taken_again_only_after_a_pause_that_grows()
    {
        var service = new PingedViewService(this);
        var (a, b) = (service.NewServer(), service.NewServer());
        service.FormPair(a, b);
        var pauses = new List<int>();
        for (var round = 0; round < 3; round++)
        {
            service.Ping(a, service.View.Number, backupSilent: true);
            Assert.Null(service.View.Backup);
            var pause = 0;
            for (; service.View.Backup is null; pause++)
                service.Ticks(1, (a, -1), (b, -1));
            pauses.Add(pause);
            service.PingNow(a);
        }
        Assert.Equal([service.DeadPings, 2 * service.DeadPings, 4 * service.DeadPings], pauses);
    }

    [Fact]
    public void S1_21_A_primary_leaves_a_synced_view_at_once()
    {
        var pair = new PingedViewService(this);
        var (a, b) = (pair.NewServer(), pair.NewServer());
        pair.FormPair(a, b);
        pair.PingNow(a, leaving: true);
        pair.Expect(3, b, null);
        pair.PingNow(b);
        pair.Ticks(20, (a, 3), (b, 3));
        pair.Expect(3, b, null);
        Assert.Equal(1, pair.Count(NoticeKind.LeaveAsked));

        var three = new PingedViewService(this);
        (a, b) = (three.NewServer(), three.NewServer());
        var c = three.NewServer();
        three.FormPair(a, b);
        three.Ping(c, 0);
        three.PingNow(a, leaving: true);
        three.Expect(3, b, c);
    }

    [Fact]
    public void S1_21_In_an_unsynced_view_or_with_its_backup_dead_the_leave_waits_and_the_primary_goes_on()
    {
        var service = new PingedViewService(this);
        var (a, b) = (service.NewServer(), service.NewServer());
        service.FormPair(a, b, synced: false);
        service.PingNow(a, leaving: true);
        service.Ticks(10, (a, 2), (b, 2));
        service.Expect(2, a, b);
        service.PingNow(b, synced: true);
        service.Expect(3, b, null);

        var alone = new PingedViewService(this);
        (a, b) = (alone.NewServer(), alone.NewServer());
        alone.FormPair(a, b);
        alone.UntilDead((a, 2));
        alone.PingNow(a, leaving: true);
        alone.Ticks(10, (a, 3));
        alone.Expect(3, a, null);
    }

    [Fact]
    public void S1_21_A_leaving_server_may_be_fallen_back_to()
    {
        var service = new PingedViewService(this);
        var (a, b) = (service.NewServer(), service.NewServer());
        service.FormPair(a, b);
        service.PingNow(a, leaving: true);
        service.Expect(3, b, null);
        service.UntilDead((a, 2));
        service.Expect(4, a, null);
        Assert.Equal(1, service.Count(NoticeKind.FellBack));
    }
}
