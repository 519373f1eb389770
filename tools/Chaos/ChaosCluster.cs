using System.Net;

namespace PbKv.Chaos;

/// <summary>
/// A view service with memory and servers, each a process, with everything between them in the hands of this one.
/// </summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    public const string ViewServiceName = "view";

    private static readonly TimeSpan SyncedWithin = TimeSpan.FromSeconds(60);

    private readonly List<ChaosNode> _replicas = [];
    private readonly List<Relay> _relays = [];
    private PbKvClient? _operator;

    private ChaosCluster(ChaosOptions options, Addresses addresses, IPlace place) =>
        (Options, Addresses, Place) = (options, addresses, place);

    public ChaosOptions Options { get; }

    public Addresses Addresses { get; }

    public IPlace Place { get; }

    public Links Links { get; } = new();

    public ChaosNode ViewService { get; private set; } = null!;

    public IReadOnlyList<ChaosNode> Replicas => _replicas;

    public IEnumerable<ChaosNode> Nodes => [ViewService, .. _replicas];

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
            await cluster.StartNodesAsync(folder, cancellation);
            cluster._operator = await PbKvClient.ConnectAsync(
                cluster.ViewService.Address,
                options.ClientOptions(),
                cancellation
            );
            if (!await cluster.UntilSyncedAsync(SyncedWithin, cancellation))
                throw new Failure(
                    "NotReady",
                    $"the cluster was not synced within {SyncedWithin.TotalSeconds} s of its start"
                );
            await Ballast.LoadAsync(cluster._operator, cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>How the cluster is, as far as it answers in time.</summary>
    public async Task<PbKvStatus?> StatusAsync(TimeSpan within)
    {
        try
        {
            return await _operator!.StatusAsync(within);
        }
        catch (PbKvException)
        {
            return null;
        }
    }

    public ChaosNode? NodeOf(ServerId? server) => _replicas.Find(replica => replica.Is(server));

    /// <summary>
    /// Whether everything acknowledged is safe without this server, which must be paused meanwhile: then nothing that
    /// is known here can have changed through it. An unacknowledged view tells too little, and is no.
    /// </summary>
    public bool IsCoveredWithout(ChaosNode lost, ViewServiceStatus service)
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

    public Task<string?> BallastLossAsync(Chance chance) => Ballast.LossAsync(_operator!, chance);

    public async ValueTask DisposeAsync()
    {
        // Their processes first: nobody is to be asked to leave here.
        foreach (var node in _replicas)
            node.Dispose();
        ViewService?.Dispose();
        if (_operator is not null)
            await _operator.DisposeAsync();
        foreach (var relay in _relays)
            relay.Dispose();
    }

    private async Task StartNodesAsync(string folder, CancellationToken cancellation)
    {
        ViewService = Add(
            ViewServiceName,
            Addresses.ViewService,
            folder,
            address => ["view", "--data", Path.Combine(folder, "memory"), .. address]
        );
        for (var i = 1; i <= Options.Replicas; i++)
            _replicas.Add(
                Add(
                    $"r{i}",
                    Addresses.Replica(i),
                    folder,
                    address => ["replica", "--view", ViewService.Address, .. address]
                )
            );
        foreach (var node in Nodes)
        {
            cancellation.ThrowIfCancellationRequested();
            await node.StartAsync();
        }
    }

    private ChaosNode Add(
        string name,
        string host,
        string folder,
        Func<IReadOnlyList<string>, IReadOnlyList<string>> command
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
        var arguments = command([
            "--host",
            listens,
            "--port",
            $"{Addresses.NodePort}",
            "--advertise",
            advertised,
            .. Options.Settings,
        ]);
        return new ChaosNode(name, advertised, arguments, Path.Combine(folder, $"{name}.log"), through);
    }

    private static IPEndPoint At(string host, int port) => new(IPAddress.Parse(host), port);
}
