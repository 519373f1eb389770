namespace PbKv.Checking;

/// <summary>
/// Brings the faults of a plan about. It never kills the last server that holds the data: nothing can be demanded then.
/// </summary>
internal sealed class FaultInjector(World world, SimulatedCluster cluster, ReachedCounters reached)
{
    public long Injected { get; private set; }

    public void Plan(IEnumerable<Fault> faults)
    {
        foreach (var fault in faults)
            world.After(fault.AtUs, () => Begin(fault));
    }

    /// <summary>Ends everything that goes wrong: from here on the world is kind.</summary>
    public void Heal(int servers)
    {
        Healed = true;
        world.Network.MendAll();
        world.Network.Quality = NetworkQuality.Calm;
        foreach (var host in world.Hosts)
        {
            host.SlownessUs = 0;
            world.Resume(host);
        }
        if (!cluster.ViewServiceHost.Up)
            cluster.RestartViewService();
        foreach (var host in cluster.Servers.Take(servers))
            cluster.StartServer(host);
        foreach (var host in cluster.Servers.Skip(servers))
        {
            if (cluster.Replicas.Count(replica => !replica.Leaving) < 2)
                cluster.StartServer(host);
        }
    }

    public bool Healed { get; private set; }

    private void Begin(Fault fault)
    {
        if (Healed)
            return;
        Injected++;
        Action begin = fault.Kind switch
        {
            FaultKind.Crash => () => Crash(Server(fault.Target), fault.ForUs),
            FaultKind.Pause => () => Pause(AnyNode(fault.Target), fault.ForUs),
            FaultKind.Slow => () => Slow(Server(fault.Target), fault),
            FaultKind.CutOneWay => () => CutFor(fault.ForUs, [(AnyNode(fault.Target), AnyNode(fault.Other))]),
            FaultKind.CutBoth => () => CutFor(fault.ForUs, Both(AnyNode(fault.Target), AnyNode(fault.Other))),
            FaultKind.Isolate => () => Isolate(AnyNode(fault.Target), fault.ForUs),
            FaultKind.Partition => () => Partition(fault),
            FaultKind.BreakConnection => () => BreakConnection(fault),
            FaultKind.Leave => () => Leave(Server(fault.Target)),
            FaultKind.Join => Join,
            FaultKind.RestartViewService => () => RestartViewService(fault.ForUs, forget: false),
            _ => () => RestartViewService(fault.ForUs, forget: true),
        };
        begin();
    }

    private WorldHost Server(int number) => cluster.Servers[number % cluster.Servers.Count];

    /// <summary>The view service or a server.</summary>
    private WorldHost AnyNode(int number) =>
        number % (cluster.Servers.Count + 1) is var n && n == 0 ? cluster.ViewServiceHost : cluster.Servers[n - 1];

    private void Crash(WorldHost host, long time)
    {
        if (!host.Up || !cluster.MayDie(host))
            return;
        reached.Count("crashes");
        world.Kill(host);
        world.After(time, () => cluster.StartServer(host));
    }

    private void Pause(WorldHost host, long time)
    {
        if (!host.Up || host.Paused)
            return;
        reached.Count("pauses");
        host.Paused = true;
        world.After(time, () => world.Resume(host));
    }

    private void Slow(WorldHost host, Fault fault)
    {
        reached.Count("slowServers");
        host.SlownessUs = 1000 * (1 + fault.Other % 60);
        world.After(fault.ForUs, () => host.SlownessUs = 0);
    }

    private void CutFor(long time, List<(WorldHost From, WorldHost To)> links)
    {
        reached.Count("cuts");
        foreach (var (from, to) in links)
            world.Network.Cut(from, to);
        world.After(
            time,
            () =>
            {
                if (Healed)
                    return;
                foreach (var (from, to) in links)
                    world.Network.Mend(from, to);
            }
        );
    }

    private static List<(WorldHost, WorldHost)> Both(WorldHost one, WorldHost other) => [(one, other), (other, one)];

    private void Isolate(WorldHost host, long time) =>
        CutFor(time, [.. world.Hosts.Where(other => other != host).SelectMany(other => Both(host, other))]);

    private void Partition(Fault fault)
    {
        var links = new List<(WorldHost, WorldHost)>();
        foreach (var one in world.Hosts)
        {
            foreach (var other in world.Hosts)
            {
                if (Half(one) != Half(other))
                    links.Add((one, other));
            }
        }
        CutFor(fault.ForUs, links);

        int Half(WorldHost host) => (fault.Other >> (host.Index % 10)) & 1;
    }

    private void BreakConnection(Fault fault)
    {
        var (host, peer) = (world.Hosts[fault.Target % world.Hosts.Count], AnyNode(fault.Other));
        if (host == peer)
            return;
        world.BreakConnection(host, peer);
        world.BreakConnection(peer, host);
    }

    private void Leave(WorldHost host)
    {
        if (host.Node is not ReplicaNode { Leaving: false })
            return;
        if (cluster.Replicas.Count(replica => !replica.Leaving) < 2)
            return;
        world.Act(host, "is asked to leave", static (node, effects) => ((ReplicaNode)node).Leave(effects));
    }

    private void Join()
    {
        if (cluster.Servers.FirstOrDefault(host => !host.Up) is { } free)
            cluster.StartServer(free);
    }

    private void RestartViewService(long time, bool forget)
    {
        if (!cluster.ViewServiceHost.Up)
            return;
        // Before the first acknowledged view there is nothing that a new one could notice: it would just begin again.
        if (forget && !cluster.Replicas.Any(replica => replica.View.Number > 0))
            return;
        reached.Count(forget ? "forgottenMemories" : "viewServiceRestarts");
        cluster.KillViewService(forget);
        world.After(
            time,
            () =>
            {
                if (!cluster.ViewServiceHost.Up)
                    cluster.RestartViewService();
            }
        );
    }
}
