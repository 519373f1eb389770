namespace PbKv.Checking;

/// <summary>View services and servers in a world: starts them, stops them, and knows who holds the data.</summary>
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

    /// <summary>What the view services keep together.</summary>
    public EntriesAreOneHistory Entries { get; } = new();

    /// <summary>What is remembered, whoever dies.</summary>
    public ViewServiceMemory? Memory => Entries.Newest?.Memory;

    /// <summary>The one that acts, where what it says is decided.</summary>
    public ViewServiceNode? ViewService => Leading?.Member is { IsDeciding: false } member ? member.Acting : null;

    /// <summary>The one that was chosen last.</summary>
    public ViewServiceGroup? Leading =>
        ViewServices
            .Select(machine => machine.Node)
            .OfType<ViewServiceGroup>()
            .Where(group => group.Register.LeadsTerm > 0)
            .MaxBy(group => group.Register.LeadsTerm);

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
        foreach (var machine in ViewServices)
            StartViewService(machine);
        for (var i = 0; i < _plan.Servers; i++)
            StartServer(_servers[i]);
    }

    public void StartViewService(Machine machine)
    {
        if (machine.Up)
            return;
        machine.Disk ??= new RegisterState(_chance.Next() | 1, 0, 0, null);
        var register = _plan.Nodes.Register(
            NameOf(machine),
            ViewServices.Length > 1 ? [.. ViewServices.Select(NameOf)] : [],
            _plan.Settings,
            machine.Disk,
            new ClusterId(_chance.Next() | 1)
        );
        var build = Build();
        var group = new ViewServiceGroup(
            register,
            _plan.Nodes.Member(machine.Address),
            (cluster, memory) => _plan.Nodes.ViewService(machine.Address, build, cluster, memory)
        );
        _world.StartNode(machine, group, new ServerId(machine.Address, ++_lastIncarnation));

        static ViewServiceName NameOf(Machine machine) => new(machine.Address.Value, machine.Address);
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
        _world.StartNode(machine, _plan.Nodes.Replica(id, ViewServiceAddresses, Build()), id);
    }

    private ProtocolSettings Build() => NextBuild.Or(_plan.Settings, _plan.TwoBuilds && _chance.Percent(60));

    /// <summary>Its disk is gone with it.</summary>
    public void LoseDisk(Machine machine)
    {
        _world.Kill(machine);
        machine.Disk = null;
        Forgotten |= ViewServices.Length == 1;
    }

    /// <summary>All are in the group, with the disks that they have: one of several may be lost.</summary>
    public bool IsWhole =>
        ViewServices.All(machine =>
            machine.Disk?.Entry is { } entry && ViewServices.All(other => entry.Lists(other.Disk?.Disk ?? 0))
        );

    /// <summary>What is remembered, and what may be, as one of them keeps it.</summary>
    private IEnumerable<ViewServiceMemory> PossibleMemories =>
        ViewServices
            .Select(machine => machine.Disk?.Entry)
            .OfType<RegisterEntry>()
            .Where(entry => Entries.Newest is not { } newest || entry.IsNewerThan(newest.Term, newest.Index))
            .Append(Entries.Newest)
            .Select(entry => entry?.Memory)
            .OfType<ViewServiceMemory>();

    /// <summary>
    /// The servers that hold every acknowledged write, as far as the view service's word goes: what it last wrote down.
    /// </summary>
    public IEnumerable<Machine> Holders() => Memory is { } memory ? HoldersBy(memory) : [];

    private IEnumerable<Machine> HoldersBy(ViewServiceMemory memory) =>
        _servers.Where(machine =>
            machine.Node is ReplicaNode replica
            && memory.LastAcknowledged is { } last
            && (replica.Id == last.Primary || (memory.LastAcknowledgedSynced && replica.Id == last.Backup))
        );

    /// <summary>Whether the data would survive the loss of this server, whichever memory comes to count.</summary>
    public bool MayDie(Machine server) => PossibleMemories.DefaultIfEmpty().All(memory => MayDie(server, memory));

    private bool MayDie(Machine server, ViewServiceMemory? memory)
    {
        // The ping that acknowledges the view may be on its way: from its arrival on, the primary alone holds
        // everything.
        if (
            memory is { Acknowledged: false }
            && server.Node is ReplicaNode replica
            && replica.Id == memory.View.Primary
            && replica.View.Number == memory.View.Number
        )
            return false;
        if (memory is not { LastAcknowledged: not null })
            return Replicas.Count() > 1;
        var holders = HoldersBy(memory).ToList();
        return !holders.Contains(server) || holders.Count > 1;
    }

    /// <summary>Whether everybody is where they should be when nothing has gone wrong for a while.</summary>
    public bool AtRest()
    {
        if (ViewService is not { Acknowledged: true } service || !IsWhole)
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
