namespace PbKv.Checking;

/// <summary>
/// A single-threaded world in virtual time: machines with nodes and their clocks, a network between them, and a queue
/// of what happens next. Everything that it does is a function of the chance that it was given and of what is done to
/// it.
/// </summary>
internal sealed class World
{
    public const long Millisecond = 1000;
    public const long Second = 1000 * Millisecond;

    /// <summary>What is to happen; of two things at one moment, the one that was planned first.</summary>
    private readonly PriorityQueue<Action, (long Time, long Order)> _queue = new();
    private readonly List<Machine> _machines = [];
    private readonly Dictionary<NodeAddress, Machine> _byAddress = [];
    private readonly Effects _effects = new();
    private readonly Chance _chance;
    private readonly Texts _texts = new();
    private readonly Mailing _mailing;
    private Fingerprint _trace;
    private long _settings;
    private long _planned;

    /// <param name="envelopeBytes">How much a machine puts into one envelope.</param>
    public World(Chance chance, int maxMachines, long envelopeBytes = 256 << 10)
    {
        _mailing = new Mailing(envelopeBytes);
        _chance = chance.Fork(1);
        MaxMachines = maxMachines;
        Network = new WorldNetwork(chance.Fork(2), maxMachines);
    }

    public int MaxMachines { get; }

    /// <summary>Hand messages on as records, which is faster, rather than as the bytes of their envelopes.</summary>
    public bool AsRecords { get; init; }

    /// <summary>µs since the beginning.</summary>
    public long Now { get; private set; }

    public WorldNetwork Network { get; }

    public IReadOnlyList<Machine> Machines => _machines;

    /// <summary>Who watches is told of every event after it happened.</summary>
    public IReadOnlyList<WorldWatch> Watches { get; set; } = [];

    /// <summary>What becomes of a machine whose node may stop.</summary>
    public Action<Machine> MayStop { get; set; } = static _ => { };

    /// <summary>A hash of everything that happened, in order.</summary>
    public ulong TraceHash => _trace.Value;

    public long Events { get; private set; }

    public Machine AddMachine(NodeAddress address)
    {
        Invariant.Assert(
            _machines.Count < MaxMachines,
            $"machine {address} is one more than the {MaxMachines} that the world was made for"
        );
        var machine = new Machine(address, _machines.Count);
        _machines.Add(machine);
        _byAddress.Add(address, machine);
        return machine;
    }

    public void StartNode(Machine machine, Node node, ServerId? identity)
    {
        Invariant.Assert(machine.Node is null, $"{machine} is free before a node starts there");
        machine.Node = node;
        machine.Identity = identity;
        machine.Clock = new NodeClock(identity);
        machine.BusyUntil = 0;
        foreach (var watch in Watches)
            watch.OnStart(this, machine);
        Act(machine, "starts", static (node, effects) => node.Start(effects));
    }

    /// <summary>The node is gone as by SIGKILL; its peers may notice that their connections broke.</summary>
    public void Kill(Machine machine)
    {
        if (machine.Node is null)
            return;
        foreach (var watch in Watches)
            watch.OnStop(this, machine);
        machine.Node = null;
        machine.Timers.Clear();
        machine.Waiting.Clear();
        machine.Paused = false;
        Trace(machine, 3, 0);
        foreach (var peer in _machines)
        {
            if (peer != machine && peer.Up && _chance.Percent(70))
                BreakConnection(peer, machine);
        }
    }

    /// <summary>One side notices that its connection to the other broke.</summary>
    public void BreakConnection(Machine machine, Machine peer) =>
        After(
            _chance.Between(100, 3000),
            () =>
            {
                if (machine.Up && !machine.Paused)
                    Act(
                        machine,
                        $"loses its connection to {peer}",
                        (node, effects) => node.OnConnectionLost(peer.Address, effects)
                    );
            }
        );

    public void Resume(Machine machine)
    {
        if (!machine.Paused)
            return;
        machine.Paused = false;
        foreach (var waiting in machine.Waiting)
            At(Now, waiting);
        machine.Waiting.Clear();
    }

    public void After(long us, Action action) => At(Now + us, action);

    public void Act(Machine machine, string what, Action<Node, Effects> input)
    {
        Watch(machine, what, null);
        Trace(machine, 4, (ulong)what.Length);
        Give(machine, input);
    }

    /// <summary>Lets the world go on until the moment.</summary>
    public void RunUntil(long time)
    {
        while (NextTime() <= time)
            Step();
        Now = Math.Max(Now, time);
    }

    /// <summary>Lets the world go on until the condition holds.</summary>
    /// <returns>False when it did not within the time.</returns>
    public bool RunUntil(Func<bool> condition, long timeout)
    {
        var end = Now + timeout;
        while (!condition())
        {
            if (NextTime() > end)
                return false;
            Step();
        }
        return true;
    }

    private void Deliver(Envelope envelope, Machine machine)
    {
        if (machine.Node is null)
            return;
        if (machine.Paused)
        {
            machine.Waiting.Add(() => Deliver(envelope, machine));
            return;
        }
        machine.Clock.OnReceive(envelope.Stamp);
        Watch(machine, null, envelope);
        var hash = new Fingerprint();
        foreach (var message in envelope.Messages)
            message.AddTo(ref hash);
        Trace(machine, 1, hash.Value);
        Give(
            machine,
            (node, effects) =>
            {
                foreach (var message in envelope.Messages)
                    node.Handle(envelope.From, message, effects);
            }
        );
    }

    /// <summary>A timer is over, if it is still the one that was set.</summary>
    /// <param name="lateAt">Comes it then only, it comes late: by as much again as it was set for.</param>
    private void Fire(Machine machine, NodeTimer timer, long setting, long lateAt)
    {
        if (machine.Node is null || !machine.Timers.TryGetValue(timer, out var current) || current != setting)
            return;
        if (machine.Paused)
        {
            machine.Waiting.Add(() => Fire(machine, timer, setting, lateAt));
            return;
        }
        machine.Timers.Remove(timer);
        var name = timer.GetType().Name;
        Watch(machine, timer is ViewServiceTick or ReplicaTick or ClerkTick ? null : $"timer {name}", null);
        Trace(machine, 2, (ulong)name.Length);
        var late = Now >= lateAt;
        Give(machine, (node, effects) => node.OnTimer(timer with { Late = late }, effects));
    }

    private void At(long time, Action happening) => _queue.Enqueue(happening, (time, _planned++));

    private long NextTime() => _queue.TryPeek(out _, out var next) ? next.Time : long.MaxValue;

    private void Watch(Machine machine, string? what, Envelope? envelope)
    {
        foreach (var watch in Watches)
            watch.OnInput(this, machine, what, envelope);
    }

    private void Step()
    {
        _queue.TryDequeue(out var happening, out var planned);
        Now = planned.Time;
        Events++;
        happening!();
    }

    private void Give(Machine machine, Action<Node, Effects> input)
    {
        _effects.Clear();
        input(machine.Node!, _effects);
        if (machine.Node is ReplicaNode replica && replica.Id != machine.Identity)
        {
            machine.Identity = replica.Id;
            machine.Clock.Become(replica.Id);
        }
        machine.Disk = _effects.Register ?? machine.Disk;
        _mailing.Send(_effects.Messages, (to, messages) => Send(machine, to, messages));
        foreach (var timer in _effects.CancelledTimers)
            machine.Timers.Remove(timer);
        foreach (var setting in _effects.Timers)
            Set(machine, setting);
        foreach (var watch in Watches)
            watch.OnEffects(this, machine, _effects);
        foreach (var completion in _effects.Completions)
            machine.OnCompletion?.Invoke(completion);
        if (_effects.MayStop)
            MayStop(machine);
    }

    private void Set(Machine machine, in TimerSetting setting)
    {
        machine.Timers[setting.Timer] = ++_settings;
        var least = setting.MinMs * Millisecond;
        var delay =
            least
            + (setting.MaxMs > setting.MinMs ? _chance.Below((int)((setting.MaxMs - setting.MinMs) * Millisecond)) : 0);
        var (timer, number, lateAt) = (setting.Timer, _settings, Now + 2 * delay);
        After(delay, () => Fire(machine, timer, number, lateAt));
    }

    private void Send(Machine machine, NodeAddress to, ImmutableArray<Message> messages)
    {
        var envelope = new Envelope(machine.Address, to, machine.Clock.OnSend(), messages);
        foreach (var watch in Watches)
            watch.OnSend(this, machine, envelope);
        if (_byAddress.TryGetValue(to, out var target))
            Post(AsRecords ? envelope : ThroughBytes(envelope), machine, target);
    }

    private Envelope ThroughBytes(Envelope envelope) =>
        EnvelopeCodec.Read(
            EnvelopeCodec.Write(envelope),
            _texts,
            text => Invariant.Assert(false, $"what {envelope.From} writes to {envelope.To} can be read: {text}")
        );

    private void Post(Envelope envelope, Machine from, Machine to)
    {
        for (var copies = Network.Copies(from, to); copies > 0; copies--)
        {
            var arrival = Now + Network.DelayUs();
            if (to.SlownessUs > 0)
            {
                arrival = Math.Max(arrival, to.BusyUntil) + to.SlownessUs;
                to.BusyUntil = arrival;
            }
            At(arrival, () => Deliver(envelope, to));
        }
    }

    private void Trace(Machine machine, ulong kind, ulong what)
    {
        _trace.Add((ulong)Now * 8 + kind);
        _trace.Add(what + (ulong)machine.Index);
    }
}
