using Akka.Configuration;

namespace PbKv.Clusters;

/// <summary>
/// A view service and servers, each a process on loopback, and a client of them; all gone when this is disposed.
/// </summary>
public sealed class ProcessCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>That servers die is no news to whoever has such a cluster.</summary>
    private static readonly PbKvClientOptions Quiet = new() { Settings = "akka.loggers = [], akka.loglevel = OFF" };

    private readonly IReadOnlyList<string> _settings;
    private readonly List<Pbkv> _servers = [];

    private ProcessCluster(Pbkv viewService, PbKvClient client, IReadOnlyList<string> settings) =>
        (ViewService, Client, _settings) = (viewService, client, settings);

    public Pbkv ViewService { get; }

    /// <summary>The view service's.</summary>
    public string Address => ViewService.Address;

    public PbKvClient Client { get; }

    /// <summary>Those too that have ended.</summary>
    public IReadOnlyList<Pbkv> Servers => _servers;

    /// <summary>Starts them, and waits until a backup is synced (where there are two servers or more).</summary>
    /// <param name="settings">Options of every node.</param>
    /// <param name="viewOptions">More of the view service.</param>
    public static async Task<ProcessCluster> StartAsync(
        int servers,
        IReadOnlyList<string>? settings = null,
        IReadOnlyList<string>? viewOptions = null,
        CancellationToken cancellation = default
    )
    {
        // A port that it finds free when it is started again.
        var viewService = Pbkv.Start(["view", "--port", $"{Ports.Free()}", .. settings ?? [], .. viewOptions ?? []]);
        var client = await PbKvClient.ConnectAsync(await viewService.ReadyAsync(), Quiet, cancellation);
        var cluster = new ProcessCluster(viewService, client, settings ?? []);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, servers).Select(_ => cluster.AddServerAsync()));
            await cluster.UntilAsync(
                status => status.Acknowledged && (status.Synced || servers < 2),
                "a synced backup",
                cancellation
            );
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async Task<Pbkv> AddServerAsync()
    {
        var server = Pbkv.Start(["replica", "--view", Address, .. _settings]);
        _servers.Add(server);
        await server.ReadyAsync();
        return server;
    }

    public Pbkv Server(ServerId? id) => Server(id?.Address.Value ?? "nobody");

    public Pbkv Server(string address) =>
        _servers.FindLast(server => server.Address == address)
        ?? throw new InvalidOperationException($"no server of this cluster is '{address}'");

    public async Task<ViewServiceStatus> StatusAsync(CancellationToken cancellation) =>
        (await Client.StatusAsync(TimeSpan.FromSeconds(10), cancellation)).ViewService;

    /// <summary>Looks at the cluster until it is as wanted.</summary>
    public async Task<ViewServiceStatus> UntilAsync(
        Predicate<ViewServiceStatus> wanted,
        string what,
        CancellationToken cancellation
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
        await Client.DisposeAsync();
    }
}
