using System.Globalization;
using PbKv.Checking;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>
/// Clients that work until they are told that it is over, one operation after the other, and check each answer that
/// tells them something: three put and get ten keys of their own, two chain hashes, two append to one key that they
/// share.
/// </summary>
internal sealed class Crowd
{
    private const int Putting = 3;
    private const int Chaining = 2;
    private const int Appending = 2;
    private const string Shared = "shared";

    private readonly Cluster _cluster;
    private readonly History _history = new();
    private readonly List<Recorder> _recorders;
    private readonly List<Task<Dictionary<string, string>>> _clients;
    private bool _over;

    private Crowd(Cluster cluster)
    {
        _cluster = cluster;
        _recorders =
        [
            .. Enumerable
                .Range(0, Putting + Chaining + Appending)
                .Select(i => new Recorder(_history, i, cluster.Connect(), cluster.Network)),
        ];
        _clients =
        [
            .. _recorders.Select(
                (recorder, i) =>
                    i switch
                    {
                        < Putting => PutAndGetAsync(i, recorder),
                        < Putting + Chaining => ChainAsync(i, recorder),
                        _ => AppendAsync(i, recorder),
                    }
            ),
        ];
    }

    /// <summary>The longest that any call took, in ticks of the view service.</summary>
    private long Longest => _recorders.Max(recorder => recorder.LongestTicks);

    /// <summary>
    /// They work while the faults happen; then every value, in the answers and in the stores, is what it must be, and
    /// nobody waited for longer than so many ticks.
    /// </summary>
    public static async Task WorksThroughAsync(Cluster cluster, Func<Task> faults, int longestTicks)
    {
        var crowd = new Crowd(cluster);
        try
        {
            await faults();
        }
        finally
        {
            Volatile.Write(ref crowd._over, true);
        }
        await crowd.AssertAllIsThereAsync();
        Assert.InRange(crowd.Longest, 0, longestTicks);
    }

    private async Task AssertAllIsThereAsync()
    {
        var expected = (await Task.WhenAll(_clients)).SelectMany(values => values).ToList();
        _cluster.Output.WriteLine($"{_history.Count} operations, the longest {Longest} ticks");
        await _cluster.AssertSameAtRestAsync();
        var view = await _cluster.ViewAsync();
        var store = await _cluster.Alive.Single(member => member.Id == view.Primary).StoreAsync();
        foreach (var (key, value) in expected)
            Assert.Equal(value, key == Shared ? PartOf(store[key], value) : store[key]);
        Assert.Equal(expected.Where(pair => pair.Key == Shared).Sum(pair => pair.Value.Length), store[Shared].Length);
        var reader = new Recorder(_history, _recorders.Count, _cluster.Connect(), _cluster.Network);
        foreach (var (key, value) in store)
            Assert.Equal(value, await reader.TryGetAsync(key));
        Recorder.AssertLinearizable(_history);
    }

    private async Task<Dictionary<string, string>> PutAndGetAsync(int client, Recorder recorder)
    {
        var values = new Dictionary<string, string>();
        for (var i = 0; !Volatile.Read(ref _over); i++)
        {
            var key = $"{client}.{i % 10}";
            await recorder.PutAsync(key, values[key] = $"{i}");
            Assert.Equal(values[key], await recorder.TryGetAsync(key));
        }
        return values;
    }

    private async Task<Dictionary<string, string>> ChainAsync(int client, Recorder recorder)
    {
        var key = $"chain {client}";
        string? expected = null;
        for (var i = 0; !Volatile.Read(ref _over); i++)
        {
            Assert.Equal(expected, await recorder.PutHashAsync(key, $"{i}"));
            expected = HashChain.Next(expected, $"{i}");
        }
        return expected is null ? [] : new() { [key] = expected };
    }

    /// <returns>What this client appended to the key that all share.</returns>
    private async Task<Dictionary<string, string>> AppendAsync(int client, Recorder recorder)
    {
        var appended = "";
        for (var i = 0; !Volatile.Read(ref _over); i++)
        {
            await recorder.AppendAsync(Shared, $"{client}.{i};");
            appended += $"{client}.{i};";
            // What is read tells the checker an order; without it there would be as many as it likes.
            if (i % 8 == 7)
                Assert.Equal(appended, PartOf((await recorder.TryGetAsync(Shared))!, appended));
        }
        return new() { [Shared] = appended };
    }

    /// <summary>
    /// Of all elements of the shared value those of one client, which the value that it expects begins with.
    /// </summary>
    private static string PartOf(string shared, string value)
    {
        var client = string.Create(CultureInfo.InvariantCulture, $"{value.Split('.')[0]}.");
        return string.Concat(
            shared
                .Split(';')
                .Where(element => element.StartsWith(client, StringComparison.Ordinal))
                .Select(element => element + ";")
        );
    }
}
