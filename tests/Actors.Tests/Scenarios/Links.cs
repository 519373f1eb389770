using PbKv.Checking;
using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>Scenarios 2.21, 2.23 and 2.30: links that work for a part, or for a while, or in one direction.</summary>
public sealed class Links(ITestOutputHelper output) : Scenario(output)
{
    [Fact]
    public Task S2_21_When_the_backup_is_a_view_ahead_of_the_primary_operations_finish_soon_after() =>
        OnClusterAsync(
            async cluster =>
            {
                var (a, b) = await cluster.PairAsync();
                var c = await cluster.IdleAsync();
                var kv = cluster.Connect();
                await kv.PutAsync("k", "1");
                var deaf = cluster.Network.Cut(cluster.ViewService, a);
                await cluster.KillAsync(b);
                var call = kv.AppendAsync("k", "2").AsTask();
                await cluster.UntilAsync(async () =>
                    Assert.Equal((3, ReplicaRole.Backup), await c.LookAsync(node => ((int)node.View.Number, node.Role)))
                );
                await cluster.TicksAsync(3);
                Assert.Equal(2, await a.LookAsync(node => node.View.Number));
                Assert.False(call.IsCompleted);
                deaf.Lift();
                var ticks = cluster.Network.Ticks;
                await call;
                Assert.InRange(cluster.Network.Ticks - ticks, 0, cluster.DeadPings);
                await cluster.UntilViewAsync(a, c);
                Assert.Equal("12", (await c.StoreAsync())["k"]);
            },
            "pbkv { dead-pings = 25, backup-silent = 25 }"
        );

    [Fact]
    public Task S2_21_When_the_backup_is_a_view_behind_the_primary_operations_finish_soon_after() =>
        OnClusterAsync(
            async cluster =>
            {
                var (a, b) = await cluster.PairAsync();
                var c = await cluster.IdleAsync();
                var kv = cluster.Connect();
                await kv.PutAsync("k", "1");
                var deaf = cluster.Network.Cut(cluster.ViewService, c);
                await cluster.KillAsync(b);
                await kv.AppendAsync("k", "2");
                await cluster.UntilAsync(async () => Assert.Equal(3, await a.LookAsync(node => node.View.Number)));
                await cluster.TicksAsync(3);
                Assert.Equal((2, ReplicaRole.Idle), await c.LookAsync(node => ((int)node.View.Number, node.Role)));
                deaf.Lift();
                var ticks = cluster.Network.Ticks;
                await kv.AppendAsync("k", "3");
                Assert.InRange(cluster.Network.Ticks - ticks, 0, cluster.DeadPings);
                await cluster.UntilViewAsync(a, c);
                Assert.Equal("123", (await c.StoreAsync())["k"]);
            },
            "pbkv { dead-pings = 25, backup-silent = 25 }"
        );

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public Task S2_23_With_one_of_the_six_directions_cut_operations_go_on(int direction) =>
        OnClusterAsync(async cluster =>
        {
            var (primary, backup) = await cluster.PairAsync();
            var view = cluster.ViewService;
            var (from, to) = new[]
            {
                (primary, view),
                (view, primary),
                (backup, view),
                (view, backup),
                (primary, backup),
                (backup, primary),
            }[direction];
            var history = new History();
            var recorder = new Recorder(history, 1, cluster.Connect(), cluster.Network);
            await recorder.AppendAsync("k", "0");
            var cut = cluster.Network.Cut(from, to);
            for (var i = 1; i <= 20; i++)
            {
                await recorder.AppendAsync("k", $",{i}");
                await recorder.TryGetAsync("k");
            }
            await cluster.UntilAsync(() => Assert.True(cut.Struck > cluster.DeadPings, "it was felt"));
            await cluster.UntilAsync(async () =>
                Assert.True((await cluster.ViewAsync()).Number > 2, "the view changed")
            );
            await recorder.AppendAsync("k", ",21");
            cut.Lift();
            await recorder.AppendAsync("k", ",22");
            await cluster.AssertSameAtRestAsync();
            var all = string.Join(',', Enumerable.Range(0, 23));
            Assert.Equal(all, (await primary.StoreAsync())["k"]);
            Assert.Equal(all, (await backup.StoreAsync())["k"]);
            Recorder.AssertLinearizable(history);
        });

    [Fact]
    public Task S2_30_When_primary_and_backup_cannot_talk_operations_go_on_within_twice_dead_pings() =>
        OnClusterAsync(async cluster =>
        {
            var (primary, backup) = await cluster.PairAsync();
            var kv = cluster.Connect();
            await kv.PutAsync("k", "1");
            var cut = cluster.Network.CutBoth(primary, backup);
            var ticks = cluster.Network.Ticks;
            await kv.AppendAsync("k", "2");
            Assert.InRange(cluster.Network.Ticks - ticks, 1, 2 * cluster.DeadPings);
            Assert.True(primary.Count(NoticeKind.BackupSilent) > 0);
            Assert.True((await cluster.ViewAsync()).Number > 2, "the view changed");
            cut.Lift();
            await cluster.UntilViewAsync(primary, backup);
            Assert.Equal("12", (await backup.StoreAsync())["k"]);
        });
}
