using System.Collections.Immutable;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>
/// Servers in a cluster whose view service is the test: it hands out views and delivers messages by hand.
/// </summary>
internal sealed class Harness
{
    public static readonly NodeAddress ViewService = new("vs");
    public static readonly NodeAddress Clerk = new("clerk");
    public static readonly ClusterId Cluster = new(7);

    private readonly Dictionary<NodeAddress, ReplicaNode> _nodes = [];
    private readonly List<(NodeAddress From, NodeAddress To, Message Message)> _wire = [];
    private long _requests;

    public ProtocolSettings Settings { get; init; } = new() { SessionIdleTicks = long.MaxValue, ForwardsInFlight = 4 };

    /// <summary>What went to nodes that are no server: the clerk's answers and the view service's pings.</summary>
    public List<(NodeAddress To, Message Message)> Outside { get; } = [];

    public List<Notice> Notices { get; } = [];

    /// <summary>Told of all that comes of each turn of a server.</summary>
    public Action<ReplicaNode, Effects> AfterEffects { get; set; } = (_, _) => { };

    /// <summary>Told of every server that has taken a turn.</summary>
    public Action<ReplicaNode> AfterTurn { get; set; } = _ => { };

    public IReadOnlyList<(NodeAddress From, NodeAddress To, Message Message)> Wire => _wire;

    public ReplicaNode Server(string name, long incarnation = 1, ProtocolSettings? settings = null)
    {
        var id = new ServerId(new NodeAddress(name), incarnation);
        var node = new ReplicaNode(id, [ViewService], GroupName.Default, settings ?? Settings);
        _nodes[id.Address] = node;
        Do(node, node.Start);
        return node;
    }

    public static View View(long number, ReplicaNode? primary, ReplicaNode? backup = null) =>
        new(Cluster, number, primary?.Id, backup?.Id, Level: Features.OfThisBuild.Level);

    /// <summary>Tells a server of a view, acknowledged or not.</summary>
    public void Tell(ReplicaNode node, View view, bool acknowledged = true) =>
        Give(node, ViewService, new ViewNews(view, acknowledged));

    public void Give(ReplicaNode node, NodeAddress from, Message message) =>
        Do(node, effects => node.Handle(from, message, effects));

    public void Tick(ReplicaNode node) => Do(node, effects => node.OnTimer(new ReplicaTick(), effects));

    public void Do(ReplicaNode node, Action<Effects> input)
    {
        var effects = new Effects();
        input(effects);
        AfterTurn(node);
        AfterEffects(node, effects);
        Notices.AddRange(effects.Notices);
        foreach (var (to, message) in effects.Messages)
        {
            if (_nodes.ContainsKey(to))
                _wire.Add((node.Id.Address, to, message));
            else
                Outside.Add((to, message));
        }
        foreach (var timer in effects.Timers)
        {
            if (timer.Timer is CatchUpTimer)
                Do(node, more => node.OnTimer(timer.Timer, more));
        }
    }

    /// <summary>Delivers everything on the wire, and what follows from it, in order.</summary>
    public void Run(Func<Message, bool>? deliver = null, int most = int.MaxValue)
    {
        for (var i = 0; _wire.Count > 0 && i < most; i++)
        {
            Assert.True(i < 100_000, "the servers do not come to rest");
            var (from, to, message) = _wire[0];
            _wire.RemoveAt(0);
            if (deliver is null || deliver(message))
                Give(_nodes[to], from, message);
        }
    }

    public List<T> Take<T>(Predicate<(NodeAddress From, NodeAddress To, Message Message)>? which = null)
        where T : Message
    {
        var taken = _wire.Where(item => item.Message is T && (which is null || which(item))).ToList();
        foreach (var item in taken)
            _wire.Remove(item);
        return taken.Select(item => (T)item.Message).ToList();
    }

    public long OpenSession(ReplicaNode primary)
    {
        Give(primary, Clerk, new OpenSession(GroupName.Default, primary.View.Id, ++_requests));
        Run();
        return Outside.Select(item => item.Message).OfType<SessionOpened>().Last().Session;
    }

    public Request Request(ReplicaNode primary, long session, long floor, params Operation[] operations) =>
        new(GroupName.Default, primary.View.Id, ++_requests, new Batch(session, floor, [.. operations]));

    public static Operation Put(long sequence, string key, string value) =>
        new(OperationKind.Put, sequence, Bytes.Utf8(key), Bytes.Utf8(value));

    public static Operation Append(long sequence, string key, string value) =>
        new(OperationKind.Append, sequence, Bytes.Utf8(key), Bytes.Utf8(value));

    public static Operation PutHash(long sequence, string key, string value) =>
        new(OperationKind.PutHash, sequence, Bytes.Utf8(key), Bytes.Utf8(value));

    public static Operation Get(long sequence, string key) =>
        new(OperationKind.Get, sequence, Bytes.Utf8(key), default);

    public static Operation Look(long sequence, string key) =>
        new(OperationKind.Look, sequence, Bytes.Utf8(key), default);

    public static Operation Changes(long sequence, string key, Change change) =>
        new(OperationKind.Change, sequence, Bytes.Utf8(key), change.Encode());

    public ReplicaStatus StatusOf(ReplicaNode node)
    {
        Give(node, Clerk, new StatusRequest(1));
        return Outside.Select(item => item.Message).OfType<ReplicaStatus>().Last();
    }

    public List<Reply> Replies() => Outside.Select(item => item.Message).OfType<Reply>().ToList();

    public List<Refusal> Refusals() => Outside.Select(item => item.Message).OfType<Refusal>().ToList();

    /// <summary>View 1 (A, –), then view 2 (A, B), at rest with B synced.</summary>
    public (ReplicaNode A, ReplicaNode B) Pair(ProtocolSettings? settings = null)
    {
        var a = Server("a", settings: settings);
        var b = Server("b", settings: settings);
        Tell(a, View(1, a));
        var pair = View(2, a, b);
        Tell(a, pair);
        Tell(b, pair);
        Run();
        Assert.True(b.Synced);
        return (a, b);
    }

    /// <summary>View 1 (A, –) with fifty entries, then view 2 (A, B), whose first chunks are on the wire.</summary>
    /// <returns>The servers, and the session that has the sequences up to 50 behind it.</returns>
    public (ReplicaNode A, ReplicaNode B, long Session) PairInTransfer()
    {
        var a = Server("a");
        var b = Server("b");
        Tell(a, View(1, a));
        var session = OpenSession(a);
        for (var i = 1; i <= 50; i++)
            Give(a, Clerk, Request(a, session, i, Put(i, $"key{i}", $"value{i}")));
        var pair = View(2, a, b);
        Tell(b, pair);
        Tell(a, pair);
        return (a, b, session);
    }

    public static string Read(ReplicaNode node, string key) =>
        node.Store.TryGet(Bytes.Utf8(key), out var value) ? value.ToString() : "";

    public static void AssertEqual(ReplicaNode left, ReplicaNode right)
    {
        Assert.Equal(left.Position, right.Position);
        Assert.Equal(left.Store.Digest, right.Store.Digest);
        Assert.Equal(left.Store.RevisionDigest, right.Store.RevisionDigest);
        Assert.Equal(left.Sessions.Digest, right.Sessions.Digest);
    }
}
