namespace PbKv.Protocol.Tests.ViewService;

public sealed class TrackedServerTests
{
    private static readonly ServerId A = ViewServiceBench.Server("a");
    private static readonly ServerId B = ViewServiceBench.Server("b");

    [Fact]
    public void A_server_reported_silent_once_is_as_good_as_any_after_twice_its_pause_and_the_time_of_a_report()
    {
        var settings = ProtocolSettings.Default;
        var server = new TrackedServer(A).OnReportedSilent(settings);
        var ticks = 0;
        for (; server.LastPause > 0; ticks++)
        {
            Assert.Equal((settings.DeadPings, settings.DeadPings - ticks), (server.LastPause, server.Pause));
            server = server.OnPing(ticks + 1, false, 1).OnTick(settings.DeadPings, settings);
        }
        Assert.Equal((3 * settings.DeadPings) + settings.BackupSilentTicks, ticks);
        Assert.Equal(0, server.Pause);
    }

    [Fact]
    public void Whoever_has_not_pinged_since_the_view_service_started_looks_the_same_once_he_is_dead()
    {
        var bench = new ViewServiceBench(new ViewServiceBench().WithPair(A, B).Memory);
        bench.Ticks(50, (A, -1));
        var before = bench.Fingerprint();
        bench.Ticks(50, (A, -1));
        Assert.Equal(before, bench.Fingerprint());
    }

    [Fact]
    public void A_server_that_is_dead_since_its_connection_broke_looks_other_than_one_that_has_just_pinged()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        var idle = ViewServiceBench.Server("idle");
        bench.PingNow(idle);
        var before = bench.Fingerprint();
        bench.Step(effects => bench.Node.OnConnectionLost(idle.Address, effects));
        bench.Step(effects => bench.Node.OnTimer(new ConnectionLostTimer(idle), effects));
        Assert.False(bench.IsAlive(idle));
        Assert.NotEqual(before, bench.Fingerprint());
    }

    [Fact]
    public void How_long_a_view_service_has_listened_shows_until_that_is_long_enough()
    {
        var bench = new ViewServiceBench();
        var looks = new List<ulong> { bench.Fingerprint() };
        for (var tick = 1; tick <= bench.DeadPings; tick++)
        {
            bench.Tick();
            looks.Add(bench.Fingerprint());
        }
        Assert.Distinct(looks);
        bench.Tick();
        Assert.Equal(looks[^1], bench.Fingerprint());
    }

    [Fact]
    public void Both_the_view_and_the_last_acknowledged_one_show()
    {
        var known = new ViewServiceBench().WithPair(A, B).Memory! with { Acknowledged = false };
        Assert.Distinct(
            new[]
            {
                known,
                known with
                {
                    View = known.View with { Level = 1 },
                },
                known with
                {
                    LastAcknowledged = known.View with { Level = 1 },
                },
                known with
                {
                    LastAcknowledged = null,
                },
            }.Select(memory => new ViewServiceBench(memory).Fingerprint())
        );
    }
}
