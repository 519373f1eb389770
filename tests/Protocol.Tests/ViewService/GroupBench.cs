using System.Collections.Immutable;

namespace PbKv.Protocol.Tests.ViewService;

/// <summary>Whole view services: what they send each other is delivered at once, time goes on by hand.</summary>
internal sealed class GroupBench(params ImmutableArray<string> all)
{
    private static readonly ProtocolSettings Settings = ProtocolSettings.Default;

    private readonly Dictionary<string, RegisterState> _disks = [];
    private readonly Dictionary<string, ViewServiceGroup> _running = [];
    private readonly Queue<(string From, NodeAddress To, Message Message)> _network = [];
    private readonly List<Outgoing> _outside = [];
    private ulong _lastDisk;

    /// <summary>All run, and the first one acts.</summary>
    public static GroupBench Acting(params ImmutableArray<string> all)
    {
        var bench = new GroupBench(all);
        foreach (var name in all)
            bench.Start(name, all);
        for (var i = 0; i < 2; i++)
        {
            foreach (var name in all)
                bench.Fire(name, new RegisterTick());
        }
        Assert.NotNull(bench[all[0]].Member.Acting);
        bench.Sent.Clear();
        return bench;
    }

    public static int DeadPings => Settings.DeadPings;

    /// <summary>All that was sent, in order.</summary>
    public List<(string From, NodeAddress To, Message Message)> Sent { get; } = [];

    /// <summary>What the last input brought about before anything of it was delivered.</summary>
    public Effects Last { get; private set; } = new();

    public ViewServiceGroup this[string name] => _running[name];

    public RegisterState Disk(string name) => _disks[name];

    public void Start(string name) => Start(name, all);

    public void Start(string name, ImmutableArray<string> peers)
    {
        _disks.TryAdd(name, new RegisterState(++_lastDisk, 0, 0, null));
        var self = new NodeAddress(name);
        _running[name] = new ViewServiceGroup(
            new Register(
                Name(name),
                [.. peers.Select(Name)],
                Settings,
                _disks[name],
                new ClusterId(100 + _lastDisk),
                mayFound: true
            ),
            new ViewServiceMember(self),
            (cluster, memory) => new ViewServiceNode(self, Settings, cluster, memory)
        );
        Do(name, (node, effects) => node.Start(effects));
    }

    public void Stop(params string[] names)
    {
        foreach (var name in names)
            _running.Remove(name);
    }

    public void Give(string name, NodeAddress from, Message message) =>
        Do(name, (node, effects) => node.Handle(from, message, effects));

    public void Fire(string name, NodeTimer timer) => Do(name, (node, effects) => node.OnTimer(timer, effects));

    public void Lose(string name, NodeAddress peer) =>
        Do(name, (node, effects) => node.OnConnectionLost(peer, effects));

    /// <summary>The server pings until the one that acts has made it the first primary.</summary>
    public void FormView(string name, ServerId server)
    {
        for (var i = 0; i < DeadPings; i++)
        {
            Give(name, server.Address, new Ping(server, ViewId.None, false, false, false, 0));
            Fire(name, new ViewServiceTick());
        }
    }

    /// <summary>What somebody who is no view service was sent since this was asked last.</summary>
    public List<Message> Take(NodeAddress to)
    {
        var taken = _outside.Where(sent => sent.To == to).Select(sent => sent.Message).ToList();
        _outside.RemoveAll(sent => sent.To == to);
        return taken;
    }

    private void Do(string name, Action<ViewServiceGroup, Effects> input)
    {
        Last = Step(name, input);
        while (_network.TryDequeue(out var sent))
        {
            if (_running.ContainsKey(sent.To.Value))
                Step(sent.To.Value, (node, effects) => node.Handle(new NodeAddress(sent.From), sent.Message, effects));
            else
                _outside.Add(new Outgoing(sent.To, sent.Message));
        }
    }

    private Effects Step(string name, Action<ViewServiceGroup, Effects> input)
    {
        var effects = new Effects();
        input(_running[name], effects);
        _disks[name] = effects.Register ?? _disks[name];
        // The two halves have settled between them what was to be decided.
        Assert.Equal((0, null), (effects.Decision, effects.Memory));
        foreach (var (to, message) in effects.Messages)
        {
            Sent.Add((name, to, message));
            _network.Enqueue((name, to, message));
        }
        return effects;
    }

    private static ViewServiceName Name(string name) => new(name, new NodeAddress(name));
}
