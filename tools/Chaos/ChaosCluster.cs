using System.Net;

namespace PbKv.Chaos;

/// <summary>
/// View services with memory and servers, each a process, with everything between them in the hands of this one.
/// </summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    private readonly List<Relay> _relays = [];
    private readonly HashSet<ProcessNode> _claimed = [];
    private readonly string _folder;
    private ProcessCluster? _processes;

    private ChaosCluster(ChaosOptions options, Addresses addresses, IPlace place, string folder) =>
        (Options, Addresses, Place, _folder) = (options, addresses, place, folder);

    public ChaosOptions Options { get; }

    public Addresses Addresses { get; }

    public IPlace Place { get; }

    public Links Links { get; } = new();

    /// <summary>Of all view services.</summary>
    public string Address => _processes!.Address;

    public IReadOnlyList<ProcessNode> ViewServices => _processes!.ViewServices;

    public IReadOnlyList<ProcessNode> Replicas => _processes!.Servers;

    public IEnumerable<ProcessNode> Nodes => [.. ViewServices, .. Replicas];

    /// <param name="folder">For logs, and for the view services' memory.</param>
    public static async Task<ChaosCluster> StartAsync(
        ChaosOptions options,
        IPlace place,
        string folder,
        CancellationToken cancellation
    )
    {
        var cluster = new ChaosCluster(options, Addresses.Draw(), place, folder);
        try
        {
            cluster._processes = await cluster.StartNodesAsync(cancellation);
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

    /// <summary>Where a view service keeps what it must not forget.</summary>
    public string DirectoryOf(ProcessNode viewService) => DirectoryOf(viewService.Name);

    /// <returns>The view service that acts; null where that is not known.</returns>
    public async Task<ProcessNode?> ActingAsync() =>
        await StatusAsync(TimeSpan.FromMilliseconds(300)) is { } status ? ActingIn(status) : null;

    public ProcessNode? ActingIn(PbKvStatus status) =>
        status.ViewServices.FirstOrDefault(member => member.Acting) is { } acting
            ? ViewServices.FirstOrDefault(node => node.Address == acting.Address)
            : null;

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
    public Task<bool> UntilSyncedAsync(TimeSpan within, CancellationToken cancellation) =>
        UntilAsync(
            status =>
                status.ViewService is { Acknowledged: true, Synced: true, View: var view }
                && NodeOf(view.Primary) is not null
                && NodeOf(view.Backup) is not null,
            within,
            cancellation
        );

    /// <returns>Whether all of several view services came to have what they decided; of one alone, true.</returns>
    public Task<bool> UntilTogetherAsync(TimeSpan within, CancellationToken cancellation) =>
        UntilAsync(
            status =>
                Options.Views == 1
                || (status.ViewServices.Length == Options.Views && status.ViewServices.All(member => member.Lag == 0)),
            within,
            cancellation
        );

    private async Task<bool> UntilAsync(Predicate<PbKvStatus> wanted, TimeSpan within, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(within);
        while (!limit.IsCancellationRequested)
        {
            if (await StatusAsync(TimeSpan.FromMilliseconds(300)) is { } status && wanted(status))
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

    private string DirectoryOf(string viewService) => Path.Combine(_folder, $"memory-{viewService}");

    private Task<ProcessCluster> StartNodesAsync(CancellationToken cancellation)
    {
        var views = Enumerable.Range(1, Options.Views).Select(i => Site($"v{i}", Addresses.ViewService(i))).ToList();
        var all = string.Join(',', views.Select(view => view.Advertised));
        var replicas = Enumerable
            .Range(1, Options.Replicas)
            .Select(i => Node(Site($"r{i}", Addresses.Replica(i)), ["replica", "--view", all]));
        return ProcessCluster.StartAsync(
            views.Select(view =>
                Node(view, ["view", "--data", DirectoryOf(view.Name), .. views.Count > 1 ? Peers(view.Name) : []])
            ),
            replicas,
            Options.ClientOptions(),
            cancellation
        );

        string[] Peers(string name) =>
            ["--id", name, "--peers", string.Join(',', views.Select(view => $"{view.Name}={view.Advertised}"))];
    }

    /// <param name="Advertised">The address by which others reach it.</param>
    private sealed record NodeSite(string Name, string Listens, string Advertised, IReadOnlyList<string> Through);

    private NodeSite Site(string name, string host)
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
        return new NodeSite(name, listens, advertised, through);
    }

    private ProcessNode Node(NodeSite site, IReadOnlyList<string> command)
    {
        string[] arguments =
        [
            .. command,
            "--host",
            site.Listens,
            "--port",
            $"{Addresses.NodePort}",
            "--advertise",
            site.Advertised,
            .. Options.Settings,
        ];
        return new ProcessNode(site.Name, arguments, Path.Combine(_folder, $"{site.Name}.log"), site.Through);
    }

    private static IPEndPoint At(string host, int port) => new(IPAddress.Parse(host), port);
}
