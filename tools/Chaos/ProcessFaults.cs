namespace PbKv.Chaos;

/// <summary>
/// What is done to processes. Each begins only when it can, ends by itself, and early when told that it is enough.
/// </summary>
internal sealed class ProcessFaults(ChaosCluster cluster, FaultLog log, Violations violations) : IDisposable
{
    private static readonly TimeSpan KilledWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeavesWithin = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan ShortestGlance = TimeSpan.FromMilliseconds(80);

    private readonly SemaphoreSlim _deciding = new(1);

    /// <summary>
    /// How long a server is held still at most while it is asked whether it can be spared: not until it counts as dead.
    /// </summary>
    private TimeSpan Glance =>
        cluster.Options.DeadAfter / 4 > ShortestGlance ? cluster.Options.DeadAfter / 4 : ShortestGlance;

    public void Dispose() => _deciding.Dispose();

    public async Task KillAsync(Chance chance, CancellationToken enough)
    {
        if (await PickAsync(chance) is not var (node, role) || !cluster.TryClaim(node))
            return;
        try
        {
            if (!await CanBeSparedAsync(node))
                return;
            if (!chance.Percent(20) || !await KilledUnseenAsync(node, role))
                await KillAsync(node, role, chance.Percent(70) ? chance.Below(400) : 0, enough);
        }
        finally
        {
            cluster.Release(node);
        }
    }

    private async Task KillAsync(ProcessNode node, string role, int percentOfDeadAfter, CancellationToken enough)
    {
        using var strike = log.Begin(FaultKind.Kill, $"{role} {node.Name}");
        await node.EndAsync(Signal.Kill, KilledWithin);
        await Pause.ForAsync(cluster.Options.DeadAfter * (percentOfDeadAfter / 100.0), enough);
        await node.StartAsync();
    }

    /// <summary>
    /// A new life begins before the view service, which is held still and let go afterwards, could miss the old one.
    /// </summary>
    /// <returns>False where something else befalls a view service.</returns>
    private async Task<bool> KilledUnseenAsync(ProcessNode node, string role)
    {
        var views = cluster.ViewServices.Where(cluster.TryClaim).ToList();
        try
        {
            if (views.Count < cluster.ViewServices.Count)
                return false;
            using var strike = log.Begin(FaultKind.Kill, $"{role} {node.Name}, while no view service moves");
            await Task.WhenAll(views.Select(view => view.PauseAsync()));
            await node.EndAsync(Signal.Kill, KilledWithin);
            await node.StartAsync();
            return true;
        }
        finally
        {
            foreach (var view in views)
            {
                view.Resume();
                cluster.Release(view);
            }
        }
    }

    public async Task StopAsync(Chance chance, CancellationToken enough)
    {
        var (nodes, role) =
            chance.Percent(cluster.ViewServices.Count > 1 ? 30 : 12)
                ? (await ViewServiceFaults.PickAsync(cluster, chance), "view service")
            : await PickAsync(chance) is var (server, itsRole) ? ([server], itsRole)
            : ([], "");
        var claimed = nodes.FindAll(cluster.TryClaim);
        if (claimed.Count == 0)
            return;
        try
        {
            using var strike = log.Begin(FaultKind.Stop, $"{role} {ViewServiceFaults.NamesOf(claimed)}");
            await Task.WhenAll(claimed.Select(node => node.PauseAsync()));
            await Pause.ForAsync(cluster.Options.DeadAfter * (chance.Between(10, 400) / 100.0), enough);
            claimed.ForEach(node => node.Resume());
        }
        finally
        {
            claimed.ForEach(cluster.Release);
        }
    }

    /// <summary>
    /// Only where nothing else is going on: a server that is asked to go and finds nobody to take its place goes all
    /// the same after a while, and takes with it what it alone holds.
    /// </summary>
    public async Task LeaveAsync(Chance chance, CancellationToken enough)
    {
        if (!await cluster.UntilSyncedAsync(TimeSpan.FromSeconds(10), enough))
            return;
        if (await PickAsync(chance) is not var (node, role) || !cluster.TryClaim(node))
            return;
        try
        {
            using var strike = log.Begin(FaultKind.Leave, $"{role} {node.Name}");
            var ended = await node.EndAsync(Signal.Terminate, LeavesWithin);
            if (ended is null)
                violations.Add(
                    $"{role} {node.Name} was asked to leave and had not gone after {LeavesWithin.TotalSeconds} s"
                );
            else if (ended.Error.Contains("nobody took its place", StringComparison.Ordinal))
                violations.Add($"{role} {node.Name} left a healthy cluster without being replaced");
            await Pause.ForAsync(cluster.Options.DeadAfter * (chance.Below(200) / 100.0), enough);
            await node.StartAsync();
        }
        finally
        {
            cluster.Release(node);
        }
    }

    /// <summary>
    /// Held still first, then asked about: a running server could become the only one with the data between the answer
    /// and its end. It is let go on where it is needed.
    /// </summary>
    private async Task<bool> CanBeSparedAsync(ProcessNode node)
    {
        await _deciding.WaitAsync();
        try
        {
            var status = await node.PauseAsync() ? await cluster.StatusAsync(Glance) : null;
            if (status is not null && cluster.IsCoveredWithout(node, status.ViewService))
                return true;
            node.Resume();
            return false;
        }
        finally
        {
            _deciding.Release();
        }
    }

    /// <summary>Mostly those with a role: they are what it is about.</summary>
    private async Task<(ProcessNode Node, string Role)?> PickAsync(Chance chance)
    {
        if (await cluster.StatusAsync(TimeSpan.FromMilliseconds(300)) is not { ViewService.View: var view })
            return null;
        var draw = chance.Below(100);
        var wanted =
            draw < 50 ? view.Primary
            : draw < 85 ? view.Backup
            : null;
        var node = cluster.NodeOf(wanted) ?? chance.OneOf(cluster.Replicas);
        return (node, RoleOf(node, view));
    }

    private static string RoleOf(ProcessNode node, View view)
    {
        if (node.Is(view.Primary))
            return "primary";
        return node.Is(view.Backup) ? "backup" : "idle";
    }
}
