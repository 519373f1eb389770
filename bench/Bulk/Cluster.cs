using Akka.Configuration;
using PbKv.Client;
using PbKv.Host.Processes;
using PbKv.Protocol;

namespace PbKv.Bulk;

/// <summary>A view service and servers as processes on loopback, and a client of them; all gone when this is disposed.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private static readonly TimeSpan SyncedWithin = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StoppedWithin = TimeSpan.FromSeconds(20);

    /// <summary>That servers die is what is measured here, and no news.</summary>
    private static readonly PbKvClientOptions Quiet = new() { Config = ConfigurationFactory.ParseString("akka.loggers = [], akka.loglevel = OFF") };

    private readonly NodeProcess _view;
    private readonly List<NodeProcess> _servers = [];

    private Cluster(NodeProcess view, PbKvClient client) => (_view, Client) = (view, client);

    public string Address => _view.Address;

    public PbKvClient Client { get; }

    /// <summary>What the view service wrote last: why there is a view that nobody expected.</summary>
    public string Log => string.Join('\n', _view.Errors.Trim().Split('\n').TakeLast(12));

    public static async Task<Cluster> StartAsync(CancellationToken cancellation)
    {
        var view = await NodeProcess.StartAsync(["view", "--port", "0"]);
        var cluster = new Cluster(view, await PbKvClient.ConnectAsync(view.Address, Quiet, cancellation));
        try
        {
            await cluster.AddServerAsync();
            await cluster.AddServerAsync();
            await cluster.UntilAsync(status => status.Synced, "a synced backup", cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async Task<NodeProcess> AddServerAsync()
    {
        var server = await NodeProcess.StartAsync(["replica", "--view", _view.Address]);
        _servers.Add(server);
        return server;
    }

    public async Task<NodeProcess> AddIdleServerAsync(CancellationToken cancellation)
    {
        var server = await AddServerAsync();
        await UntilAsync(status => status.Servers.Any(known => known.Alive && known.Server.Address.Value == server.Address), "a server that was added", cancellation);
        return server;
    }

    public async Task<ViewServiceStatus> StatusAsync(CancellationToken cancellation) =>
        (await Client.StatusAsync(TimeSpan.FromSeconds(10), cancellation)).ViewService;

    public NodeProcess Server(ServerId? id) =>
        _servers.Find(server => server.Address == id?.Address.Value) ?? throw new InvalidOperationException($"no server of this cluster is '{id}'");

    public async Task<ViewServiceStatus> UntilAsync(Func<ViewServiceStatus, bool> wanted, string what, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(SyncedWithin);
        try
        {
            while (true)
            {
                var status = await StatusAsync(limit.Token);
                if (wanted(status)) return status;
                await Task.Delay(50, limit.Token);
            }
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"waited {SyncedWithin.TotalSeconds:0} s in vain for {what}", e);
        }
    }

    /// <summary>Ends a server as an operator would.</summary>
    /// <returns>What it wrote to its log last.</returns>
    public static async Task<string> EndAsync(NodeProcess server)
    {
        server.Signal(NodeProcess.SigTerm);
        if (!await server.WaitForExitAsync(StoppedWithin)) throw new TimeoutException($"the server {server.Address} did not end within {StoppedWithin.TotalSeconds:0} s of SIGTERM");
        return server.Errors;
    }

    /// <summary>The servers first: a client that cannot take its leave from them must not keep them alive.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) server.Dispose();
        _view.Dispose();
        await Client.DisposeAsync();
    }
}
