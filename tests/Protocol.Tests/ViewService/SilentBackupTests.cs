namespace PbKv.Protocol.Tests.ViewService;

/// <summary>Where primary and backup cannot talk, and both reach the view service.</summary>
public sealed class SilentBackupTests
{
    private static readonly ServerId A = ViewServiceBench.Server("a");
    private static readonly ServerId B = ViewServiceBench.Server("b");
    private static readonly ServerId C = ViewServiceBench.Server("c");

    [Fact]
    public void S20_A_silent_backup_is_taken_again_only_after_a_pause_that_grows()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        Assert.Equal([5, 10, 20, 40, 80, 160, 320, 320], Enumerable.Range(0, 8).Select(_ => PauseOfSilentB(bench)));
    }

    [Fact]
    public void S20_The_pause_becomes_shorter_again_where_a_server_pings_and_nobody_reports_it()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        Assert.Equal([5, 10, 20], Enumerable.Range(0, 3).Select(_ => PauseOfSilentB(bench)));
        // Twice the last pause, and the time that it takes to be found silent (most of which it has been backup for).
        bench.Ticks(2 * 20, (A, -1), (B, -1));
        Assert.Equal(20, PauseOfSilentB(bench));
        // While it does not ping nothing is learnt of it.
        bench.Ticks(1000, (A, -1));
        bench.Ticks(2, (A, -1), (B, -1));
        Assert.Equal(B, bench.View.Backup);
        Assert.Equal(40, PauseOfSilentB(bench));
        bench.Ticks(200, (A, -1), (B, -1));
        Assert.Equal([5, 10], Enumerable.Range(0, 2).Select(_ => PauseOfSilentB(bench)));
    }

    /// <summary>As long as it takes B is silent, is reported, and is not taken again.</summary>
    private static int PauseOfSilentB(ViewServiceBench bench)
    {
        bench.Ticks(bench.Settings.BackupSilentTicks, (A, -1), (B, -1));
        bench.Ping(A, bench.View.Number, backupSilent: true);
        Assert.Null(bench.View.Backup);
        var pause = 0;
        for (; bench.View.Backup is null; pause++)
            bench.Ticks(1, (A, -1), (B, -1));
        bench.PingNow(A);
        return pause;
    }

    [Fact]
    public void S20_A_server_reported_silent_is_taken_last()
    {
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.Ping(A, 2, backupSilent: true);
        bench.Ping(A, 3);
        bench.Ticks(2, (A, 3), (B, 3));
        bench.Ping(C, 3);
        bench.Expect(4, A, C);
        bench.Ticks(50, (A, 4), (B, 4));
        Assert.Equal(B, bench.View.Backup);
    }
}
