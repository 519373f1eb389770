using PbKv.Client;

namespace PbKv.Host.Processes;

/// <summary>A view service and servers, each a process of its own on loopback; gone when this is disposed.</summary>
internal sealed class ClusterProcesses : IDisposable
{
    private static readonly TimeSpan SyncedWithin = TimeSpan.FromSeconds(60);

    private readonly List<NodeProcess> _replicas = [];

    private ClusterProcesses(NodeProcess viewService) => ViewService = viewService;

    public NodeProcess ViewService { get; }

    public IReadOnlyList<NodeProcess> Replicas => _replicas;

    /// <summary>Starts them, and waits until a backup is synced (where there are two servers or more).</summary>
    public static async Task<ClusterProcesses> StartAsync(int replicas, IReadOnlyList<string> settings)
    {
        var cluster = new ClusterProcesses(await NodeProcess.StartAsync(["view", "--port", "0", .. settings]));
        try
        {
            for (var i = 0; i < replicas; i++)
                cluster._replicas.Add(await NodeProcess.StartAsync(["replica", "--view", cluster.ViewService.Address, .. settings]));
            await cluster.WaitUntilSyncedAsync(replicas > 1);
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var replica in _replicas) replica.Dispose();
        ViewService.Dispose();
    }

    private async Task WaitUntilSyncedAsync(bool withBackup)
    {
        await using var client = await PbKvClient.ConnectAsync(ViewService.Address);
        using var limit = new CancellationTokenSource(SyncedWithin);
        while (true)
        {
            var status = (await client.StatusAsync(SyncedWithin, limit.Token)).ViewService;
            if (status.Acknowledged && (status.Synced || !withBackup)) return;
            await Task.Delay(20, limit.Token);
        }
    }
}
