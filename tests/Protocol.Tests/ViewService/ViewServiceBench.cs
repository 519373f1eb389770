using PbKv.Checking;

namespace PbKv.Protocol.Tests.ViewService;

/// <summary>A view service whose pings are sent by hand and whose ticks are counted by hand.</summary>
internal sealed class ViewServiceBench
{
    public static readonly ClusterId Fresh = new(0xC1);
    public static readonly NodeAddress Self = new("vs");

    private readonly Dictionary<ServerId, long> _heard = [];
    private string? _waitedFor;

    public ViewServiceBench(
        ViewServiceMemory? memory = null,
        ProtocolSettings? settings = null,
        SafetyRules? rules = null,
        ClusterId? fresh = null
    )
    {
        Settings = settings ?? ProtocolSettings.Default;
        Node = (rules ?? SafetyRules.All).ViewService(Self, Settings, fresh ?? Fresh, memory);
        Memory = memory;
        Step(e => Node.Start(e));
    }

    public ProtocolSettings Settings { get; }

    public ViewServiceNode Node { get; }

    /// <summary>What the host would have on disk.</summary>
    public ViewServiceMemory? Memory { get; private set; }

    public List<Notice> Notices { get; } = [];

    /// <summary>All that people may read of it: in the log, in the status, and in answers to an operator.</summary>
    public List<string> Said { get; } = [];

    public View View => Node.View;

    public int DeadPings => Settings.DeadPings;

    public static ServerId Server(string name, long incarnation = 1) => new(new NodeAddress(name), incarnation);

    /// <summary>One input, and everything that came of it.</summary>
    public Effects Step(Action<Effects> input)
    {
        var before = (View, Node.Acknowledged, Node.Synced);
        var effects = new Effects();
        input(effects);
        if (effects.Memory is { } memory)
            Memory = memory;
        // Nobody may be told of what is not on disk: whatever changed is in the memory of the same step.
        if (before != (View, Node.Acknowledged, Node.Synced))
            Assert.NotNull(effects.Memory);
        Assert.NotNull(Memory);
        Assert.Equal((View, Node.Acknowledged, Node.Synced), (Memory.View, Memory.Acknowledged, Memory.Synced));
        foreach (var answer in effects.Messages.Select(m => m.Message).OfType<PingAnswer>())
            _heard[answer.Server] = answer.Answer;
        Notices.AddRange(effects.Notices);
        Said.AddRange(effects.Notices.Select(notice => $"{notice.Kind}: {notice.Text}"));
        if (Node.WaitingFor is { } reason && reason != _waitedFor)
            Said.Add($"waits for {reason}");
        _waitedFor = Node.WaitingFor;
        foreach (var answer in effects.Messages.Select(m => m.Message).OfType<ResetAnswer>())
            Said.AddRange([$"refuses: {answer.Refusal}", $"answers: {answer.Account}"]);
        return effects;
    }

    public Effects Handle(NodeAddress from, Message message) => Step(e => Node.Handle(from, message, e));

    public Effects Ping(
        ServerId server,
        long view,
        bool synced = false,
        bool backupSilent = false,
        bool leaving = false,
        long? heard = null,
        ClusterId? cluster = null
    )
    {
        var id = view == 0 && cluster is null ? ViewId.None : new ViewId(cluster ?? Node.Cluster, view);
        return Handle(
            server.Address,
            new Ping(server, id, synced, backupSilent, leaving, heard ?? _heard.GetValueOrDefault(server))
            {
                Level = Features.OfThisBuild.Level,
            }
        );
    }

    /// <summary>A ping with the view of this moment.</summary>
    public Effects PingNow(ServerId server, bool synced = false, bool leaving = false) =>
        Ping(server, View.Number, synced, leaving: leaving);

    public Effects Tick(bool late = false) => Step(e => Node.OnTimer(new ViewServiceTick() with { Late = late }, e));

    /// <summary>
    /// So many ticks, in each of which these ping with the view that they are in (the current one, for -1).
    /// </summary>
    public void Ticks(int count, params (ServerId Server, long View)[] pinging)
    {
        for (var i = 0; i < count; i++)
        {
            foreach (var (server, view) in pinging)
                Ping(server, view < 0 ? View.Number : view);
            Tick();
        }
    }

    /// <summary>As many ticks as make whoever does not ping dead.</summary>
    public void UntilDead(params (ServerId Server, long View)[] pinging)
    {
        // Whoever pings again may be the very one that was suspected falsely: then it takes longer.
        for (var i = 0; i < DeadPings * (1 + Node.FalseSuspicions); i++)
            Ticks(1, pinging);
    }

    public ulong Fingerprint() => Fingerprint(Node);

    public static ulong Fingerprint(ViewServiceNode node)
    {
        var fingerprint = default(Fingerprint);
        node.AddTo(ref fingerprint);
        return fingerprint.Value;
    }

    public bool IsAlive(ServerId server) => Node.Servers.Any(s => s.Server == server && s.Alive);

    public void Expect(long number, ServerId? primary, ServerId? backup)
    {
        Assert.Equal((number, primary, backup), (View.Number, View.Primary, View.Backup));
    }

    public int Count(NoticeKind kind) => Notices.Count(n => n.Kind == kind);

    /// <summary>View 1: (primary, -), acknowledged.</summary>
    public ViewServiceBench WithPrimary(ServerId primary)
    {
        Ping(primary, 0);
        UntilDead((primary, 0));
        Ping(primary, 1);
        Assert.True(Node.Acknowledged);
        return this;
    }

    /// <summary>View 2: (primary, backup), acknowledged and, unless said otherwise, synced.</summary>
    public ViewServiceBench WithPair(ServerId primary, ServerId backup, bool synced = true)
    {
        WithPrimary(primary);
        Ping(backup, 0);
        Ping(primary, 2);
        if (synced)
            Ping(backup, 2, synced: true);
        Expect(2, primary, backup);
        return this;
    }
}

internal static class EffectsExtensions
{
    public static IEnumerable<T> To<T>(this Effects effects, NodeAddress to)
        where T : Message => effects.Messages.Where(m => m.To == to).Select(m => m.Message).OfType<T>();
}
