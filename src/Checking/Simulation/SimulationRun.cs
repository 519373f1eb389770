namespace PbKv.Checking;

/// <summary>How a run ended.</summary>
internal sealed record SimulationResult(
    SimulationPlan Plan,
    Violation? Violation,
    ulong TraceHash,
    long Operations,
    long Faults,
    long Events,
    ReachedCounters Reached
);

/// <summary>
/// One run of a plan: first everything goes wrong that the plan says, then the world heals and progress is demanded,
/// then what clients were told and what servers hold is checked.
/// </summary>
internal sealed class SimulationRun
{
    private const long TimeToFinish = 60 * World.Second;

    private readonly SimulationPlan _plan;
    private readonly World _world;
    private readonly SimulatedCluster _cluster;
    private readonly FaultInjector _faults;
    private readonly ReachedCounters _reached = new();
    private readonly History _history = new();
    private readonly List<SimulatedClient> _clients = [];
    private readonly NoAcknowledgedWriteLost _writes;

    public SimulationRun(SimulationPlan plan, WorldWatch? log = null)
    {
        _plan = plan;
        var chance = new Chance(plan.Seed);
        var machines = plan.ViewServices + plan.Servers + SimulationPlan.SpareServers + plan.Clients + 1;
        _world = new World(chance, machines, plan.EnvelopeBytes) { AsRecords = plan.AsRecords };
        _cluster = new SimulatedCluster(_world, plan, chance.Fork(3));
        _faults = new FaultInjector(_world, _cluster, _reached);
        _writes = new NoAcknowledgedWriteLost(_cluster);
        _world.Watches =
        [
            .. log is null ? Array.Empty<WorldWatch>() : [log],
            _reached,
            _cluster.Entries,
            new ViewNumbersNeverRegress(),
            new PrimariesDescend(_cluster),
            new AtMostOnePrimaryCommits(_cluster),
            new LevelNeverAboveServers(_cluster),
            _writes,
        ];
        _world.MayStop = StopWhenLeft;
        _world.Network.Quality = plan.Quality;
        _cluster.Start();
        for (var i = 0; i < plan.Clients; i++)
            AddClient(i + 1, chance.Fork((ulong)(100 + i)));
        _faults.Plan(plan.Faults);
    }

    public SimulationResult Run()
    {
        Violation? violation = null;
        try
        {
            GoThroughFaults();
            if (!_cluster.Forgotten)
                DemandProgress();
            if (_cluster.BeganAnew)
                _reached.Count("secondClusters");
            else
                CheckHistory();
        }
        catch (ViolationException broken)
        {
            violation = broken.Violation;
        }
        catch (InvariantBrokenException broken)
        {
            violation = new Violation("NodeInvariant", broken.Message);
        }
        catch (Exception failure)
        {
            violation = new Violation("NodesDoNotFail", failure.ToString());
        }
        _reached.Count("lostMessages", _world.Network.Lost);
        _reached.Count("repeatedMessages", _world.Network.Repeated);
        return new SimulationResult(
            _plan,
            violation,
            _world.TraceHash,
            _history.Count,
            _faults.Injected,
            _world.Events,
            _reached
        );
    }

    private SimulatedClient AddClient(int number, Chance chance)
    {
        var machine = _world.AddMachine(new NodeAddress($"c{number}"));
        var plan = number == 0 ? _plan with { OperationsPerClient = 0 } : _plan;
        var client = new SimulatedClient(
            _world,
            plan,
            machine,
            _cluster.ViewServiceAddresses,
            number,
            _history,
            chance
        );
        _clients.Add(client);
        return client;
    }

    private void GoThroughFaults()
    {
        _world.RunUntil(_plan.FaultTimeUs);
        _faults.Heal(_plan.Servers);
    }

    private void DemandProgress()
    {
        Demand(
            () => _clients.TrueForAll(client => client.Done),
            () => "these clients did not finish: " + string.Join(", ", _clients.Where(client => !client.Done))
        );
        var auditor = AddClient(0, new Chance(_plan.Seed + 1));
        for (var key = 0; key < _plan.Keys; key++)
            auditor.Read(SimulatedClient.Key(key));
        Demand(() => auditor.Done, () => "the last reads did not finish");
        Demand(_cluster.AtRest, () => "the servers did not come to rest");
        ReplicasEqualAtRest.Check(_cluster);
        _writes.CheckAll();
    }

    private void Demand(Func<bool> condition, Func<string> what)
    {
        if (_world.RunUntil(condition, TimeToFinish))
            return;
        var service = _cluster.ViewService;
        ViolationException.Throw(
            "OperationsFinish",
            $"{TimeToFinish / World.Second} s after everything healed {what()}; "
                + $"view {service?.View} acknowledged {service?.Acknowledged} synced {service?.Synced}, waiting for "
                + $"{service?.WaitingFor ?? "nothing"}"
        );
    }

    private void CheckHistory()
    {
        var verdict = LinearizabilityChecker.Check(_history, 2_000_000);
        if (verdict.Outcome == Linearizability.Violated)
            ViolationException.Throw("HistoriesAreLinearizable", verdict.Account);
        if (verdict.Outcome == Linearizability.GaveUp)
            _reached.Count("uncheckedHistories");
    }

    private void StopWhenLeft(Machine machine)
    {
        _world.After(1, () => _world.Kill(machine));
        if (machine.Node is ReplicaNode)
            _world.After(200 * World.Millisecond, () => _cluster.StartServer(machine));
    }
}
