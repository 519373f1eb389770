using System.Globalization;
using PbKv.Checking;
using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>Scenarios 2.7 and 2.8: several clients on the same keys, and what primary and backup hold of it.</summary>
public sealed class Together(ITestOutputHelper output) : Scenario(output)
{
    private const int Clients = 3;
    private const string QuickRetries = "pbkv { dead-pings = 15, backup-silent = 15, clerk.request-timeout = 40ms }";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task S2_07_Puts_of_three_clients_to_two_keys_leave_the_same_on_the_old_backup(bool lossy) =>
        OnClusterAsync(
            async cluster =>
            {
                var (primary, backup) = await cluster.PairAsync();
                var history = new History();
                if (lossy)
                    cluster.Network.BeLossy();
                await ClientsAsync(
                    cluster,
                    history,
                    async (client, recorder) =>
                    {
                        var end = cluster.Network.Ticks + Cluster.Ticks(5);
                        for (var i = 0; cluster.Network.Ticks < end; i++)
                        {
                            await recorder.PutAsync($"key {i % 2}", $"{client}.{i}");
                            if (i % 10 == 0)
                                await recorder.TryGetAsync($"key {i % 2}");
                        }
                    }
                );
                cluster.Network.Heal();
                var held = await primary.StoreAsync();
                Assert.Equal(2, held.Count);
                await cluster.AssertSameAtRestAsync();
                await cluster.KillAsync(primary);
                await cluster.UntilViewAsync(backup, null);
                Assert.Equal(held, await backup.StoreAsync());
                var reader = new Recorder(history, 99, cluster.Connect(), cluster.Network);
                foreach (var (key, value) in held)
                    Assert.Equal(value, await reader.TryGetAsync(key));
                Recorder.AssertLinearizable(history);
                Assert.Equal(lossy, cluster.Network.Struck > 0);
            },
            QuickRetries
        );

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task S2_08_Appends_of_three_clients_to_one_key_are_there_once_and_in_order_on_both(bool lossy) =>
        OnClusterAsync(
            async cluster =>
            {
                const int Elements = 50;
                var (primary, backup) = await cluster.PairAsync();
                var history = new History();
                if (lossy)
                    cluster.Network.BeLossy();
                await ClientsAsync(
                    cluster,
                    history,
                    async (client, recorder) =>
                    {
                        for (var i = 0; i < Elements; i++)
                            await recorder.AppendAsync("list", $"{client}.{i};");
                    }
                );
                cluster.Network.Heal();
                await cluster.AssertSameAtRestAsync();
                var list = (await primary.StoreAsync())["list"];
                Assert.Equal(list, (await backup.StoreAsync())["list"]);
                await cluster.KillAsync(primary);
                await cluster.UntilViewAsync(backup, null);
                var reader = new Recorder(history, 99, cluster.Connect(), cluster.Network);
                Assert.Equal(list, await reader.TryGetAsync("list"));
                var elements = list.TrimEnd(';')
                    .Split(';')
                    .Select(element => element.Split('.'))
                    .ToLookup(pair => pair[0], pair => int.Parse(pair[1], CultureInfo.InvariantCulture));
                for (var client = 0; client < Clients; client++)
                    Assert.Equal(Enumerable.Range(0, Elements), elements[$"{client}"]);
                Recorder.AssertLinearizable(history);
                if (lossy)
                    Assert.True(
                        cluster.Everybody.Sum(member => member.Count(NoticeKind.Deduplicated)) > 0,
                        "retries were deduplicated"
                    );
            },
            QuickRetries
        );

    private static Task ClientsAsync(Cluster cluster, History history, Func<int, Recorder, Task> work) =>
        Task.WhenAll(
            Enumerable
                .Range(0, Clients)
                .Select(client => work(client, new Recorder(history, client, cluster.Connect(), cluster.Network)))
        );
}
