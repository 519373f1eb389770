using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Checking.Tests;

/// <summary>
/// A cluster in virtual time that a test leads step by step: start, put, cut, kill, heal, expect. Every invariant is
/// watched all the time; <see cref="End"/> heals, waits for rest, compares the replicas and checks the history.
/// </summary>
internal sealed class Scenario
{
    /// <summary>One ping interval, and the time after which a silent server is dead.</summary>
    public const int Ping = 100;

    public const int Dead = 5 * Ping;

    private readonly SimulatedCluster _cluster;
    private readonly TraceLog _log = new();
    private readonly ITestOutputHelper _output;
    private readonly NoAcknowledgedWriteLost _writes;

    public Scenario(
        ITestOutputHelper output,
        int servers,
        bool lossy = false,
        ulong seed = 1,
        ProtocolSettings? settings = null,
        int spare = 0
    )
    {
        _output = output;
        output.WriteLine($"seed {seed}");
        var chance = new Chance(seed);
        var machines = servers + spare;
        World = new World(chance, 1 + machines + SimulationPlan.SpareServers + 3000);
        var plan = new SimulationPlan(
            seed,
            SimulationProfile.Calm,
            settings ?? ProtocolSettings.Default,
            machines,
            0,
            0,
            0,
            NetworkQuality.Calm,
            0,
            []
        );
        _cluster = new SimulatedCluster(World, plan, chance.Fork(3));
        _writes = new NoAcknowledgedWriteLost(_cluster);
        VsMessages = new MessageCounter(_cluster.ViewServices[0]);
        World.Watches =
        [
            _log,
            Reached,
            VsMessages,
            _cluster.Entries,
            new ViewNumbersNeverRegress(),
            new PrimariesDescend(_cluster),
            new AtMostOnePrimaryCommits(_cluster),
            _writes,
        ];
        World.MayStop = machine => World.After(1, () => World.Kill(machine));
        Settings = plan.Settings;
        _cluster.StartViewService(_cluster.ViewServices[0]);
        for (var i = 1; i <= servers; i++)
            Start(i);
        if (lossy)
            World.Network.Quality = new NetworkQuality(10, 5, 200, 3000, 5, 200_000);
    }

    public World World { get; }

    public History History { get; } = new();

    public ReachedCounters Reached { get; } = new();

    public MessageCounter VsMessages { get; }

    public ProtocolSettings Settings { get; }

    public ViewServiceNode Service => _cluster.ViewService!;

    public Machine ServiceMachine => _cluster.ViewServices[0];

    public string? Primary => Service.View.Primary?.Address.Value;

    public string? Backup => Service.View.Backup?.Address.Value;

    public Machine Server(int number) => _cluster.Servers[number - 1];

    public ReplicaNode Replica(int number) => (ReplicaNode)Server(number).Node!;

    public ScenarioClient Client(string name) => new(this, World.AddMachine(new NodeAddress(name)), ServiceMachine);

    public Scenario Start(int server)
    {
        _cluster.StartServer(Server(server));
        return this;
    }

    public Scenario Kill(int server)
    {
        World.Kill(Server(server));
        return this;
    }

    public Scenario Cut(Machine from, Machine to)
    {
        World.Network.Cut(from, to);
        return this;
    }

    public Scenario CutBoth(Machine one, Machine other) => Cut(one, other).Cut(other, one);

    public Scenario Isolate(int server)
    {
        foreach (var other in World.Machines.Where(machine => machine != Server(server)))
            CutBoth(Server(server), other);
        return this;
    }

    public Scenario Heal()
    {
        World.Network.MendAll();
        World.Network.Quality = NetworkQuality.Calm;
        foreach (var machine in World.Machines)
        {
            machine.SlownessUs = 0;
            World.Resume(machine);
        }
        return this;
    }

    public Scenario Run(long ms)
    {
        Guard(() => World.RunUntil(World.Now + ms * World.Millisecond));
        return this;
    }

    /// <summary>Lets time pass until the condition holds, and fails where it does not in time.</summary>
    public Scenario Until(Func<bool> condition, string what, long ms = 20_000)
    {
        var met = false;
        Guard(() => met = World.RunUntil(condition, ms * World.Millisecond));
        if (!met)
            Fail(
                $"within {ms} ms of virtual time it did not come to where {what}; view {Service.View} acknowledged "
                    + $"{Service.Acknowledged} synced {Service.Synced}, waiting for {Service.WaitingFor ?? "nothing"}"
            );
        return this;
    }

    public Scenario Settle() => Until(_cluster.AtRest, "the servers are at rest");

    public Scenario UntilPrimary(int server) =>
        Until(
            () => Service.Acknowledged && Primary == $"s{server}" && Replica(server).Confirmed,
            $"s{server} is primary"
        );

    /// <summary>Heals, waits for rest, and checks everything that can be checked of a run.</summary>
    public void End()
    {
        Heal().Settle();
        Guard(() =>
        {
            ReplicasEqualAtRest.Check(_cluster);
            _writes.CheckAll();
        });
        var verdict = LinearizabilityChecker.Check(History, 5_000_000);
        if (!verdict.Ok)
            Fail(verdict.Account);
    }

    public void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (ViolationException violation)
        {
            Fail(violation.Message);
        }
    }

    private void Fail(string text)
    {
        foreach (var line in _log.Lines)
            _output.WriteLine(line);
        Assert.Fail(text);
    }
}

/// <summary>Counts what a machine is sent, pings apart.</summary>
internal sealed class MessageCounter(Machine counted) : WorldWatch
{
    public int Pings { get; private set; }

    public int Others { get; private set; }

    public override void OnInput(World world, Machine machine, string? what, Envelope? envelope)
    {
        if (machine != counted || envelope is null)
            return;
        foreach (var message in envelope.Messages)
        {
            if (message is Ping)
                Pings++;
            else
                Others++;
        }
    }
}
