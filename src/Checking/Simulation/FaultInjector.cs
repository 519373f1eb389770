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
        foreach (var machine in world.Machines)
        {
            machine.SlownessUs = 0;
            world.Resume(machine);
        }
        foreach (var machine in cluster.ViewServices)
            cluster.StartViewService(machine);
        foreach (var machine in cluster.Servers.Take(servers))
            cluster.StartServer(machine);
        foreach (var machine in cluster.Servers.Skip(servers))
        {
            if (cluster.Replicas.Count(replica => !replica.Leaving) < 2)
                cluster.StartServer(machine);
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
            FaultKind.RestartViewService => () => RestartViewService(ViewService(fault.Target), fault.ForUs),
            FaultKind.ElectAnother => ElectAnother,
            FaultKind.LoseDisk => () => LoseDisk(ViewService(fault.Target), fault.ForUs),
            _ => () => Forget(cluster.ViewServices[0], fault.ForUs),
        };
        begin();
    }

    private Machine Server(int number) => cluster.Servers[number % cluster.Servers.Count];

    /// <summary>The view service or a server.</summary>
    private Machine AnyNode(int number) =>
        number % (cluster.Servers.Count + 1) is var n && n == 0
            ? ViewService(number / (cluster.Servers.Count + 1))
            : cluster.Servers[n - 1];

    private Machine ViewService(int number) => cluster.ViewServices[number % cluster.ViewServices.Length];

    private void Crash(Machine machine, long time)
    {
        if (!machine.Up || !cluster.MayDie(machine))
            return;
        reached.Count("crashes");
        world.Kill(machine);
        world.After(time, () => cluster.StartServer(machine));
    }

    private void Pause(Machine machine, long time)
    {
        if (!machine.Up || machine.Paused)
            return;
        reached.Count("pauses");
        machine.Paused = true;
        world.After(time, () => world.Resume(machine));
    }

    private void Slow(Machine machine, Fault fault)
    {
        reached.Count("slowServers");
        machine.SlownessUs = 1000 * (1 + fault.Other % 60);
        world.After(fault.ForUs, () => machine.SlownessUs = 0);
    }

    private void CutFor(long time, List<(Machine From, Machine To)> links)
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

    private static List<(Machine, Machine)> Both(Machine one, Machine other) => [(one, other), (other, one)];

    private void Isolate(Machine machine, long time) =>
        CutFor(time, [.. world.Machines.Where(other => other != machine).SelectMany(other => Both(machine, other))]);

    private void Partition(Fault fault)
    {
        var links =
            from one in world.Machines
            from other in world.Machines
            where Half(one) != Half(other)
            select (one, other);
        CutFor(fault.ForUs, [.. links]);

        int Half(Machine machine) => (fault.Other >> (machine.Index % 10)) & 1;
    }

    private void BreakConnection(Fault fault)
    {
        var (machine, peer) = (world.Machines[fault.Target % world.Machines.Count], AnyNode(fault.Other));
        if (machine == peer)
            return;
        world.BreakConnection(machine, peer);
        world.BreakConnection(peer, machine);
    }

    private void Leave(Machine machine)
    {
        if (machine.Node is not ReplicaNode { Leaving: false })
            return;
        if (cluster.Replicas.Count(replica => !replica.Leaving) < 2)
            return;
        world.Act(machine, "is asked to leave", static (node, effects) => ((ReplicaNode)node).Leave(effects));
    }

    private void Join()
    {
        if (cluster.Servers.FirstOrDefault(machine => !machine.Up) is { } free)
            cluster.StartServer(free);
    }

    private void ElectAnother()
    {
        if (
            cluster.Leading is not { } leading
            || cluster.ViewServices.First(machine => machine.Node == leading) is not { Paused: false } one
            || cluster.ViewServices.Length == 1
        )
            return;
        reached.Count("otherViewServices");
        world.Act(
            one,
            "is asked to let another act",
            static (node, effects) => node.Handle(default, new MemberRequest(MemberChange.Transfer, "", ""), effects)
        );
    }

    private void RestartViewService(Machine machine, long time)
    {
        if (!machine.Up)
            return;
        reached.Count("viewServiceRestarts");
        world.Kill(machine);
        world.After(time, () => cluster.StartViewService(machine));
    }

    /// <summary>Of several, one at a time.</summary>
    private void LoseDisk(Machine machine, long time)
    {
        if (!machine.Up || cluster.ViewServices.Length == 1 || !cluster.IsWhole)
            return;
        reached.Count("lostDisks");
        cluster.LoseDisk(machine);
        world.After(time, () => cluster.StartViewService(machine));
    }

    /// <summary>
    /// Before the first acknowledged view there is nothing that a new one could notice: it would just begin again.
    /// </summary>
    private void Forget(Machine machine, long time)
    {
        if (!machine.Up || !cluster.Replicas.Any(replica => replica.View.Number > 0))
            return;
        reached.Count("forgottenMemories");
        cluster.LoseDisk(machine);
        world.After(time, () => cluster.StartViewService(machine));
    }
}
