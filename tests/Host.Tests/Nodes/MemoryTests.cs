using System.Text.RegularExpressions;
using PbKv.Client;
using Xunit.Abstractions;

namespace PbKv.Host.Tests.Nodes;

public partial class MemoryTests(ITestOutputHelper output)
{
    private const int Callers = 128;

    /// <summary>What a process of little data that was just started takes beside it: buffers, compiled code.</summary>
    private const long Warm = 32 << 20;

    /// <summary>With PBKV_FULL=1 1.1 GB of values.</summary>
    private static readonly bool Full = Environment.GetEnvironmentVariable("PBKV_FULL") == "1";

    private static readonly int Keys = Full ? 1_100_000 : 200_000;

    [Theory]
    [InlineData(1000, 1000)]
    [InlineData(800, 1200)]
    public async Task Overwriting_values_takes_little_more_memory_than_they_have_on_primary_and_backup(
        int shortest,
        int longest
    )
    {
        await using var cluster = await ProcessCluster.StartAsync(
            2,
            ["-D", "pbkv.dead-pings=20", "-D", "pbkv.backup-silent=20"]
        );
        var idle = cluster.Servers.Max(server => server.WorkingSet);
        long most = 0;
        var load = Enumerable
            .Range(1, Callers)
            .Select(i => Task.Run(() => PutAsync(cluster.Client, i, shortest, longest, i == 1 ? Look : null)));
        await Task.WhenAll(load);
        Look();

        var data = (await cluster.Client.StatusAsync()).Servers.Max(server => server.State!.Bytes);
        output.WriteLine($"idle {idle:N0}, data {data:N0}, most {most:N0} bytes");
        foreach (var server in cluster.Servers)
        {
            server.Life.Send(Signal.Terminate);
            output.WriteLine(Pauses().Match((await server.Life.WaitForExitAsync()).Error).Value);
        }
        Assert.InRange(most, data, (data * 16 / 10) + (Full ? 0 : idle + Warm));

        void Look() => most = Math.Max(most, cluster.Servers.Max(server => server.WorkingSet));
    }

    /// <summary>A share of the keys, each once; then some of them, as many again three times over.</summary>
    private static async Task PutAsync(PbKvClient client, int caller, int shortest, int longest, Action? look)
    {
        var random = new Random(caller);
        var value = new byte[longest];
        for (var i = 0; i < 4 * Keys / Callers; i++)
        {
            if (i % 20 == 0)
                look?.Invoke();
            var key = (i < Keys / Callers ? i : random.Next(Keys / Callers)) * Callers + caller;
            await client.PutAsync(BitConverter.GetBytes(key), value.AsMemory(0, random.Next(shortest, longest + 1)));
        }
    }

    [GeneratedRegex("gcPauseTotalMs.*", RegexOptions.None, 1000)]
    private static partial Regex Pauses();
}
