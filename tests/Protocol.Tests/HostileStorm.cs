using PbKv.Protocol.Tests.Replication;
using PbKv.Protocol.Tests.ViewService;
using PbKv.Protocol.Tests.Wire;
using Xunit.Abstractions;

namespace PbKv.Protocol.Tests;

/// <summary>
/// Messages of every type that are well-formed and absurd, to each node in each role: views that nobody made, positions
/// beyond all, serials and indexes of any size, other eras and names; mixed with what would be right at this moment, so
/// that they get past the first check.
/// </summary>
public class HostileStorm(ITestOutputHelper output)
{
    private const int Bursts = 100;

    private static readonly NodeAddress Stranger = new("stranger");
    private static readonly NodeAddress[] Everybody =
    [
        new("a"),
        new("b"),
        new("c"),
        Stranger,
        Harness.Clerk,
        Harness.ViewService,
    ];

    private static readonly NodeTimer[] Timers =
    [
        new ReplicaTick(),
        new CatchUpTimer(),
        new PingAgainTimer(),
        new ViewServiceTick(),
        new ConnectionLostTimer(new ServerId(new NodeAddress("a"), 1)),
        new ClerkTick(),
        new RetryTimer(),
    ];

    public static TheoryData<string> Roles { get; } = new(Nodes().Select(node => node.Role));

    [Theory]
    [MemberData(nameof(Roles))]
    public void No_message_stops_a_node(string role)
    {
        var seed = Seed();
        var node = Nodes().Single(item => item.Role == role).Node;
        foreach (var type in AnyMessage.Types)
        {
            for (var burst = 0; burst < Bursts; burst++)
                Strike(node, new Absurd(seed + burst, node), type);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_clients_strangers_and_the_backup_say_does_not_keep_the_holder_from_serving(bool paired)
    {
        var seed = Seed();
        for (var burst = 0; burst < Bursts; burst++)
        {
            var net = new Harness();
            var a = paired ? net.Pair().A : Primary(net);
            var session = net.OpenSession(a);
            net.Give(a, Harness.Clerk, net.Request(a, session, 1, Harness.Put(1, "kept", "value")));
            net.Run();
            Assert.Single(net.Replies());
            var absurd = new Absurd(seed + burst, a);
            foreach (var type in AnyMessage.Types)
            {
                var from = absurd.OneOf([Harness.Clerk, Stranger, new NodeAddress("b")]);
                // A newer view is believed of the other server of the view: it is how a deposed primary learns of it.
                if (from.Value != "b" || type != typeof(WrongView))
                    net.Give(a, from, absurd.Of(type));
            }
            net.Run();
            net.Tell(a, Harness.View(a.View.Number + 1, a));
            Serves(net, a, $"seed {seed + burst}");
        }
    }

    [Fact]
    public void What_strangers_say_to_a_view_service_does_not_take_the_place_of_those_who_ping()
    {
        var seed = Seed();
        for (var burst = 0; burst < Bursts; burst++)
        {
            var (a, b) = (ViewServiceBench.Server("a"), ViewServiceBench.Server("b"));
            var bench = new ViewServiceBench().WithPair(a, b);
            var absurd = new Absurd(seed + burst, bench.Node);
            foreach (var type in AnyMessage.Types.Where(type => type != typeof(ResetRequest)))
            {
                var from = absurd.OneOf([Harness.Clerk, Stranger, new NodeAddress("c")]);
                bench.Handle(from, absurd.Of(type, from));
                bench.Ticks(1, (a, -1), (b, -1));
            }
            Assert.Equal((a, b, true), (bench.View.Primary, bench.View.Backup, bench.Node.Acknowledged));
        }
    }

    private int Seed()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("PBKV_SEED"), out var given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"seed {seed} (PBKV_SEED={seed} repeats it)");
        return seed;
    }

    private static void Strike(Node role, Absurd absurd, Type first)
    {
        var node = role is ReplicaNode replica ? Believing.CopyOf(replica) : role.Clone();
        var said = new List<string>();
        try
        {
            for (var i = 0; i < 5; i++)
            {
                var from = absurd.OneOf(Everybody);
                var message = i == 0 ? absurd.Of(first, from) : absurd.Next(from);
                said.Add($"{message} from {from}");
                node.Handle(from, message, new Effects());
                var timer = absurd.OneOf(Timers);
                said.Add(timer.ToString());
                node.OnTimer(timer, new Effects());
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            throw new InvalidOperationException($"seed {absurd.Seed}: {string.Join("\n", said)}", failure);
        }
    }

    private static void Serves(Harness net, ReplicaNode node, string context)
    {
        var session = net.OpenSession(node);
        var era = node.Era;
        net.Outside.Clear();
        net.Give(node, Harness.Clerk, net.Request(node, session, 1, Harness.Put(1, "k", "v")) with { Era = era });
        net.Give(node, Harness.Clerk, net.Request(node, session, 2, Harness.Get(2, "kept")) with { Era = era });
        var results = net.Replies().Select(reply => Assert.Single(reply.Results)).ToList();
        Assert.True(results.Count == 2, context);
        Assert.Equal((ResultStatus.Ok, "value", context), (results[0].Status, results[1].Value.ToString(), context));
    }

    private static ReplicaNode Primary(Harness net)
    {
        var a = net.Server("a");
        net.Tell(a, Harness.View(1, a));
        return a;
    }

    private static IEnumerable<(string Role, Node Node)> Nodes()
    {
        yield return ("idle, in no view", new Harness().Server("c"));
        var net = new Harness();
        yield return ("primary, alone", Primary(net));
        net = new Harness();
        var (a, b) = net.Pair();
        var idle = net.Server("c");
        net.Tell(idle, a.View);
        net.Give(a, Harness.Clerk, net.Request(a, net.OpenSession(a), 1, Harness.PutHash(1, "k", "v")));
        yield return ("idle, in a view", idle);
        yield return ("primary, holding an answer", a);
        yield return ("backup, synced", b);
        net = new Harness
        {
            Settings = new()
            {
                ChunkBytes = 100,
                ChunksInFlight = 2,
                SessionIdleTicks = 5,
            },
        };
        (a, b, _) = net.PairInTransfer();
        net.Run(most: 2);
        yield return ("primary, transferring", a);
        yield return ("backup, taking a transfer", b);
        yield return ("view service, new", new ViewServiceBench().Node);
        var pair = new ViewServiceBench().WithPair(ViewServiceBench.Server("a"), ViewServiceBench.Server("b"));
        yield return ("view service, with a pair", pair.Node);
        var lost = new ViewServiceBench();
        lost.Ping(ViewServiceBench.Server("a"), 5, cluster: new ClusterId(99));
        yield return ("view service, without its memory", lost.Node);
        yield return ("clerk, new", Clerk(view: false, session: false));
        yield return ("clerk, opening a session", Clerk(view: true, session: false));
        yield return ("clerk, sending", Clerk(view: true, session: true));
    }

    private static ClerkNode Clerk(bool view, bool session)
    {
        var clerk = new ClerkNode(Harness.Clerk, [Harness.ViewService], GroupName.Default, ProtocolSettings.Default);
        var effects = new Effects();
        var known = new View(Harness.Cluster, 2, ViewServiceBench.Server("a"), ViewServiceBench.Server("b"));
        for (var call = 1; call <= 20; call++)
            clerk.Submit(call, OperationKind.PutHash, Bytes.Utf8("k"), Bytes.Utf8("v"), long.MaxValue, effects);
        clerk.Flush(effects);
        if (view)
            clerk.Handle(Harness.ViewService, new ViewNews(known, true), effects);
        if (session)
            clerk.Handle(new NodeAddress("a"), new SessionOpened(clerk.LastRequest, 3, null), effects);
        return clerk;
    }

    /// <summary>Draws messages in which much is right for a node, and the rest is anything.</summary>
    private sealed class Absurd
    {
        private readonly Random _random;
        private readonly AnyMessage _any;
        private readonly View _view;
        private readonly long[] _numbers;

        public Absurd(int seed, Node node)
        {
            Seed = seed;
            _random = new Random(seed);
            _any = new AnyMessage(seed, Hint);
            var replica = node as ReplicaNode;
            _view =
                replica?.View
                ?? (node as ViewServiceNode)?.View
                ?? (node as ClerkNode)?.View
                ?? throw new ArgumentException($"{node} has no view");
            var position = replica?.Position ?? 3;
            _numbers =
            [
                -1,
                .. Enumerable.Range(0, 9),
                position,
                position + 1,
                position + 100,
                _view.Number,
                _view.Number + 1,
                View.MostNumber,
                View.MostNumber + 1,
                long.MaxValue,
                long.MinValue,
            ];
        }

        public int Seed { get; }

        public T OneOf<T>(IReadOnlyList<T> values) => values[_random.Next(values.Count)];

        public Message Next(NodeAddress from) => Of(OneOf(AnyMessage.Types), from);

        /// <summary>As it comes from the wire.</summary>
        public Message Of(Type type, NodeAddress? from = null)
        {
            var message = _any.Of(type);
            if (from is { } sender && message is Ping ping && _random.Next(2) == 0)
                message = ping with { Server = ping.Server with { Address = sender } };
            return WireBytes.Read(EnvelopeCodec.Write(WireBytes.Envelope(message))).Messages[0];
        }

        private object? Hint(Type type)
        {
            if (_random.Next(5) == 0)
                return null;
            return type switch
            {
                _ when type == typeof(long) => OneOf(_numbers),
                _ when type == typeof(ViewId) => _view.Id with
                {
                    Number = _view.Number + Math.Max(0, _random.Next(-6, 2)),
                },
                _ when type == typeof(View) => _view with
                {
                    Number = _view.Number + _random.Next(-1, 3),
                    Primary = _random.Next(4) == 0 ? null : Server(),
                    Backup = _random.Next(2) == 0 ? null : Server(),
                    Era = OneOf(_numbers),
                },
                _ when type == typeof(ServerId) => Server(),
                _ when type == typeof(NodeAddress) => OneOf(Everybody),
                _ when type == typeof(GroupName) => GroupName.Default,
                _ when type == typeof(ClusterId) => _view.Cluster,
                _ => null,
            };
        }

        private ServerId Server() => new(OneOf(Everybody), _random.Next(8) == 0 ? OneOf(_numbers) : _random.Next(1, 3));
    }
}
