using System.Net;

namespace PbKv.Chaos;

/// <summary>
/// A view service with memory and servers, each a process, with everything between them in the hands of this one.
/// </summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    public const string ViewServiceName = "view";

    private readonly List<Relay> _relays = [];
    private readonly HashSet<ProcessNode> _claimed = [];
    private ProcessCluster? _processes;

    private ChaosCluster(ChaosOptions options, Addresses addresses, IPlace place) =>
        (Options, Addresses, Place) = (options, addresses, place);

    public ChaosOptions Options { get; }

    public Addresses Addresses { get; }

    public IPlace Place { get; }

    public Links Links { get; } = new();

    public ProcessNode ViewService => _processes!.ViewService;

    public IReadOnlyList<ProcessNode> Replicas => _processes!.Servers;

    public IEnumerable<ProcessNode> Nodes => [ViewService, .. Replicas];

    /// <param name="folder">For logs, and for the view service's memory.</param>
    public static async Task<ChaosCluster> StartAsync(
        ChaosOptions options,
        IPlace place,
        string folder,
        CancellationToken cancellation
    )
    {
        var cluster = new ChaosCluster(options, Addresses.Draw(), place);
        try
        {
            cluster._processes = await cluster.StartNodesAsync(folder, cancellation);
            await Ballast.LoadAsync(cluster._processes.Client, cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A fault claims a node, so that no two do things to it at once.</summary>
    public bool TryClaim(ProcessNode node)
    {
        lock (_claimed)
            return node.IsUp && _claimed.Add(node);
    }

    public void Release(ProcessNode node)
    {
        lock (_claimed)
            _claimed.Remove(node);
    }

    /// <summary>How the cluster is, as far as it answers in time.</summary>
    public async Task<PbKvStatus?> StatusAsync(TimeSpan within)
    {
        try
        {
            return await _processes!.Client.StatusAsync(within);
        }
        catch (PbKvException)
        {
            return null;
        }
    }

    public ProcessNode? NodeOf(ServerId? server) => Replicas.FirstOrDefault(replica => replica.Is(server));

    /// <summary>
    /// Whether everything acknowledged is safe without this server, which must be paused meanwhile: then nothing that
    /// is known here can have changed through it. An unacknowledged view tells too little, and is no.
    /// </summary>
    public bool IsCoveredWithout(ProcessNode lost, ViewServiceStatus service)
    {
        if (!service.Acknowledged)
            return false;
        var primary = NodeOf(service.View.Primary);
        var backup = service.Synced ? NodeOf(service.View.Backup) : null;
        return (primary is not null && primary != lost) || (backup is not null && backup != lost);
    }

    /// <returns>Whether there came to be a confirmed pair of running servers.</returns>
    public async Task<bool> UntilSyncedAsync(TimeSpan within, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(within);
        while (!limit.IsCancellationRequested)
        {
            if (
                await StatusAsync(TimeSpan.FromMilliseconds(300)) is { ViewService: { Acknowledged: true } service }
                && NodeOf(service.View.Primary) is not null
                && service.Synced
                && NodeOf(service.View.Backup) is not null
            )
                return true;
            await Pause.ForAsync(TimeSpan.FromMilliseconds(50), limit.Token);
        }
        return false;
    }

    /// <summary>
    /// Waits for a view after the present one: nobody may have entered it yet, and its backup has nothing.
    /// </summary>
    public async Task UntilViewMovesAsync(TimeSpan within, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(within);
        for (
            long? first = null;
            !limit.IsCancellationRequested;
            await Pause.ForAsync(TimeSpan.FromMilliseconds(2), limit.Token)
        )
        {
            if (await StatusAsync(TimeSpan.FromMilliseconds(20)) is not { ViewService.View.Number: var number })
                continue;
            first ??= number;
            if (number > first)
                return;
        }
    }

    public Task<string?> BallastLossAsync(Chance chance) => Ballast.LossAsync(_processes!.Client, chance);

    public async ValueTask DisposeAsync()
    {
        // The processes first: nobody is to be asked to leave here.
        if (_processes is not null)
            await _processes.DisposeAsync();
        foreach (var relay in _relays)
            relay.Dispose();
    }

    private Task<ProcessCluster> StartNodesAsync(string folder, CancellationToken cancellation)
    {
        var (viewService, address) = Node(
            ViewServiceName,
            Addresses.ViewService,
            folder,
            ["view", "--data", Path.Combine(folder, "memory")]
        );
        var replicas = Enumerable
            .Range(1, Options.Replicas)
            .Select(i => Node($"r{i}", Addresses.Replica(i), folder, ["replica", "--view", address]).Node);
        return ProcessCluster.StartAsync(viewService, replicas, Options.ClientOptions(), cancellation);
    }

    /// <returns>The node, and the address by which others reach it.</returns>
    private (ProcessNode Node, string Address) Node(
        string name,
        string host,
        string folder,
        IReadOnlyList<string> command
    )
    {
        var (listens, through) = Place.Of(name, host);
        Links.Name(name, host);
        var advertised = $"{listens}:{Addresses.NodePort}";
        if (Place.HasRelays)
        {
            var relay = Relay.Start(name, At(host, Addresses.RelayPort), At(host, Addresses.NodePort), Links);
            _relays.Add(relay);
            advertised = relay.Address.ToString();
        }
        string[] arguments =
        [
            .. command,
            "--host",
            listens,
            "--port",
            $"{Addresses.NodePort}",
            "--advertise",
            advertised,
            .. Options.Settings,
        ];
        return (new ProcessNode(name, arguments, Path.Combine(folder, $"{name}.log"), through), advertised);
    }

    private static IPEndPoint At(string host, int port) => new(IPAddress.Parse(host), port);
}
