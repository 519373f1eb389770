namespace PbKv.Clusters;

/// <summary>A view service and servers, each a process, and a client of them; all gone when this is disposed.</summary>
public sealed class ProcessCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = Child.Patience;

    private readonly List<ProcessNode> _servers;
    private readonly IReadOnlyList<string> _settings;
    private PbKvClient? _client;

    private ProcessCluster(ProcessNode viewService, IEnumerable<ProcessNode> servers, IReadOnlyList<string> settings) =>
        (ViewService, _servers, _settings) = (viewService, [.. servers], settings);

    public ProcessNode ViewService { get; }

    /// <summary>The view service's.</summary>
    public string Address => ViewService.Address;

    public PbKvClient Client => _client!;

    /// <summary>Those too that have ended.</summary>
    public IReadOnlyList<ProcessNode> Servers => _servers;

    /// <param name="settings">Options of every node.</param>
    /// <param name="viewOptions">More of the view service.</param>
    /// <param name="host">What all listen on, the client too; null: loopback.</param>
    /// <inheritdoc cref="StartAsync(ProcessNode, IEnumerable{ProcessNode}, PbKvClientOptions, CancellationToken)"/>
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
            Node("view", port, ["view", .. settings, .. viewOptions ?? []]),
            Enumerable.Range(0, servers).Select(_ => Server($"{host ?? "127.0.0.1"}:{port}", settings)),
            settings
        ).StartAsync(ClientAt(host), cancellation);
    }

    /// <summary>Starts them, and waits until a backup is synced (where there are two servers or more).</summary>
    public static Task<ProcessCluster> StartAsync(
        ProcessNode viewService,
        IEnumerable<ProcessNode> servers,
        PbKvClientOptions client,
        CancellationToken cancellation
    ) => new ProcessCluster(viewService, servers, []).StartAsync(client, cancellation);

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

    /// <summary>Looks at the cluster until it is as wanted.</summary>
    public async Task<ViewServiceStatus> UntilAsync(
        Predicate<ViewServiceStatus> wanted,
        string what,
        CancellationToken cancellation = default
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            while (true)
            {
                var status = await StatusAsync(limit.Token);
                if (wanted(status))
                    return status;
                await Task.Delay(20, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new Failure("NotReady", $"waited {Patience.TotalSeconds:0} s in vain for {what}");
        }
    }

    /// <summary>The servers first: a client that cannot take its leave from them must not keep them alive.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            server.Dispose();
        ViewService.Dispose();
        if (_client is not null)
            await _client.DisposeAsync();
    }

    private async Task<ProcessCluster> StartAsync(PbKvClientOptions client, CancellationToken cancellation)
    {
        try
        {
            await ViewService.StartAsync();
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
