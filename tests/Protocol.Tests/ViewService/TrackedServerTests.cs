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
}
