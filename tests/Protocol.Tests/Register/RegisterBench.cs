using System.Collections.Immutable;

namespace PbKv.Protocol.Tests.Registers;

/// <summary>The registers of some view services: what they send is delivered at once, time goes on by hand.</summary>
internal sealed class RegisterBench
{
    public static readonly NodeAddress Operator = new("operator");

    private readonly ProtocolSettings _settings = ProtocolSettings.Default;
    private readonly Dictionary<string, RegisterState> _disks = [];
    private readonly Dictionary<string, Register> _running = [];
    private readonly Queue<(string From, NodeAddress To, Message Message)> _network = [];
    private readonly ImmutableArray<string> _peers;
    private ulong _lastDisk;
    private long _lastDecision;

    /// <param name="peers">Who shall be in the group. Nobody runs yet.</param>
    public RegisterBench(params ImmutableArray<string> peers) => _peers = peers;

    /// <summary>All run, and the first one leads.</summary>
    public static RegisterBench Led(params ImmutableArray<string> peers)
    {
        var bench = new RegisterBench(peers);
        bench.Start([.. peers]);
        bench.Ticks(2);
        Assert.True(bench[peers[0]].LeadsTerm > 0);
        return bench;
    }

    public List<Notice> Notices { get; } = [];

    /// <summary>What the operator was told.</summary>
    public List<MemberAnswer> Answers { get; } = [];

    public int DeadPings => _settings.DeadPings;

    public Register this[string name] => _running[name];

    public RegisterState Disk(string name) => _disks[name];

    public string[] Members(string name) => [.. _running[name].Entry!.Members.Select(member => member.Id)];

    public string[] Leaders => [.. _running.Where(node => node.Value.LeadsTerm > 0).Select(node => node.Key)];

    public static ViewServiceMemory Memory(long view) =>
        new(new ClusterId(7), new View(new ClusterId(7), view, null, null), false, false, null, false);

    /// <param name="keepsDisk">False: what it kept is lost, and it has a new disk.</param>
    public void Start(string name, bool keepsDisk = true, ImmutableArray<string>? peers = null)
    {
        if (!keepsDisk || !_disks.ContainsKey(name))
            _disks[name] = new RegisterState(++_lastDisk, 0, 0, null);
        _running[name] = new Register(
            Name(name),
            [.. (peers ?? _peers).Select(Name)],
            _settings,
            _disks[name],
            new ClusterId(100 + _lastDisk),
            mayFound: true
        );
        Do(name, (node, effects) => node.Start(effects));
    }

    public void Start(params string[] names)
    {
        foreach (var name in names)
            Start(name);
    }

    public void Stop(params string[] names)
    {
        foreach (var name in names)
            _running.Remove(name);
    }

    /// <summary>Of one, or of all that run.</summary>
    public void Ticks(int count, params string[] names)
    {
        for (var i = 0; i < count; i++)
        {
            foreach (var name in names.Length > 0 ? names : [.. _running.Keys])
                Do(name, (node, effects) => node.OnTimer(new RegisterTick(), effects));
        }
    }

    public void LosePatience(string name) => Do(name, (node, effects) => node.OnTimer(new PatienceTimer(), effects));

    /// <summary>The others have not heard of a leader for long, and this one is the first to say so.</summary>
    public void Elect(string name)
    {
        Ticks(DeadPings, [.. _running.Keys.Where(other => Leaders.Length == 0)]);
        LosePatience(name);
    }

    /// <summary>Asks it to decide something, and whether it did at once.</summary>
    public bool Decides(string name, ViewServiceMemory? memory)
    {
        var decision = ++_lastDecision;
        Do(name, (node, effects) => node.Decide(decision, memory, effects));
        return _running.TryGetValue(name, out var after) && after.IsDecided(decision);
    }

    public MemberAnswer Ask(string name, MemberChange change, string id, string address = "")
    {
        Give(name, Operator, new MemberRequest(change, id, address));
        return Answers[^1];
    }

    public void Give(string name, NodeAddress from, Message message) =>
        Do(name, (node, effects) => node.Handle(from, message, effects));

    public void LoseConnection(string name, string peer) =>
        Do(name, (node, effects) => node.OnConnectionLost(new NodeAddress(peer), effects));

    private void Do(string name, Action<Register, Effects> input)
    {
        Step(name, input);
        while (_network.TryDequeue(out var sent))
        {
            if (_running.ContainsKey(sent.To.Value))
                Step(sent.To.Value, (node, effects) => node.Handle(new NodeAddress(sent.From), sent.Message, effects));
            else if (sent is { Message: MemberAnswer answer } && sent.To == Operator)
                Answers.Add(answer);
        }
    }

    private void Step(string name, Action<Register, Effects> input)
    {
        var node = _running[name];
        var before = (node.Term, node.Entry);
        var effects = new Effects();
        input(node, effects);
        _disks[name] = effects.Register ?? _disks[name];
        // Nobody is told of what is not on disk.
        Assert.Equal((node.Term, node.Entry), (_disks[name].Term, _disks[name].Entry));
        if (before != (node.Term, node.Entry))
            Assert.NotNull(effects.Register);
        Notices.AddRange(effects.Notices);
        foreach (var (to, message) in effects.Messages)
            _network.Enqueue((name, to, message));
    }

    private static ViewServiceName Name(string name) => new(name, new NodeAddress(name));
}
