namespace PbKv.Checking;

/// <summary>A view service and servers in a world: starts them, stops them, and knows who holds the data.</summary>
internal sealed class SimulatedCluster
{
    private readonly World _world;
    private readonly SimulationPlan _plan;
    private readonly Chance _chance;
    private readonly List<WorldHost> _servers = [];
    private long _lastIncarnation = 1000;

    public SimulatedCluster(World world, SimulationPlan plan, Chance chance)
    {
        (_world, _plan, _chance) = (world, plan, chance);
        ViewServiceHost = world.AddHost(new NodeAddress("vs"));
        for (var i = 0; i < plan.Servers + SimulationPlan.SpareServers; i++)
            _servers.Add(world.AddHost(new NodeAddress($"s{i + 1}")));
    }

    public WorldHost ViewServiceHost { get; }

    public ViewServiceNode? ViewService => ViewServiceHost.Node as ViewServiceNode;

    public IReadOnlyList<WorldHost> Servers => _servers;

    /// <summary>The view service lost its memory: nobody may be served any more.</summary>
    public bool Forgotten { get; private set; }

    /// <summary>
    /// While all who knew of a view were dead or cut off, a view service that forgot it made a second cluster. Nothing
    /// is promised then, which is why a view service has --data.
    /// </summary>
    public bool BeganAnew { get; set; }

    public IEnumerable<ReplicaNode> Replicas => _servers.Where(host => host.Up).Select(host => (ReplicaNode)host.Node!);

    public void Start()
    {
        StartViewService(null);
        for (var i = 0; i < _plan.Servers; i++)
            StartServer(_servers[i]);
    }

    public void StartViewService(ViewServiceMemory? memory)
    {
        var cluster = new ClusterId(_chance.Next() | 1);
        var node = _plan.Rules.ViewService(ViewServiceHost.Address, Build(), cluster, memory);
        _world.StartNode(ViewServiceHost, node, new ServerId(ViewServiceHost.Address, ++_lastIncarnation));
    }

    /// <summary>A new life at the address. Once in a while the machine's clock went back.</summary>
    public void StartServer(WorldHost host)
    {
        if (host.Up)
            return;
        var incarnation = ++_lastIncarnation;
        if (_plan.Faults.Length > 0 && _chance.Percent(5))
            incarnation = _chance.Between(1, 900);
        var id = new ServerId(host.Address, incarnation);
        _world.StartNode(host, _plan.Rules.Replica(id, ViewServiceHost.Address, Build()), id);
    }

    private ProtocolSettings Build() => NextBuild.Or(_plan.Settings, _plan.TwoBuilds && _chance.Percent(60));

    public void KillViewService(bool forget)
    {
        _world.Kill(ViewServiceHost);
        if (forget)
            Forgotten = true;
    }

    public void RestartViewService() => StartViewService(Forgotten ? null : ViewServiceHost.Disk);

    /// <summary>
    /// The servers that hold every acknowledged write, as far as the view service's word goes: what it last wrote down.
    /// </summary>
    public IEnumerable<WorldHost> Holders()
    {
        if (ViewServiceHost.Disk is not { LastAcknowledged: { } last } memory)
            return [];
        return _servers.Where(host =>
            host.Node is ReplicaNode replica
            && (replica.Id == last.Primary || (memory.LastAcknowledgedSynced && replica.Id == last.Backup))
        );
    }

    /// <summary>Whether the data would survive the loss of this server.</summary>
    public bool MayDie(WorldHost server)
    {
        // The ping that acknowledges the view may be on its way: from its arrival on, the primary alone holds
        // everything.
        if (
            ViewServiceHost.Disk is { Acknowledged: false } memory
            && server.Node is ReplicaNode replica
            && replica.Id == memory.View.Primary
            && replica.View.Number == memory.View.Number
        )
            return false;
        if (ViewServiceHost.Disk is not { LastAcknowledged: not null })
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

/// <summary>
/// A client with a clerk: does its operations one after another or a few at once, and writes down what it was told.
/// </summary>
internal sealed class SimulatedClient
{
    private const OperationKind Get = OperationKind.Get,
        Put = OperationKind.Put,
        PutHash = OperationKind.PutHash,
        Append = OperationKind.Append;

    private static readonly OperationKind[][] Mixes =
    [
        [Get, Put, PutHash, Append],
        [Get, Get, Get, Put],
        [Append, Append, Get],
        [PutHash, PutHash, Get],
        [Get, Append, Append, Append, Put],
    ];

    private readonly World _world;
    private readonly WorldHost _host;
    private readonly History _history;
    private readonly Chance _chance;
    private readonly SimulationPlan _plan;
    private readonly OperationKind[] _mix;
    private readonly long _thinkUs;
    private readonly int _number;
    private readonly bool _mayDawdle;
    private readonly int _mostAtOnce;
    private int _left;
    private int _outstanding;

    public SimulatedClient(
        World world,
        SimulationPlan plan,
        WorldHost host,
        WorldHost viewService,
        int number,
        History history,
        Chance chance
    )
    {
        (_world, _plan, _host, _history, _chance, _number) = (world, plan, host, history, chance, number);
        _left = plan.OperationsPerClient;
        _mix = chance.OneOf(Mixes);
        _mayDawdle = chance.Percent(30);
        // Where there is much to do, requests go in shares.
        _mostAtOnce = Math.Max(4, plan.OperationsPerClient / 10);
        _thinkUs = 2 * plan.FaultTimeUs / Math.Max(1, plan.OperationsPerClient);
        host.OnCompletion = OnCompletion;
        world.StartNode(host, plan.Rules.Clerk(host.Address, viewService.Address, plan.Settings), null);
        world.After(chance.Below(300_000), Next);
    }

    public bool Done => _left == 0 && _outstanding == 0;

    public override string ToString() => $"{_host} ({_left} operations to begin, {_outstanding} open)";

    /// <summary>Reads one key, without a deadline.</summary>
    public void Read(Bytes key)
    {
        _world.Act(
            _host,
            "reads at the end",
            (node, effects) =>
            {
                Submit((ClerkNode)node, Get, key, default, long.MaxValue, effects);
                ((ClerkNode)node).Flush(effects);
            }
        );
    }

    private void Next()
    {
        if (_left == 0 || !_host.Up)
            return;
        var burst = _chance.Percent(20) ? Math.Min(_left, _chance.Between(2, _mostAtOnce)) : 1;
        _left -= burst;
        _world.Act(
            _host,
            "asks",
            (node, effects) =>
            {
                for (var i = 0; i < burst; i++)
                    SubmitOne((ClerkNode)node, effects);
                ((ClerkNode)node).Flush(effects);
            }
        );
    }

    private void SubmitOne(ClerkNode clerk, Effects effects)
    {
        var kind = _chance.OneOf(_mix);
        var key = Key(_chance.Below(_plan.Keys));
        var deadline = _chance.Percent(80) ? long.MaxValue : _chance.Between(1, 120);
        var call = Submit(clerk, kind, key, default, deadline, effects);
        if (_chance.Percent(3))
            _world.After(_chance.Below(200_000), () => Cancel(call));
    }

    private int Submit(ClerkNode clerk, OperationKind kind, Bytes key, Bytes value, long deadline, Effects effects)
    {
        if (kind != Get)
            value = Bytes.Utf8($"{_number}.{_history.Count};");
        var call = _history.Invoke(_number, kind, key, value);
        _outstanding++;
        if (_plan.TwoBuilds && kind == Append && _chance.Percent(50))
            kind = NextBuild.AppendToo;
        clerk.Submit(call, kind, key, value, deadline, effects);
        return call;
    }

    private void Cancel(int call)
    {
        if (_host.Up)
            _world.Act(
                _host,
                "cancels",
                (node, effects) =>
                {
                    ((ClerkNode)node).Cancel(call, effects);
                    ((ClerkNode)node).Flush(effects);
                }
            );
    }

    private void OnCompletion(Completion completion)
    {
        _history.Respond((int)completion.Call, completion.Status, completion.Value);
        _outstanding--;
        if (_outstanding > 0)
            return;
        var think =
            _mayDawdle && _chance.Percent(15)
                ? _chance.Between(500, 2500) * World.Millisecond
                : _chance.Below((int)_thinkUs + 1);
        if (_left > 0)
            _world.After(think, Next);
        else if (_chance.Percent(30))
            _world.After(think, Close);
    }

    private void Close()
    {
        if (_host.Up)
            _world.Act(_host, "closes", (node, effects) => ((ClerkNode)node).Close(effects));
    }

    public static Bytes Key(int number) => Bytes.Utf8($"k{number}");
}
