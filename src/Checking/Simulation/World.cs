namespace PbKv.Checking;

/// <summary>
/// A single-threaded world in virtual time: hosts with nodes and their clocks, a network between them, and a queue of
/// what happens next. Everything that it does is a function of the chance that it was given and of what is done to it.
/// </summary>
internal sealed class World
{
    public const long Millisecond = 1000;
    public const long Second = 1000 * Millisecond;

    /// <summary>What is to happen; of two things at one moment, the one that was planned first.</summary>
    private readonly PriorityQueue<Action, (long Time, long Order)> _queue = new();
    private readonly List<WorldHost> _hosts = [];
    private readonly Dictionary<NodeAddress, WorldHost> _byAddress = [];
    private readonly Effects _effects = new();
    private readonly Chance _chance;
    private readonly Texts _texts = new();
    private readonly Mailing _mailing;
    private Fingerprint _trace;
    private long _settings;
    private long _planned;

    /// <param name="envelopeBytes">How much a host puts into one envelope.</param>
    public World(Chance chance, int maxHosts, long envelopeBytes = 256 << 10)
    {
        _mailing = new Mailing(envelopeBytes);
        _chance = chance.Fork(1);
        MaxHosts = maxHosts;
        Network = new WorldNetwork(chance.Fork(2), maxHosts);
    }

    public int MaxHosts { get; }

    /// <summary>Hand messages on as records, which is faster, rather than as the bytes of their envelopes.</summary>
    public bool AsRecords { get; init; }

    /// <summary>µs since the beginning.</summary>
    public long Now { get; private set; }

    public WorldNetwork Network { get; }

    public IReadOnlyList<WorldHost> Hosts => _hosts;

    /// <summary>Who watches is told of every event after it happened.</summary>
    public IReadOnlyList<WorldWatch> Watches { get; set; } = [];

    /// <summary>What becomes of a host whose node may stop.</summary>
    public Action<WorldHost> MayStop { get; set; } = static _ => { };

    /// <summary>A hash of everything that happened, in order.</summary>
    public ulong TraceHash => _trace.Value;

    public long Events { get; private set; }

    public WorldHost AddHost(NodeAddress address)
    {
        Invariant.Assert(
            _hosts.Count < MaxHosts,
            $"host {address} is one more than the {MaxHosts} that the world was made for"
        );
        var host = new WorldHost(address, _hosts.Count);
        _hosts.Add(host);
        _byAddress.Add(address, host);
        return host;
    }

    public void StartNode(WorldHost host, Node node, ServerId? identity)
    {
        Invariant.Assert(host.Node is null, $"{host} is free before a node starts there");
        host.Node = node;
        host.Identity = identity;
        host.Clock = new NodeClock(identity);
        host.BusyUntil = 0;
        foreach (var watch in Watches)
            watch.OnStart(this, host);
        Act(host, "starts", static (node, effects) => node.Start(effects));
    }

    /// <summary>The node is gone as by SIGKILL; its peers may notice that their connections broke.</summary>
    public void Kill(WorldHost host)
    {
        if (host.Node is null)
            return;
        foreach (var watch in Watches)
            watch.OnStop(this, host);
        host.Node = null;
        host.Timers.Clear();
        host.Waiting.Clear();
        host.Paused = false;
        Trace(host, 3, 0);
        foreach (var peer in _hosts)
        {
            if (peer != host && peer.Up && _chance.Percent(70))
                BreakConnection(peer, host);
        }
    }

    /// <summary>One side notices that its connection to the other broke.</summary>
    public void BreakConnection(WorldHost host, WorldHost peer) =>
        After(
            _chance.Between(100, 3000),
            () =>
            {
                if (host.Up && !host.Paused)
                    Act(
                        host,
                        $"loses its connection to {peer}",
                        (node, effects) => node.OnConnectionLost(peer.Address, effects)
                    );
            }
        );

    public void Resume(WorldHost host)
    {
        if (!host.Paused)
            return;
        host.Paused = false;
        foreach (var waiting in host.Waiting)
            At(Now, waiting);
        host.Waiting.Clear();
    }

    public void After(long us, Action action) => At(Now + us, action);

    public void Act(WorldHost host, string what, Action<Node, Effects> input)
    {
        Watch(host, what, null);
        Trace(host, 4, (ulong)what.Length);
        Give(host, input);
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

    private void Deliver(Envelope envelope, WorldHost host)
    {
        if (host.Node is null)
            return;
        if (host.Paused)
        {
            host.Waiting.Add(() => Deliver(envelope, host));
            return;
        }
        host.Clock.OnReceive(envelope.Stamp);
        Watch(host, null, envelope);
        var hash = new Fingerprint();
        foreach (var message in envelope.Messages)
            message.AddTo(ref hash);
        Trace(host, 1, hash.Value);
        Give(
            host,
            (node, effects) =>
            {
                foreach (var message in envelope.Messages)
                    node.Handle(envelope.From, message, effects);
            }
        );
    }

    /// <summary>A timer is over, if it is still the one that was set.</summary>
    /// <param name="lateAt">Comes it then only, it comes late: by as much again as it was set for.</param>
    private void Fire(WorldHost host, NodeTimer timer, long setting, long lateAt)
    {
        if (host.Node is null || !host.Timers.TryGetValue(timer, out var current) || current != setting)
            return;
        if (host.Paused)
        {
            host.Waiting.Add(() => Fire(host, timer, setting, lateAt));
            return;
        }
        host.Timers.Remove(timer);
        var name = timer.GetType().Name;
        Watch(host, timer is ViewServiceTick or ReplicaTick or ClerkTick ? null : $"timer {name}", null);
        Trace(host, 2, (ulong)name.Length);
        var late = Now >= lateAt;
        Give(host, (node, effects) => node.OnTimer(timer with { Late = late }, effects));
    }

    private void At(long time, Action happening) => _queue.Enqueue(happening, (time, _planned++));

    private long NextTime() => _queue.TryPeek(out _, out var next) ? next.Time : long.MaxValue;

    private void Watch(WorldHost host, string? what, Envelope? envelope)
    {
        foreach (var watch in Watches)
            watch.OnInput(this, host, what, envelope);
    }

    private void Step()
    {
        _queue.TryDequeue(out var happening, out var planned);
        Now = planned.Time;
        Events++;
        happening!();
    }

    private void Give(WorldHost host, Action<Node, Effects> input)
    {
        _effects.Clear();
        input(host.Node!, _effects);
        if (host.Node is ReplicaNode replica && replica.Id != host.Identity)
        {
            host.Identity = replica.Id;
            host.Clock.Become(replica.Id);
        }
        if (_effects.Memory is { } memory)
            host.Disk = memory;
        _mailing.Send(_effects.Messages, (to, messages) => Send(host, to, messages));
        foreach (var timer in _effects.CancelledTimers)
            host.Timers.Remove(timer);
        foreach (var setting in _effects.Timers)
            Set(host, setting);
        foreach (var watch in Watches)
            watch.OnEffects(this, host, _effects);
        foreach (var completion in _effects.Completions)
            host.OnCompletion?.Invoke(completion);
        if (_effects.MayStop)
            MayStop(host);
    }

    private void Set(WorldHost host, in TimerSetting setting)
    {
        host.Timers[setting.Timer] = ++_settings;
        var least = setting.MinMs * Millisecond;
        var delay =
            least
            + (setting.MaxMs > setting.MinMs ? _chance.Below((int)((setting.MaxMs - setting.MinMs) * Millisecond)) : 0);
        var (timer, number, lateAt) = (setting.Timer, _settings, Now + 2 * delay);
        After(delay, () => Fire(host, timer, number, lateAt));
    }

    private void Send(WorldHost host, NodeAddress to, ImmutableArray<Message> messages)
    {
        var envelope = new Envelope(host.Address, to, host.Clock.OnSend(), messages);
        foreach (var watch in Watches)
            watch.OnSend(this, host, envelope);
        if (_byAddress.TryGetValue(to, out var target))
            Post(AsRecords ? envelope : ThroughBytes(envelope), host, target);
    }

    private Envelope ThroughBytes(Envelope envelope) =>
        EnvelopeCodec.Read(
            EnvelopeCodec.Write(envelope),
            _texts,
            text => Invariant.Assert(false, $"what {envelope.From} writes to {envelope.To} can be read: {text}")
        );

    private void Post(Envelope envelope, WorldHost from, WorldHost to)
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

    private void Trace(WorldHost host, ulong kind, ulong what)
    {
        _trace.Add((ulong)Now * 8 + kind);
        _trace.Add(what + (ulong)host.Index);
    }
}
