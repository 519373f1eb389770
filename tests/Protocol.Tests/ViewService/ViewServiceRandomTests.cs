namespace PbKv.Protocol.Tests.ViewService;

/// <summary>
/// Servers that crash, restart, fall silent, report, leave and send late pings at random, without a store behind them.
/// What is held is what a view service alone can promise.
/// </summary>
public sealed class ViewServiceRandomTests
{
    private static readonly string[] Names = ["a", "b", "c", "d"];

    [Fact]
    public void The_primary_of_every_view_held_everything_in_the_last_acknowledged_one()
    {
        var seed = Environment.GetEnvironmentVariable("PBKV_SEED") is { } text
            ? int.Parse(text)
            : Environment.TickCount;
        for (var run = 0; run < 200; run++)
        {
            var started = seed + run;
            try
            {
                Run(new Random(started));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"PBKV_SEED={started} shows it again: {failure.Message}", failure);
            }
        }
    }

    private static void Run(Random random)
    {
        var bench = new ViewServiceBench();
        var lives = Names.Select(n => ViewServiceBench.Server(n)).ToArray();
        var views = new long[Names.Length];
        var late = new List<Ping>();
        for (var step = 0; step < 400; step++)
        {
            var (view, acknowledged, synced) = (bench.View, bench.Node.Acknowledged, bench.Node.Synced);
            var (last, lastSynced) = (bench.Node.LastAcknowledged, bench.Node.LastAcknowledgedSynced);
            var i = random.Next(Names.Length);
            switch (random.Next(12))
            {
                case 0:
                    lives[i] = lives[i] with { Incarnation = lives[i].Incarnation + 1 };
                    views[i] = 0;
                    break;
                case 1 when late.Count > 0:
                    bench.Handle(lives[i].Address, late[random.Next(late.Count)]);
                    break;
                case 2:
                    bench.Step(e => bench.Node.OnConnectionLost(lives[i].Address, e));
                    break;
                case 3:
                    bench.Step(e => bench.Node.OnTimer(new ConnectionLostTimer(lives[i]), e));
                    break;
                case 4 or 5 or 6:
                    bench.Tick();
                    break;
                default:
                    if (random.Next(4) > 0)
                        views[i] = bench.View.Number;
                    var ping = new Ping(
                        lives[i],
                        views[i] == 0 ? ViewId.None : new ViewId(bench.Node.Cluster, views[i]),
                        bench.View.Backup == lives[i] && random.Next(2) == 0,
                        random.Next(10) == 0,
                        random.Next(60) == 0,
                        random.Next(step + 1)
                    );
                    late.Add(ping);
                    bench.Handle(lives[i].Address, ping);
                    break;
            }
            Check(bench, view, acknowledged, synced, last, lastSynced);
        }
    }

    private static void Check(
        ViewServiceBench bench,
        View view,
        bool acknowledged,
        bool synced,
        View? last,
        bool lastSynced
    )
    {
        var now = bench.View;
        Assert.True(bench.Node.Acknowledged || !bench.Node.Synced);
        if (now == view)
        {
            Assert.True(bench.Node.Acknowledged || !acknowledged);
            return;
        }
        Assert.Equal(view.Number + 1, now.Number);
        Assert.NotNull(now.Primary);
        Assert.NotEqual(now.Primary?.Address, now.Backup?.Address);
        Assert.True(bench.IsAlive(now.Primary!.Value), $"{now} names a dead primary");
        Assert.False(bench.Node.Acknowledged);
        // The ping that makes the next view may just have acknowledged or synced this one.
        (last, lastSynced) = (bench.Node.LastAcknowledged, bench.Node.LastAcknowledgedSynced);
        if (last is null)
            return;
        Assert.True(
            now.Primary == last.Primary || (now.Primary == last.Backup && lastSynced),
            $"{now} after {view}, acknowledged last {last}, synced {lastSynced}, {synced}"
        );
    }
}
