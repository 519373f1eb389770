using PbKv.Actors.Shells;

namespace PbKv.Chaos;

/// <summary>
/// Clients that together ask for far more than the pair can take while the way to the backup is slow: they have to hear
/// Busy, and the primary's memory has to stay bounded.
/// </summary>
internal sealed class Flood(ChaosCluster cluster, FaultLog log, Violations violations)
{
    /// <summary>Far above what a server needs here, far below what piled-up requests would take.</summary>
    public const long MostBytes = 768L << 20;

    private const int Clients = 4;
    private const int CallersEach = 150;
    private const int ValueBytes = 8 << 10;
    private const int Keys = 64;

    private static readonly TimeSpan SlowBackup = TimeSpan.FromMilliseconds(30);

    private long _busy;
    private long _peak;

    /// <summary>How often a client heard that the primary is busy.</summary>
    public long Busy => Volatile.Read(ref _busy);

    /// <summary>The largest working set of a server meanwhile.</summary>
    public long PeakBytes => Volatile.Read(ref _peak);

    public async Task StrikeAsync(Chance chance, CancellationToken enough)
    {
        using var strike = log.Begin(
            FaultKind.Flood,
            $"{Clients} clients, {Clients * CallersEach} callers",
            counts: false
        );
        var before = Busy;
        var slow = await SlowBackupAsync();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(enough);
        over.CancelAfter(TimeSpan.FromMilliseconds(chance.Between(2000, 4000)));
        var clients = new List<PbKvClient>();
        try
        {
            for (var i = 0; i < Clients; i++)
                clients.Add(
                    PbKvClient.Connect(cluster.Address, cluster.Options.ClientOptions(), new NodeHooks(Record: Count))
                );
            var callers = clients.SelectMany(client =>
                Enumerable.Range(0, CallersEach).Select(caller => CallAsync(client, caller, over.Token))
            );
            await Task.WhenAll([.. callers, WatchMemoryAsync(over.Token)]);
        }
        finally
        {
            slow?.Open();
            foreach (var client in clients)
                await client.DisposeAsync();
        }
        if (Busy > before)
            strike.Count();
        log.Say($"flood: heard busy {Busy - before} times, largest server {PeakBytes >> 20} MiB");
    }

    /// <summary>
    /// What is answered fast never piles up: the backup hears late, where no other fault has its link.
    /// </summary>
    private async Task<Link?> SlowBackupAsync()
    {
        if (
            !cluster.Place.HasRelays
            || await cluster.StatusAsync(TimeSpan.FromMilliseconds(300)) is not { ViewService.View: var view }
        )
            return null;
        if (cluster.NodeOf(view.Primary) is not { } primary || cluster.NodeOf(view.Backup) is not { } backup)
            return null;
        var link = cluster.Links.Between(primary.Name, backup.Name);
        if (!link.IsOpen)
            return null;
        link.Slow(SlowBackup);
        return link;
    }

    private static async Task CallAsync(PbKvClient client, int caller, CancellationToken over)
    {
        var value = new byte[ValueBytes];
        for (var i = caller; !over.IsCancellationRequested; i++)
        {
            try
            {
                await client.PutAsync(
                    System.Text.Encoding.UTF8.GetBytes($"flood{i % Keys}"),
                    value,
                    cancellationToken: over
                );
            }
            catch (PbKvCanceledException)
            {
                return;
            }
        }
    }

    private async Task WatchMemoryAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var largest = cluster.Replicas.Max(replica => replica.WorkingSet);
            if (largest > PeakBytes)
                Volatile.Write(ref _peak, largest);
            if (largest > MostBytes)
                violations.Add($"a server takes more than {MostBytes >> 20} MiB of memory in a flood");
            await Pause.ForAsync(TimeSpan.FromMilliseconds(100), over);
        }
    }

    private void Count(PbKv.Protocol.CausalRecord record)
    {
        if (record.Text.Contains(" is Busy", StringComparison.Ordinal))
            Interlocked.Increment(ref _busy);
    }
}
