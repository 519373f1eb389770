using Akka.Configuration;
using PbKv.Actors.Shells;
using PbKv.Client;
using PbKv.Server;

namespace PbKv.Actors.Tests.Cluster;

/// <summary>
/// A view service, servers and clients in this process, each with its own ActorSystem on a port that the machine chose.
/// </summary>
internal sealed class TestCluster : IAsyncDisposable
{
    /// <summary>
    /// Generous: what a test waits for comes within milliseconds, except where the machine is busy with other things.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Config _config;
    private readonly List<IAsyncDisposable> _owned = [];

    public TestCluster(string settings = "", NodeHooks? hooks = null)
    {
        _config = ConfigurationFactory
            .ParseString(settings)
            .WithFallback(
                ConfigurationFactory.ParseString(
                    "pbkv { ping-interval = 50ms, dead-pings = 5 }\nakka.loglevel = OFF, akka.loggers = []"
                )
            );
        ViewService = Own(ViewServiceHost.Start(PbKvSettings.Read(_config), hooks ?? NodeHooks.None));
    }

    public PbKvNode ViewService { get; }

    public PbKvNode StartReplica(NodeHooks? hooks = null) =>
        Own(
            ReplicaHost.Start(
                PbKvSettings.Read(_config) with
                {
                    ViewServices = [ViewService.Address],
                },
                hooks ?? NodeHooks.None
            )
        );

    public PbKvClient Connect(TimeSpan? deadline = null, NodeHooks? hooks = null) =>
        Own(
            PbKvClient.Connect(
                ViewService.Address,
                new PbKvClientOptions { Config = _config, Deadline = deadline ?? Patience },
                hooks ?? NodeHooks.None
            )
        );

    /// <summary>
    /// Two servers, one after the other, so that the first is the primary; returns when the second is synced.
    /// </summary>
    public async Task<(PbKvNode Primary, PbKvNode Backup, PbKvClient Client)> StartPairAsync()
    {
        var client = Connect();
        var primary = StartReplica();
        await StatusAsync(client, status => status.ViewService.Acknowledged);
        var backup = StartReplica();
        await StatusAsync(client, status => status.ViewService.Synced);
        return (primary, backup, client);
    }

    /// <summary>Asks until the cluster is as it should be.</summary>
    public static async Task<PbKvStatus> StatusAsync(PbKvClient client, Func<PbKvStatus, bool> right)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var status = await client.StatusAsync(Patience, limit.Token);
            if (right(status))
                return status;
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
            await owned.DisposeAsync();
    }

    private T Own<T>(T owned)
        where T : IAsyncDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
