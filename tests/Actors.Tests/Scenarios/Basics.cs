using PbKv.Client;
using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>Scenarios 2.1 to 2.6: the store without, and with the simplest of, faults.</summary>
public sealed class Basics(ITestOutputHelper output) : Scenario(output)
{
    [Fact]
    public Task S2_01_One_server_puts_gets_and_appends() =>
        OnClusterAsync(async cluster =>
        {
            var server = await cluster.PrimaryAsync();
            var kv = cluster.Connect();
            await kv.PutAsync("a", "1");
            Assert.Equal("1", await kv.GetAsync("a"));
            await kv.AppendAsync("b", "x");
            Assert.Equal("x", await kv.GetAsync("b"));
            await kv.PutAsync("c", "y");
            await kv.AppendAsync("c", "z");
            Assert.Equal("yz", await kv.GetAsync("c"));
            Assert.Equal("", await kv.GetAsync("missing"));
            Assert.Equal(
                new()
                {
                    ["a"] = "1",
                    ["b"] = "x",
                    ["c"] = "yz",
                },
                await server.StoreAsync()
            );
        });

    [Fact]
    public Task S2_02_What_was_put_as_the_backup_joined_and_a_little_later_survives_the_primary() =>
        OnClusterAsync(async cluster =>
        {
            var primary = await cluster.PrimaryAsync();
            var kv = cluster.Connect();
            await kv.PutAsync("before", "1");
            var backup = cluster.Start();
            await kv.PutAsync("at once", "2");
            await cluster.TicksAsync(3);
            await kv.PutAsync("later", "3");
            await cluster.UntilViewAsync(primary, backup);
            await cluster.KillAsync(primary);
            Assert.Equal("1", await kv.GetAsync("before"));
            Assert.Equal("2", await kv.GetAsync("at once"));
            Assert.Equal("3", await kv.GetAsync("later"));
            await cluster.UntilViewAsync(backup, null);
            Assert.Equal(
                new()
                {
                    ["before"] = "1",
                    ["at once"] = "2",
                    ["later"] = "3",
                },
                await backup.StoreAsync()
            );
        });

    [Fact]
    public Task S2_03_A_hundred_operations_cost_the_view_service_its_pings_and_few_messages_more() =>
        OnClusterAsync(async cluster =>
        {
            var (primary, _) = await cluster.PairAsync();
            var kv = cluster.Connect();
            var before = cluster.Network.MessagesToViewService - cluster.Network.Pings;
            for (var i = 0; i < 100; i++)
                await kv.PutAsync("k", $"{i}");
            var after = cluster.Network.MessagesToViewService - cluster.Network.Pings;
            Assert.InRange(after - before, 1, 20);
            Assert.Equal("99", (await primary.StoreAsync())["k"]);
        });

    [Fact]
    public Task S2_04_After_the_last_server_has_died_no_get_returns_and_no_old_value_comes_back() =>
        OnClusterAsync(
            async cluster =>
            {
                var last = await cluster.PrimaryAsync();
                var kv = cluster.Connect();
                await kv.PutAsync("k", "old");
                await cluster.KillAsync(last);
                var fresh = await cluster.IdleAsync();
                // 2 s of the list, where a ping interval is 100 ms.
                var failure = await Assert.ThrowsAsync<PbKvException>(async () =>
                    await kv.GetAsync("k", deadline: TimeSpan.FromMilliseconds(800))
                );
                Assert.Contains(failure.Code, new[] { PbKvError.Unreachable, PbKvError.DeadlinePassed });
                await cluster.UntilAsync(async () =>
                    Assert.Contains(last.Name.Value, await cluster.WaitingForAsync() ?? "")
                );
                Assert.True(cluster.ViewService.Count(NoticeKind.Waiting) > 0);
                // Where it pinged before the death was noticed it was made backup, with nobody to give it anything.
                Assert.NotEqual(ReplicaRole.Primary, await fresh.LookAsync(node => node.Role));
                Assert.Empty(await fresh.StoreAsync());
            },
            sameAtRest: false
        );

    [Fact]
    public Task S2_05_On_a_lossy_network_a_hundred_hashes_are_chained_and_a_hundred_appends_are_in_order() =>
        OnClusterAsync(
            async cluster =>
            {
                var server = await cluster.PrimaryAsync();
                var kv = cluster.Connect();
                cluster.Network.BeLossy();
                string? expected = null;
                for (var i = 0; i < 100; i++)
                {
                    Assert.Equal(expected, await kv.PutHashAsync("chain", $"{i}"));
                    expected = HashChain.Next(expected, $"{i}");
                }
                for (var i = 0; i < 100; i++)
                    await kv.AppendAsync("list", $"{i}");
                cluster.Network.Heal();
                Assert.Equal(
                    new() { ["chain"] = expected!, ["list"] = string.Concat(Enumerable.Range(0, 100)) },
                    await server.StoreAsync()
                );
                Assert.True(cluster.Network.Struck > 20);
                Assert.True(server.Count(NoticeKind.Deduplicated) > 0, "a retry was deduplicated");
            },
            "pbkv { dead-pings = 20, clerk.request-timeout = 30ms }"
        );

    [Fact]
    public Task S2_06_The_third_server_initialised_by_transfer_and_forwards_serves_all_keys() =>
        OnClusterAsync(async cluster =>
        {
            var (a, b) = await cluster.PairAsync();
            var c = await cluster.IdleAsync();
            var kv = cluster.Connect();
            await kv.PutAsync("before", "1");

            await cluster.KillAsync(b);
            var ticks = cluster.Network.Ticks;
            await kv.PutAsync("backup dead", "2");
            Assert.InRange(cluster.Network.Ticks - ticks, 0, cluster.DeadPings + 3);
            await cluster.UntilViewAsync(a, c);
            await kv.PutAsync("by forward", "3");

            await cluster.KillAsync(a);
            ticks = cluster.Network.Ticks;
            await kv.PutAsync("primary dead", "4");
            Assert.InRange(cluster.Network.Ticks - ticks, 0, cluster.DeadPings + 3);
            await cluster.UntilViewAsync(c, null);
            var all = new Dictionary<string, string>
            {
                ["before"] = "1",
                ["backup dead"] = "2",
                ["by forward"] = "3",
                ["primary dead"] = "4",
            };
            foreach (var (key, value) in all)
                Assert.Equal(value, await kv.GetAsync(key));
            Assert.Equal(all, await c.StoreAsync());
            Assert.True(c.Count(NoticeKind.TransferInstalled) > 0);
        });
}
