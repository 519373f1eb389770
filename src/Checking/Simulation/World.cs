using System.Collections.Immutable;
using PbKv.Protocol;

namespace PbKv.Checking;

/// <summary>
/// A single-threaded world in virtual time: hosts with nodes and their clocks, a network between them, and a queue of
/// what happens next. Everything that it does is a function of the chance that it was given and of what is done to it.
/// </summary>
internal sealed class World
{
    public const long Millisecond = 1000;
    public const long Second = 1000 * Millisecond;

    private readonly EventQueue _queue = new();
    private readonly List<WorldHost> _hosts = [];
    private readonly Dictionary<NodeAddress, WorldHost> _byAddress = [];
    private readonly Effects _effects = new();
    private readonly Chance _chance;
    private readonly Texts _texts = new();
    private readonly Mailing _mailing;
    private Fingerprint _trace;
    private long _settings;

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

    /// <summary>Who watches: it is told of every event after it happened.</summary>
    public WorldWatch Watch { get; set; } = new();

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

    public WorldHost Host(NodeAddress address) => _byAddress[address];

    public void StartNode(WorldHost host, Node node, ServerId? identity)
    {
        Invariant.Assert(host.Node is null, $"{host} is free before a node starts there");
        host.Node = node;
        host.Identity = identity;
        host.Clock = new NodeClock(identity);
        host.BusyUntil = 0;
        Watch.OnStart(this, host);
        Act(host, "starts", static (node, effects) => node.Start(effects));
    }

    /// <summary>The node is gone as by SIGKILL; its peers may notice that their connections broke.</summary>
    public void Kill(WorldHost host)
    {
        if (host.Node is null)
            return;
        Watch.OnStop(this, host);
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
            _queue.Add(Now, waiting);
        host.Waiting.Clear();
    }

    public void After(long us, Action action) => _queue.Add(Now + us, new Doing(action));

    public void Act(WorldHost host, string what, Action<Node, Effects> input)
    {
        Watch.OnInput(this, host, what, null);
        Trace(host, 4, (ulong)what.Length);
        Give(host, input);
    }

    /// <summary>Lets the world go on until the moment.</summary>
    public void RunUntil(long time)
    {
        while (_queue.NextTime <= time)
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
            if (_queue.NextTime > end)
                return false;
            Step();
        }
        return true;
    }

    public void Deliver(Envelope envelope, WorldHost host)
    {
        if (host.Node is null)
            return;
        if (host.Paused)
        {
            host.Waiting.Add(new Arrival(envelope, host));
            return;
        }
        host.Clock.OnReceive(envelope.Stamp);
        Watch.OnInput(this, host, null, envelope);
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

    public void Fire(WorldHost host, TimerOver over)
    {
        var timer = over.Timer;
        if (host.Node is null || !host.Timers.TryGetValue(timer, out var current) || current != over.Setting)
            return;
        if (host.Paused)
        {
            host.Waiting.Add(over);
            return;
        }
        host.Timers.Remove(timer);
        Watch.OnInput(
            this,
            host,
            timer is ViewServiceTick or ReplicaTick or ClerkTick ? null : $"timer {timer.GetType().Name}",
            null
        );
        Trace(host, 2, (ulong)timer.GetType().Name.Length);
        var late = over.IsLate(Now);
        Give(host, (node, effects) => node.OnTimer(timer with { Late = late }, effects));
    }

    private void Step()
    {
        var happening = _queue.Take(out var time);
        Now = time;
        Events++;
        happening.Happen(this);
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
        Watch.OnEffects(this, host, _effects);
        foreach (var completion in _effects.Completions)
            host.OnCompletion?.Invoke(completion);
        if (_effects.MayStop)
            Watch.OnMayStop(this, host);
    }

    private void Set(WorldHost host, in TimerSetting setting)
    {
        host.Timers[setting.Timer] = ++_settings;
        var least = setting.MinMs * Millisecond;
        var delay =
            least
            + (setting.MaxMs > setting.MinMs ? _chance.Below((int)((setting.MaxMs - setting.MinMs) * Millisecond)) : 0);
        _queue.Add(Now + delay, new TimerOver(host, setting.Timer, _settings, Now + 2 * delay));
    }

    private void Send(WorldHost host, NodeAddress to, ImmutableArray<Message> messages)
    {
        var envelope = new Envelope(host.Address, to, host.Clock.OnSend(), messages);
        Watch.OnSend(this, host, envelope);
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
            _queue.Add(arrival, new Arrival(envelope, to));
        }
    }

    private void Trace(WorldHost host, ulong kind, ulong what)
    {
        _trace.Add((ulong)Now * 8 + kind);
        _trace.Add(what + (ulong)host.Index);
    }
}
