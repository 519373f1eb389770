namespace PbKv.Checking;

/// <summary>A view service and servers in a world: starts them, stops them, and knows who holds the data.</summary>
internal sealed class SimulatedCluster
{
    private readonly World _world;
    private readonly SimulationPlan _plan;
    private readonly Chance _chance;
    private readonly List<Machine> _servers = [];
    private long _lastIncarnation = 1000;

    public SimulatedCluster(World world, SimulationPlan plan, Chance chance)
    {
        (_world, _plan, _chance) = (world, plan, chance);
        ViewServiceMachine = world.AddMachine(new NodeAddress("vs"));
        for (var i = 0; i < plan.Servers + SimulationPlan.SpareServers; i++)
            _servers.Add(world.AddMachine(new NodeAddress($"s{i + 1}")));
    }

    public Machine ViewServiceMachine { get; }

    public ViewServiceNode? ViewService => ViewServiceMachine.Node as ViewServiceNode;

    public IReadOnlyList<Machine> Servers => _servers;

    /// <summary>The view service lost its memory: nobody may be served any more.</summary>
    public bool Forgotten { get; private set; }

    /// <summary>
    /// While all who knew of a view were dead or cut off, a view service that forgot it made a second cluster. Nothing
    /// is promised then, which is why a view service has --data.
    /// </summary>
    public bool BeganAnew { get; set; }

    public IEnumerable<ReplicaNode> Replicas =>
        _servers.Where(machine => machine.Up).Select(machine => (ReplicaNode)machine.Node!);

    public void Start()
    {
        StartViewService(null);
        for (var i = 0; i < _plan.Servers; i++)
            StartServer(_servers[i]);
    }

    public void StartViewService(ViewServiceMemory? memory)
    {
        var cluster = new ClusterId(_chance.Next() | 1);
        var node = _plan.Nodes.ViewService(ViewServiceMachine.Address, Build(), cluster, memory);
        _world.StartNode(ViewServiceMachine, node, new ServerId(ViewServiceMachine.Address, ++_lastIncarnation));
    }

    /// <summary>A new life at the address. Once in a while the machine's clock went back.</summary>
    public void StartServer(Machine machine)
    {
        if (machine.Up)
            return;
        var incarnation = ++_lastIncarnation;
        if (_plan.Faults.Length > 0 && _chance.Percent(5))
            incarnation = _chance.Between(1, 900);
        var id = new ServerId(machine.Address, incarnation);
        _world.StartNode(machine, _plan.Nodes.Replica(id, ViewServiceMachine.Address, Build()), id);
    }

    private ProtocolSettings Build() => NextBuild.Or(_plan.Settings, _plan.TwoBuilds && _chance.Percent(60));

    public void KillViewService(bool forget)
    {
        _world.Kill(ViewServiceMachine);
        if (forget)
            Forgotten = true;
    }

    public void RestartViewService() => StartViewService(Forgotten ? null : ViewServiceMachine.Disk);

    /// <summary>
    /// The servers that hold every acknowledged write, as far as the view service's word goes: what it last wrote down.
    /// </summary>
    public IEnumerable<Machine> Holders()
    {
        if (ViewServiceMachine.Disk is not { LastAcknowledged: { } last } memory)
            return [];
        return _servers.Where(machine =>
            machine.Node is ReplicaNode replica
            && (replica.Id == last.Primary || (memory.LastAcknowledgedSynced && replica.Id == last.Backup))
        );
    }

    /// <summary>Whether the data would survive the loss of this server.</summary>
    public bool MayDie(Machine server)
    {
        // The ping that acknowledges the view may be on its way: from its arrival on, the primary alone holds
        // everything.
        if (
            ViewServiceMachine.Disk is { Acknowledged: false } memory
            && server.Node is ReplicaNode replica
            && replica.Id == memory.View.Primary
            && replica.View.Number == memory.View.Number
        )
            return false;
        if (ViewServiceMachine.Disk is not { LastAcknowledged: not null })
            return Replicas.Count() > 1;
        var holders = Holders().ToList();
        return !holders.Contains(server) || holders.Count > 1;
    }

    /// <summary>Whether everybody is where they should be when nothing has gone wrong for a while.</summary>
    public bool AtRest()
    {
        if (ViewService is not { Acknowledged: true } service)
            return false;
        var staying = Replicas.Count(replica => !replica.Leaving);
        if (service.View.Backup is null)
            return staying < 2;
        return service.Synced
            && Find(service.View.Primary) is { Confirmed: true } primary
            && Find(service.View.Backup) is { } backup
            && primary.Position == backup.Position
            && !primary.Leaving;
    }

    public ReplicaNode? Find(ServerId? id) => id is null ? null : Replicas.FirstOrDefault(replica => replica.Id == id);
}
