namespace PbKv.Clusters;

/// <summary>
/// View services and servers, each a process, and a client of them; all gone when this is disposed.
/// </summary>
public sealed class ProcessCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = Child.Patience;

    /// <summary>Nobody waits long for those that do not answer; on a busy machine, longer.</summary>
    private static readonly TimeSpan ShortestLook = TimeSpan.FromMilliseconds(300);

    private readonly List<ProcessNode> _servers;
    private readonly IReadOnlyList<string> _settings;
    private PbKvClient? _client;

    private ProcessCluster(
        IEnumerable<ProcessNode> viewServices,
        IEnumerable<ProcessNode> servers,
        IReadOnlyList<string> settings
    ) => (ViewServices, _servers, _settings) = ([.. viewServices], [.. servers], settings);

    public IReadOnlyList<ProcessNode> ViewServices { get; }

    /// <summary>The first of them, where there are several.</summary>
    public ProcessNode ViewService => ViewServices[0];

    /// <summary>Of all view services, as `--view` takes them.</summary>
    public string Address => string.Join(',', ViewServices.Select(node => node.Address));

    public PbKvClient Client => _client!;

    /// <summary>Those too that have ended.</summary>
    public IReadOnlyList<ProcessNode> Servers => _servers;

    /// <param name="settings">Options of every node.</param>
    /// <param name="viewOptions">More of the view service.</param>
    /// <param name="host">What all listen on, the client too; null: loopback.</param>
    /// <inheritdoc cref="StartAsync(IEnumerable{ProcessNode}, IEnumerable{ProcessNode}, PbKvClientOptions,
    /// CancellationToken)"/>
    public static Task<ProcessCluster> StartAsync(
        int servers,
        IReadOnlyList<string>? settings = null,
        IReadOnlyList<string>? viewOptions = null,
        string? host = null,
        CancellationToken cancellation = default
    )
    {
        var port = Ports.Free();
        settings = [.. settings ?? [], .. host is null ? [] : new[] { "-D", $"pbkv.host={host}" }];
        return new ProcessCluster(
            [Node("view", port, ["view", .. settings, .. viewOptions ?? []])],
            Enumerable.Range(0, servers).Select(_ => Server($"{host ?? "127.0.0.1"}:{port}", settings)),
            settings
        ).StartAsync(ClientAt(host), cancellation);
    }

    /// <summary>With several view services, called a, b, ...</summary>
    /// <param name="folder">Each view service has the directory of its name in it.</param>
    /// <inheritdoc cref="StartAsync(IEnumerable{ProcessNode}, IEnumerable{ProcessNode}, PbKvClientOptions,
    /// CancellationToken)"/>
    public static Task<ProcessCluster> StartAsync(
        int servers,
        int viewServices,
        string folder,
        IReadOnlyList<string>? settings = null,
        CancellationToken cancellation = default
    )
    {
        settings ??= [];
        var ports = Ports.Free(viewServices);
        var peers = ports.Index().Select(peer => (Id: NameOf(peer.Index), Address: $"127.0.0.1:{peer.Item}")).ToList();
        return new ProcessCluster(
            peers.Select(peer => ViewServiceNode(peer.Id, peers, Path.Combine(folder, peer.Id), settings)),
            Enumerable
                .Range(0, servers)
                .Select(_ => Server(string.Join(',', peers.Select(peer => peer.Address)), settings)),
            settings
        ).StartAsync(ClientAt(null), cancellation);
    }

    /// <summary>Starts them, and waits until a backup is synced (where there are two servers or more).</summary>
    public static Task<ProcessCluster> StartAsync(
        IEnumerable<ProcessNode> viewServices,
        IEnumerable<ProcessNode> servers,
        PbKvClientOptions client,
        CancellationToken cancellation
    ) => new ProcessCluster(viewServices, servers, []).StartAsync(client, cancellation);

    /// <summary>One of several view services.</summary>
    /// <param name="peers">All of them.</param>
    public static ProcessNode ViewServiceNode(
        string id,
        IReadOnlyList<(string Id, string Address)> peers,
        string directory,
        IReadOnlyList<string> settings
    ) =>
        new(
            id,
            [
                "view",
                "--id",
                id,
                "--peers",
                string.Join(',', peers.Select(peer => $"{peer.Id}={peer.Address}")),
                "--data",
                directory,
                .. settings,
            ]
        );

    /// <summary>That servers die is no news to whoever has such a cluster.</summary>
    public static PbKvClientOptions ClientAt(string? host) =>
        new()
        {
            Settings = $"akka.loggers = [], akka.loglevel = OFF{(host is null ? "" : $", pbkv.host = \"{host}\"")}",
        };

    /// <param name="options">More of this one.</param>
    /// <param name="through">The words in front of its command line, where it runs somewhere else than here.</param>
    public async Task<ProcessNode> AddServerAsync(
        IReadOnlyList<string>? options = null,
        IReadOnlyList<string>? through = null
    )
    {
        var server = Server(Address, [.. _settings, .. options ?? []], through);
        _servers.Add(server);
        await server.StartAsync();
        return server;
    }

    public ProcessNode Server(ServerId? id) => Server(id?.Address.Value ?? "nobody");

    public ProcessNode Server(string address) =>
        _servers.FindLast(server => server.Address == address)
        ?? throw new InvalidOperationException($"no server of this cluster is '{address}'");

    public async Task<ViewServiceStatus> StatusAsync(CancellationToken cancellation) =>
        (await Client.StatusAsync(TimeSpan.FromSeconds(10), cancellation)).ViewService;

    /// <summary>Looks at the cluster until it answers, and is as wanted.</summary>
    public async Task<ViewServiceStatus> UntilAsync(
        Predicate<ViewServiceStatus> wanted,
        string what,
        CancellationToken cancellation = default
    ) => (await LookUntilAsync(status => wanted(status.ViewService), what, cancellation)).ViewService;

    /// <inheritdoc cref="UntilAsync"/>
    public async Task<PbKvStatus> LookUntilAsync(
        Predicate<PbKvStatus> wanted,
        string what,
        CancellationToken cancellation = default
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            for (var within = ShortestLook; ; within += ShortestLook)
            {
                if (await LookAsync(within, limit.Token) is { } status && wanted(status))
                    return status;
                await Task.Delay(20, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new Failure("NotReady", $"waited {Patience.TotalSeconds:0} s in vain for {what}");
        }
    }

    /// <returns>Null where no view service acts, or not in time.</returns>
    private async Task<PbKvStatus?> LookAsync(TimeSpan within, CancellationToken cancellation)
    {
        try
        {
            return await Client.StatusAsync(within, cancellation);
        }
        catch (PbKvException)
        {
            return null;
        }
    }

    /// <summary>The servers first: a client that cannot take its leave from them must not keep them alive.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            server.Dispose();
        foreach (var viewService in ViewServices)
            viewService.Dispose();
        if (_client is not null)
            await _client.DisposeAsync();
    }

    private async Task<ProcessCluster> StartAsync(PbKvClientOptions client, CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(ViewServices.Select(node => node.StartAsync()));
            _client = await PbKvClient.ConnectAsync(Address, client, cancellation);
            await Task.WhenAll(_servers.Select(server => server.StartAsync()));
            await UntilAsync(
                status => status.Acknowledged && (status.Synced || _servers.Count < 2),
                "a synced backup",
                cancellation
            );
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private static string NameOf(int number) => $"{(char)('a' + number)}";

    private static ProcessNode Server(
        string viewService,
        IReadOnlyList<string> settings,
        IReadOnlyList<string>? through = null
    ) => Node("server", Ports.Free(), ["replica", "--view", viewService, .. settings], through);

    /// <param name="port">One that it finds free when it is started again.</param>
    private static ProcessNode Node(
        string role,
        int port,
        IReadOnlyList<string> arguments,
        IReadOnlyList<string>? through = null
    ) => new($"{role} {port}", [.. arguments, "--port", $"{port}"], through: through);
}
