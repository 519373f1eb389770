using Akka.Configuration;
using PbKv.Actors.Shells;
using PbKv.Checking;
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
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private const string Defaults = """
        pbkv { ping-interval = 50ms, dead-pings = 5 }
        akka { loglevel = OFF, loggers = [] }
        """;

    private readonly Config _config;
    private readonly List<PbKvNode> _nodes = [];
    private readonly List<PbKvClient> _clients = [];

    /// <param name="hooks">Of the view service.</param>
    /// <param name="next">Whether that is of the next build.</param>
    public TestCluster(string settings = "", NodeHooks? hooks = null, bool next = false)
    {
        _config = ConfigurationFactory
            .ParseString(settings)
            .WithFallback(Transport)
            .WithFallback(ConfigurationFactory.ParseString(Defaults));
        ViewService = Own(PbKvNode.StartViewService(Of(next), hooks ?? NodeHooks.None));
    }

    /// <summary>
    /// How nodes, clients and the TestKit talk: by what PBKV_TEST_TRANSPORT says, and else as they come.
    /// </summary>
    public static Config Transport { get; } =
        ConfigurationFactory.ParseString(
            $"pbkv.transport = {Environment.GetEnvironmentVariable("PBKV_TEST_TRANSPORT") ?? "auto"}"
        );

    public PbKvSettings Settings => PbKvSettings.Read(_config);

    public PbKvNode ViewService { get; }

    /// <param name="next">Whether it is of the next build.</param>
    public PbKvNode StartReplica(NodeHooks? hooks = null, int port = 0, bool next = false) =>
        Own(
            PbKvNode.StartReplica(
                Of(next) with
                {
                    ViewServices = [ViewService.Address],
                    Port = port,
                },
                hooks ?? NodeHooks.None
            )
        );

    public PbKvClient Connect(TimeSpan? deadline = null, NodeHooks? hooks = null)
    {
        var client = PbKvClient.Connect(
            ViewService.Address,
            new PbKvClientOptions { Config = _config, Deadline = deadline ?? Patience },
            hooks ?? NodeHooks.None
        );
        _clients.Add(client);
        return client;
    }

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

    /// <summary>Clients first: they take their leave from servers.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        foreach (var node in Enumerable.Reverse(_nodes))
            await node.DisposeAsync();
    }

    private PbKvSettings Of(bool next) => Settings with { Protocol = NextBuild.Or(Settings.Protocol, next) };

    private PbKvNode Own(PbKvNode node)
    {
        _nodes.Add(node);
        return node;
    }
}
