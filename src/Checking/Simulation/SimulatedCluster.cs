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
        ViewServices =
        [
            .. Enumerable
                .Range(1, plan.ViewServices)
                .Select(number => world.AddMachine(new NodeAddress(number == 1 ? "vs" : $"vs{number}"))),
        ];
        for (var i = 0; i < plan.Servers + SimulationPlan.SpareServers; i++)
            _servers.Add(world.AddMachine(new NodeAddress($"s{i + 1}")));
    }

    public ImmutableArray<Machine> ViewServices { get; }

    public ImmutableArray<NodeAddress> ViewServiceAddresses => [.. ViewServices.Select(machine => machine.Address)];

    /// <summary>Null where there is only one view service.</summary>
    public SimulatedLog? Log { get; private set; }

    /// <summary>What is remembered, whoever dies.</summary>
    public ViewServiceMemory? Memory => Log is null ? ViewServices[0].Disk : Log.Memory;

    /// <summary>Where nothing is kept, what the view service has in mind.</summary>
    public ViewServiceMemory? Known => Log is null ? ViewService?.Known : Log.Memory;

    /// <summary>The one that acts, where what it says is decided.</summary>
    public ViewServiceNode? ViewService =>
        Log is null ? ViewServices[0].Node as ViewServiceNode
        : Log.LeadingMember is { IsDeciding: false } member ? member.Acting
        : null;

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
        if (_plan.ViewServices > 1)
            Log = new SimulatedLog(_world, ViewServices, NewNode, _chance.Fork(1));
        foreach (var machine in ViewServices)
            StartViewService(machine);
        for (var i = 0; i < _plan.Servers; i++)
            StartServer(_servers[i]);
    }

    public void StartViewService(Machine machine)
    {
        if (machine.Up)
            return;
        var id = new ServerId(machine.Address, ++_lastIncarnation);
        _world.StartNode(machine, Log is null ? NewNode(machine, Forgotten ? null : machine.Disk) : NewMember(), id);

        ViewServiceMember NewMember()
        {
            var member = _plan.Nodes.Member(machine.Address);
            var names = ViewServiceAddresses.Select(address => new ViewServiceName(address.Value, address));
            member.Know(new ViewServices([.. names], null, 0, 0));
            return member;
        }
    }

    private ViewServiceNode NewNode(Machine machine, ViewServiceMemory? memory) =>
        _plan.Nodes.ViewService(machine.Address, Build(), new ClusterId(_chance.Next() | 1), memory);

    /// <summary>A new life at the address. Once in a while the machine's clock went back.</summary>
    public void StartServer(Machine machine)
    {
        if (machine.Up)
            return;
        var incarnation = ++_lastIncarnation;
        if (_plan.Faults.Length > 0 && _chance.Percent(5))
            incarnation = _chance.Between(1, 900);
        var id = new ServerId(machine.Address, incarnation);
        _world.StartNode(machine, _plan.Nodes.Replica(id, ViewServiceAddresses, Build()), id);
    }

    private ProtocolSettings Build() => NextBuild.Or(_plan.Settings, _plan.TwoBuilds && _chance.Percent(60));

    public void KillViewService(Machine machine, bool forget)
    {
        _world.Kill(machine);
        if (forget)
            Forgotten = true;
    }

    /// <summary>
    /// The servers that hold every acknowledged write, as far as the view service's word goes: what it last wrote down.
    /// </summary>
    public IEnumerable<Machine> Holders()
    {
        if (Memory is not { LastAcknowledged: { } last } memory)
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
            Memory is { Acknowledged: false } memory
            && server.Node is ReplicaNode replica
            && replica.Id == memory.View.Primary
            && replica.View.Number == memory.View.Number
        )
            return false;
        if (Memory is not { LastAcknowledged: not null })
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
