using System.Diagnostics;
using System.Globalization;
using System.Text;
using PbKv.Client;
using PbKv.Clusters;

namespace PbKv.Failover;

/// <summary>What three view services do among themselves, beside three servers that nobody uses.</summary>
internal static class ViewServiceFigures
{
    private const int Views = 10_000;
    private const double TicksPerSecond = 100;

    /// <summary>What was started lately compiles still: what happens ten times a second is compiled twice.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    public static async Task<string> MeasureAsync(int rounds)
    {
        using var folder = new TemporaryFolder();
        await using var cluster = await ProcessCluster.StartAsync(3, viewServices: 3, folder.Path);
        var table = new StringBuilder("\n| three view services | p50 | p99 | max |\n| --- | ---: | ---: | ---: |\n");
        var (acting, others) = await SharesAsync(cluster);
        table.AppendLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| share of a core, idle: of the one that acts {acting:P2}, of another | {others:P2} | | |"
            )
        );
        List<double> next = [];
        for (var round = 0; round < rounds; round++)
            next.Add(await UntilNextActsAsync(cluster));
        table.AppendLine(Row($"kill -9 of the one that acts → the next one acts, ms ({rounds} times)", next));
        table.AppendLine(
            Row(
                $"a view made and told (a reset, with two ways to it and back), ms ({Views} times)",
                await ResetAsync(cluster)
            )
        );
        var kept = cluster.ViewServices.Max(node =>
            Directory.GetFiles(Path.Combine(folder.Path, node.Name), "*.pbkv").Sum(file => new FileInfo(file).Length)
        );
        table.AppendLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| bytes on disk after {Views} views, of the largest | {kept} | | |"
            )
        );
        return table.ToString();
    }

    private static string Row(string what, IEnumerable<double> times)
    {
        var sorted = times.Order().ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | {At(0.5):F1} | {At(0.99):F1} | {sorted[^1]:F1} |"
        );

        double At(double share) => sorted[(int)Math.Ceiling(share * sorted.Count) - 1];
    }

    private static async Task<(double Acting, double Other)> SharesAsync(ProcessCluster cluster)
    {
        var acting = await ActingAsync(cluster);
        await Task.Delay(WarmUp);
        var before = cluster.ViewServices.ToDictionary(node => node, Seconds);
        var clock = Stopwatch.StartNew();
        await Task.Delay(Idle);
        var shares = before.ToDictionary(
            node => node.Key,
            node => (Seconds(node.Key) - node.Value) / clock.Elapsed.TotalSeconds
        );
        return (shares[acting], shares.Where(node => node.Key != acting).Max(node => node.Value));
    }

    /// <summary>Of a processor, in and for it.</summary>
    private static double Seconds(ProcessNode node)
    {
        var stat = File.ReadAllText($"/proc/{node.Life.Id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(11) + Number(12)) / TicksPerSecond;

        double Number(int field) => double.Parse(fields[field], CultureInfo.InvariantCulture);
    }

    private static async Task<ProcessNode> ActingAsync(ProcessCluster cluster)
    {
        var status = await cluster.LookUntilAsync(
            status => status.ViewServices.Length == 3 && status.ViewServices.All(member => member.Lag == 0),
            "three view services"
        );
        var acting = status.ViewServices.First(member => member.Acting).Address;
        return cluster.ViewServices.First(node => node.Address == acting);
    }

    /// <summary>It says so itself, as soon as it has something decided.</summary>
    private static async Task<double> UntilNextActsAsync(ProcessCluster cluster)
    {
        var acting = await ActingAsync(cluster);
        var others = cluster.ViewServices.Where(node => node != acting).ToList();
        var acts = others
            .Select(node =>
            {
                var before = Acts(node.Life.Error);
                return node.Life.WaitForErrorAsync(log => Acts(log) > before);
            })
            .ToList();
        var clock = Stopwatch.StartNew();
        acting.Life.Send(Signal.Kill);
        await await Task.WhenAny(acts);
        var time = clock.Elapsed.TotalMilliseconds;
        acting.Dispose();
        await acting.StartAsync();
        return time;
    }

    private static int Acts(string log) => log.Split("this view service acts, in term").Length;

    private static async Task<List<double>> ResetAsync(ProcessCluster cluster)
    {
        var primary = (await cluster.UntilAsync(status => status.Synced, "a synced pair"))
            .View
            .Primary!
            .Value
            .Address
            .Value;
        List<double> times = [];
        while (times.Count < Views)
        {
            var clock = Stopwatch.StartNew();
            await cluster.Client.ResetAsync(primary);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }
        return times;
    }
}
