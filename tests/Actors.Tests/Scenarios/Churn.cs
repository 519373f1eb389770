using PbKv.Checking;
using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>
/// Scenarios 2.9 and 2.10: servers come and go. The list's 20 and 30 seconds are a number of deaths here; each waits for a
/// synced pair first, as nobody survives the death of both that hold the data.
/// </summary>
[Collection(Alone.Name)]
public sealed class Churn(ITestOutputHelper output) : Scenario(output)
{
    private const string Quick = "pbkv { dead-pings = 10, backup-silent = 10, clerk.request-timeout = 60ms }";

    /// <summary>What a client may at most wait, on a machine that has time for it.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    [Fact]
    public Task S2_09_Servers_are_restarted_one_by_one_while_clients_put_and_get_their_own_keys() =>
        OnClusterAsync(cluster => RestartsAsync(cluster, 8, PutAndGetAsync), Quick);

    [Fact]
    public Task S2_09_Servers_are_restarted_one_by_one_on_a_lossy_network_while_clients_chain_hashes() => OnClusterAsync(async cluster =>
    {
        cluster.Network.BeLossy();
        await RestartsAsync(cluster, 5, ChainAsync);
        Assert.True(cluster.Network.Struck > 0);
    }, "pbkv { dead-pings = 10, backup-silent = 10, clerk.request-timeout = 40ms }");

    [Fact]
    public Task S2_09_Servers_are_restarted_one_by_one_while_two_clients_append_to_one_key() =>
        OnClusterAsync(cluster => RestartsAsync(cluster, 6, AppendAsync), Quick);

    [Fact]
    public Task S2_10_Fresh_servers_join_and_random_ones_leave_for_good() => OnClusterAsync(async cluster =>
    {
        var (a, b) = await cluster.PairAsync();
        await cluster.IdleAsync();
        var random = new Random(cluster.Seed);
        await UnderLoadAsync(cluster, PutAndGetAsync, async () =>
        {
            for (var i = 0; i < 8; i++)
            {
                await cluster.IdleAsync();
                await UntilSafeAsync(cluster);
                // Every other time the primary: chance alone may only ever hit idle ones, and no view would change.
                var primary = (await cluster.ViewAsync()).Primary;
                await cluster.KillAsync(i % 2 == 0 ? cluster.Alive.Single(member => member.Id == primary) : cluster.Alive[random.Next(cluster.Alive.Count)]);
            }
            await cluster.UntilAsync(async () => Assert.True((await cluster.ViewAsync()).Number > 5, "the view changed"));
        });
        Assert.False(cluster.Alive.Contains(a) && cluster.Alive.Contains(b));
    }, Quick);

    private static async Task RestartsAsync(Cluster cluster, int restarts, Func<int, Recorder, Func<bool>, Task<Dictionary<string, string>>> client)
    {
        await cluster.PairAsync();
        await cluster.IdleAsync();
        await UnderLoadAsync(cluster, client, async () =>
        {
            var before = (await cluster.ViewAsync()).Number;
            for (var i = 0; i < restarts; i++)
            {
                await UntilSafeAsync(cluster);
                // The first in the list is the one that has lived longest: each has its turn.
                await cluster.RestartAsync(cluster.Alive[0]);
                await cluster.TicksAsync(2);
            }
            Assert.True((await cluster.ViewAsync()).Number >= before + restarts - 1, "the view changed with almost every restart");
        });
    }

    /// <summary>Clients work until the faults are over; then every value, on the client's side and in the stores, is what it must be.</summary>
    private static async Task UnderLoadAsync(Cluster cluster, Func<int, Recorder, Func<bool>, Task<Dictionary<string, string>>> client, Func<Task> faults)
    {
        var history = new History();
        var over = false;
        var recorders = Enumerable.Range(0, 2).Select(i => new Recorder(history, i, cluster.Connect(), cluster.Network)).ToList();
        var clients = recorders.Select((recorder, i) => client(i, recorder, () => Volatile.Read(ref over))).ToList();
        try
        {
            await faults();
        }
        finally
        {
            Volatile.Write(ref over, true);
        }
        var expected = (await Task.WhenAll(clients)).SelectMany(values => values).ToList();
        cluster.Output.WriteLine($"{history.Count} operations, the longest {recorders.Max(recorder => recorder.Longest).TotalMilliseconds:F0} ms");
        await cluster.AssertSameAtRestAsync();
        var view = await cluster.ViewAsync();
        var store = await cluster.Alive.Single(member => member.Id == view.Primary).StoreAsync();
        foreach (var (key, value) in expected) Assert.Equal(value, key == "shared" ? InOrder(store[key], value) : store[key]);
        Recorder.AssertLinearizable(history);
        Assert.True(recorders.TrueForAll(recorder => recorder.Longest < LongestWait), "no client waits for long");
    }

    /// <summary>Both that hold the data are really there: the view service may not have noticed the last death yet.</summary>
    private static Task UntilSafeAsync(Cluster cluster) => cluster.UntilAsync(async () =>
    {
        var (view, synced) = await cluster.ViewService.LookAsync<ViewServiceNode, (View, bool)>(node => (node.View, node.Synced));
        Assert.True(synced, $"{view} is synced");
        Assert.Contains(cluster.Alive, member => member.Id == view.Primary);
        Assert.Contains(cluster.Alive, member => member.Id == view.Backup);
    });

    private static async Task<Dictionary<string, string>> PutAndGetAsync(int client, Recorder recorder, Func<bool> over)
    {
        var values = new Dictionary<string, string>();
        for (var i = 0; !over() && i < 100_000; i++)
        {
            var key = $"{client}.{i % 10}";
            await recorder.PutAsync(key, values[key] = $"{i}");
            Assert.Equal(values[key], await recorder.TryGetAsync(key));
        }
        return values;
    }

    private static async Task<Dictionary<string, string>> ChainAsync(int client, Recorder recorder, Func<bool> over)
    {
        var key = $"chain {client}";
        string? expected = null;
        for (var i = 0; !over() || i < 2; i++)
        {
            Assert.Equal(expected, await recorder.PutHashAsync(key, $"{i}"));
            expected = HashChain.Next(expected, $"{i}");
        }
        return new() { [key] = expected! };
    }

    /// <returns>What this client appended to the key that all share.</returns>
    private static async Task<Dictionary<string, string>> AppendAsync(int client, Recorder recorder, Func<bool> over)
    {
        var appended = "";
        for (var i = 0; !over() && i < 2000; i++)
        {
            await recorder.AppendAsync("shared", $"{client}.{i};");
            appended += $"{client}.{i};";
        }
        return new() { ["shared"] = appended };
    }

    /// <summary>Of all elements of the shared value those of one client, which the value that it expects begins with.</summary>
    private static string InOrder(string shared, string value)
    {
        var client = value.Split('.')[0];
        return string.Concat(shared.Split(';').Where(element => element.StartsWith($"{client}.", StringComparison.Ordinal)).Select(element => element + ";"));
    }
}
