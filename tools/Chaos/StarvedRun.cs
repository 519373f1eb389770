using System.Diagnostics.Tracing;
using System.Text;
using System.Text.Json.Nodes;
using Akka.Configuration;
using Microsoft.Diagnostics.NETCore.Client;
using PbKv.Bench;

namespace PbKv.Chaos;

/// <param name="Loops">Processes that take what processors there are.</param>
/// <param name="StoppedMs">Of every so many milliseconds all nodes stand still for so many; 0: they do not.</param>
/// <param name="HeapBytes">What the servers hold when their collectors have to go through all of it; 0: they need
/// not.</param>
internal sealed record Hardship(
    int Loops = 0,
    int StoppedMs = 0,
    int OfMs = 0,
    long HeapBytes = 0,
    int Clients = 4,
    int Callers = 256
)
{
    private static readonly Dictionary<string, Hardship> Known = new(StringComparer.Ordinal)
    {
        ["loops-8"] = new(Loops: 8),
        ["loops-32"] = new(Loops: 32),
        ["loops-64"] = new(Loops: 64),
        ["stops-80"] = new(StoppedMs: 80, OfMs: 100),
        ["stops-300"] = new(StoppedMs: 300, OfMs: 400),
        ["collection"] = new(HeapBytes: 4L << 30),
        ["callers"] = new(Clients: 100, Callers: 10_000),
        ["all"] = new(64, 300, 400, 4L << 30, 100, 10_000),
    };

    public static IEnumerable<string> Names => Known.Keys;

    /// <exception cref="Failure">There is none of this name.</exception>
    public static Hardship Of(string name) =>
        Known.TryGetValue(name, out var hardship)
            ? hardship
            : throw Failure.Usage($"--starved has no '{name}'", $"write one of {string.Join(", ", Names)}");
}

/// <summary>
/// A cluster under load that nothing is wrong with, but that gets too little of its machine: no view may change, as
/// nobody has failed.
/// </summary>
internal sealed class StarvedRun(Hardship hardship, TimeSpan duration, IReadOnlyList<string> settings, Config config)
{
    private const int Servers = 3;
    private const int BallastBytes = 32 << 10;
    private const long CollectHeap = 0x800000;

    private static readonly TimeSpan CollectEvery = TimeSpan.FromSeconds(10);

    public async Task<StarvedVerdict> RunAsync(CancellationToken asked)
    {
        if (hardship.HeapBytes > 0)
            Environment.SetEnvironmentVariable(Child.Diagnostics, "1");
        await using var cluster = await ProcessCluster.StartAsync(Servers, settings, cancellation: asked);
        var options = new PbKvClientOptions { Config = config };
        var clients = new List<PbKvClient>();
        try
        {
            for (var i = 0; i < hardship.Clients; i++)
                clients.Add(await PbKvClient.ConnectAsync(cluster.Address, options, asked));
            await FillAsync(clients[0], asked);
            var before = await cluster.UntilAsync(status => status.Synced, "a synced backup", asked);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(asked);
            var suffering = Task.WhenAll(
                LoopAsync(over.Token),
                StopAsync(cluster, over.Token),
                CollectAsync(cluster, over.Token)
            );
            var load = new BenchOptions("put", clients.Count, hardship.Callers, duration.TotalSeconds, 0, 100, 100_000);
            var result = await new BenchRun(load, clients).RunAsync(asked);
            await over.CancelAsync();
            await suffering;
            var after = await cluster.Client.StatusAsync(cancellationToken: asked);
            return new StarvedVerdict(
                result,
                after.View - before.View.Number,
                after.Answers.Where(answer => answer.View.Names(answer.Server)).Min(answer => answer.Memory),
                hardship.HeapBytes,
                WhyOf(cluster)
            );
        }
        finally
        {
            foreach (var client in clients)
                await client.DisposeAsync();
        }
    }

    /// <summary>What the view service said of deaths and of views since the last one that it made in peace.</summary>
    private static List<string> WhyOf(ProcessCluster cluster) =>
        [
            .. cluster
                .ViewService.Life.Error.Split('\n')
                .Where(line =>
                    line.Contains(" is dead", StringComparison.Ordinal)
                    || line.Contains(" after ", StringComparison.Ordinal)
                )
                .TakeLast(20),
        ];

    private async Task FillAsync(PbKvClient client, CancellationToken asked)
    {
        var value = new byte[BallastBytes];
        foreach (var some in Enumerable.Range(0, (int)(hardship.HeapBytes / BallastBytes)).Chunk(128))
            await Task.WhenAll(
                some.Select(i =>
                    client.PutAsync(Encoding.UTF8.GetBytes($"ballast{i}"), value, cancellationToken: asked).AsTask()
                )
            );
    }

    /// <summary>Each also ends by itself, by the processor time it may take, should nobody be left to end it.</summary>
    private async Task LoopAsync(CancellationToken over)
    {
        var script = $"ulimit -t {(int)duration.TotalSeconds + 30}; while :; do :; done";
        var loops = Enumerable.Range(0, hardship.Loops).Select(_ => new Child(["sh", "-c", script])).ToList();
        await Pause.ForAsync(Timeout.InfiniteTimeSpan, over);
        loops.ForEach(loop => loop.Dispose());
    }

    private async Task StopAsync(ProcessCluster cluster, CancellationToken over)
    {
        var nodes = cluster.Servers.Append(cluster.ViewService).ToList();
        while (hardship.StoppedMs > 0 && !over.IsCancellationRequested)
        {
            nodes.ForEach(node => node.Life.Send(Signal.Stop));
            // Also when it is over: nobody is left standing.
            await Pause.ForAsync(TimeSpan.FromMilliseconds(hardship.StoppedMs), over);
            nodes.ForEach(node => node.Life.Send(Signal.Continue));
            await Pause.ForAsync(TimeSpan.FromMilliseconds(hardship.OfMs - hardship.StoppedMs), over);
        }
    }

    /// <summary>As a profiler does it: one full, blocking collection of each server, all at once.</summary>
    private async Task CollectAsync(ProcessCluster cluster, CancellationToken over)
    {
        while (hardship.HeapBytes > 0 && !over.IsCancellationRequested)
        {
            await Task.WhenAll(
                cluster.Servers.Select(server => Task.Run(() => Collect(server.Life.Id), CancellationToken.None))
            );
            await Pause.ForAsync(CollectEvery, over);
        }
    }

    private static void Collect(int process)
    {
        var provider = new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, CollectHeap);
        using var session = new DiagnosticsClient(process).StartEventPipeSession(provider, requestRundown: false);
        session.Stop();
    }
}

/// <summary>What came out: whether a view changed, and what the load saw.</summary>
/// <param name="HeldBytes">On the heap of the server that holds least, of primary and backup.</param>
/// <param name="LeastBytes">What they had to hold.</param>
internal sealed record StarvedVerdict(
    LoadResult Load,
    long ViewChanges,
    long HeldBytes,
    long LeastBytes,
    IReadOnlyList<string> Why
)
{
    public bool Passed =>
        ViewChanges == 0 && HeldBytes >= LeastBytes && Load.Latency.TotalCount > 0 && Load.Errors == 0;

    private string Word => Passed ? Verdict.Pass : Verdict.Violation;

    public JsonObject ToJson()
    {
        var json = Load.ToJson();
        json.Insert(0, "verdict", Word);
        json.Insert(1, "viewChanges", ViewChanges);
        json.Insert(2, "heldBytes", HeldBytes);
        return json;
    }

    public IEnumerable<string> ToLines() =>
        [
            $"verdict: {Word}",
            $"{ViewChanges} changes of view that no fault caused; "
                + $"each of the two held {HeldBytes / 1e9:0.00} GB at least",
            .. Load.ToLines(),
            .. Passed ? [] : Why,
        ];
}
