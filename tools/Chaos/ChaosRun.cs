using System.Diagnostics;

namespace PbKv.Chaos;

/// <summary>One run: a cluster, clients, faults; then healing, and the account of it all.</summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    private static readonly TimeSpan TimeToRead = TimeSpan.FromSeconds(20);

    private readonly ChaosOptions _options;
    private readonly ChaosCluster _cluster;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Keyspace _keyspace = new();
    private readonly GapMeter _gaps;
    private readonly FaultLog _log;
    private readonly Violations _violations;
    private readonly ClusterWatch _watch;
    private readonly List<ChaosClient> _clients = [];

    private ChaosRun(ChaosOptions options, ChaosCluster cluster, Action<string> say)
    {
        (_options, _cluster) = (options, cluster);
        _gaps = new GapMeter(() => _clock.ElapsedMilliseconds);
        _log = new FaultLog(_clock, _gaps, say);
        _violations = new Violations(_log.Say);
        _watch = new ClusterWatch(cluster, _violations);
    }

    public History History { get; } = new();

    public FaultLog Log => _log;

    public static async Task<ChaosRun> StartAsync(
        ChaosOptions options,
        IPlace place,
        string folder,
        Action<string> say,
        CancellationToken asked
    )
    {
        var cluster = await ChaosCluster.StartAsync(options, place, folder, asked);
        var run = new ChaosRun(options, cluster, say);
        await run._watch.LookAsync();
        return run;
    }

    /// <summary>What there is to show while it runs.</summary>
    public ChaosScene Scene() =>
        new(
            Math.Min(1, _clock.Elapsed / _options.Duration),
            Facts(),
            _log.Active,
            [.. _cluster.Nodes.Select(node => (node.Name, StateOf(node)))]
        );

    /// <param name="asked">Cancelled, it ends as soon as it can, and is no pass.</param>
    public async Task<Verdict> RunAsync(CancellationToken asked)
    {
        var chance = new Chance(_options.Seed);
        using var enough = new CancellationTokenSource();
        // A terminal's Ctrl-C reaches the nodes too: from then on they end with good reason.
        using var watched = CancellationTokenSource.CreateLinkedTokenSource(asked);
        var watching = _watch.RunAsync(watched.Token);
        for (var i = 1; i <= _options.Clients; i++)
            _clients.Add(NewClient(i, chance.Fork((ulong)i)));
        var running = _clients
            .Select(client => Task.Run(() => client.RunAsync(enough.Token), CancellationToken.None))
            .ToList();
        try
        {
            await InjectAsync(chance.Fork(0), asked);
            _log.Say("healing: all links open, everybody runs");
            _cluster.Links.OpenAll();
            var checks = new FinalChecks(_cluster, _violations);
            await checks.AwaitHealthAsync(asked);
            await checks.AwaitClientsAsync(_clients, running, enough, asked);
            if (!asked.IsCancellationRequested && _clients.TrueForAll(client => client.Open == 0))
                await ReadAllAsync(checks, asked);
        }
        finally
        {
            await enough.CancelAsync();
            await watched.CancelAsync();
            await watching;
        }
        return Account(asked.IsCancellationRequested);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseClientsAsync();
        await _cluster.DisposeAsync();
    }

    private static string NameOfClient(int number) => $"c{number}";

    private ChaosClient NewClient(int number, Chance chance)
    {
        var host = _cluster.Addresses.Client(number);
        // Before it dials: a connection is recognised when it begins.
        _cluster.Links.Name(NameOfClient(number), host);
        return new ChaosClient(number, host, _cluster.Address, _options, _keyspace, History, _gaps, chance);
    }

    private async Task InjectAsync(Chance chance, CancellationToken asked)
    {
        var names = Enumerable.Range(1, _options.Clients).Select(NameOfClient).ToList();
        using var processes = new ProcessFaults(_cluster, _log, _violations);
        using var viewServices = new ViewServiceFaults(_cluster, _log);
        var network = new NetworkFaults(_cluster, names, _log);
        var flood = new Flood(_cluster, _log, _violations);
        var all = new Dictionary<FaultKind, Func<Chance, CancellationToken, Task>>
        {
            [FaultKind.Kill] = processes.KillAsync,
            [FaultKind.Stop] = processes.StopAsync,
            [FaultKind.Cut] = network.CutAsync,
            [FaultKind.Slow] = network.SlowAsync,
            [FaultKind.Leave] = processes.LeaveAsync,
            [FaultKind.ViewService] = viewServices.KillAsync,
            [FaultKind.Transfer] = viewServices.TransferAsync,
            [FaultKind.Disk] = viewServices.LoseDiskAsync,
            [FaultKind.Flood] = flood.StrikeAsync,
            [FaultKind.Netns] = (draw, over) => ((Namespaces)_cluster.Place).CutAsync(_cluster, _log, draw, over),
        };
        var chosen = all.Where(fault => _options.Faults.Contains(fault.Key)).ToDictionary();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(asked);
        var left = _options.Duration - _clock.Elapsed;
        enough.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1));
        await new FaultInjector(chosen, _cluster, _log, chance).RunAsync(enough.Token);
    }

    /// <summary>The last word on every key; then clients go, and nothing moves any more.</summary>
    private async Task ReadAllAsync(FinalChecks checks, CancellationToken asked)
    {
        var keys = _keyspace.Keys;
        _log.Say($"reading all {keys.Count} keys");
        var reader = _clients[0];
        foreach (var some in keys.Chunk(64))
        {
            var reads = Task.WhenAll(some.Select(reader.ReadAsync));
            if (!await IsReadInTimeAsync(reads, asked))
                return;
            foreach (var (key, value) in some.Zip(await reads))
            {
                foreach (var element in FinalChecks.TwiceIn(value))
                    _violations.Add($"key {key}: {element} was executed twice");
            }
        }
        var ballast = _cluster.BallastLossAsync(new Chance(_options.Seed));
        if (!await IsReadInTimeAsync(ballast, asked))
            return;
        if (await ballast is { } loss)
            _violations.Add(loss);
        await CloseClientsAsync();
        await checks.CompareReplicasAsync(asked);
        await _watch.LookAsync();
    }

    private async Task<bool> IsReadInTimeAsync(Task reads, CancellationToken asked)
    {
        await Task.WhenAny(reads, Pause.ForAsync(TimeToRead, asked));
        if (!reads.IsCompleted && !asked.IsCancellationRequested)
            _violations.Add($"reads take more than {TimeToRead.TotalSeconds} s in a healthy cluster");
        return reads.IsCompleted;
    }

    private async Task CloseClientsAsync()
    {
        var clients = _clients.ToArray();
        _clients.Clear();
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask()));
    }

    private Verdict Account(bool interrupted)
    {
        _log.Say($"checking a history of {History.Count} operations");
        var linear = FinalChecks.CheckHistory(History, _violations);
        var undecided = $"whether the history is linearizable was not decided: {linear.Account}";
        return new Verdict(
            Facts() with
            {
                Undecided = linear.Outcome == Linearizability.GaveUp ? [undecided] : [],
                Interrupted = interrupted,
            }
        );
    }

    private ChaosFacts Facts() =>
        new(
            _options.Seed,
            _clock.Elapsed.TotalSeconds,
            _options.Faults,
            _log.Struck,
            _violations.All,
            Undecided: [],
            _gaps.Completed,
            _watch.ViewChanges,
            _watch.Turns,
            _watch.DeduplicatedRetries,
            _gaps.Longest,
            Interrupted: false
        );

    private string StateOf(ProcessNode node)
    {
        if (!node.IsUp)
            return "down";
        if (node.IsPaused)
            return "paused";
        var view = _watch.Last?.ViewService.View;
        if (_cluster.ViewServices.Contains(node))
            return _watch.Last is { } status && _cluster.ActingIn(status) == node ? "acting" : "up";
        if (node.Is(view?.Primary))
            return "primary";
        return node.Is(view?.Backup) ? "backup" : "idle";
    }
}
