using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Configs;
using PbKv.Actors.Shells;
using PbKv.Actors.Wire;
using PbKv.Protocol;
using PbKv.Server;
using Xunit;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Shells;

/// <summary>
/// What a put costs the primary, from the bytes of a request to the bytes of the forward and of the reply, in a steady
/// flow.
/// </summary>
public sealed class PutAllocationTests(ITestOutputHelper output) : IDisposable
{
    private const int PutsEach = 64;
    private const int Keys = 1000;
    private const int ValueBytes = 100;

    /// <summary>
    /// The put comes in an array and goes on in another (some 125 bytes each), is an operation (48) with a result (32);
    /// and some room for what a round of 64 puts costs as a whole.
    /// </summary>
    private const int BytesAllowed = 360;

    private static readonly NodeAddress ViewService = new("vs");
    private static readonly NodeAddress Clerk = new("clerk");

    private readonly ActorSystem _system = ActorSystem.Create(
        "allocations",
        ConfigurationFactory
            .ParseString("akka { loglevel = OFF, stdout-loglevel = OFF }")
            .WithFallback(TestConfigs.DefaultConfig)
    );

    public void Dispose() => _system.Dispose();

    [Fact]
    public void A_put_costs_the_primary_its_bytes_twice_its_operation_its_result_and_little_more()
    {
        var (a, b) = (new Site("a:1", _system), new Site("b:1", _system));
        var session = Pair(a, b);
        var twin = new KvStore();
        var (sequence, stored) = (0L, 0L);
        Puts(200);
        stored = a.Allocated = 0;
        Puts(500);
        var perPut = (a.Allocated - stored) / (500.0 * PutsEach);
        output.WriteLine($"{perPut:F1} bytes a put, beyond {stored / (500.0 * PutsEach):F1} for what is stored");
        Assert.Equal(twin.Digest, a.Node.Store.Digest);
        Assert.Equal(a.Node.Store.Digest, b.Node.Store.Digest);
        Assert.InRange(perPut, 0, BytesAllowed);

        void Puts(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                var operations = Operations(sequence + 1);
                stored += Allocated(() => Store(twin, operations));
                var batch = new Batch(session, sequence + 1, operations);
                sequence += PutsEach;
                a.Receive(Bytes(Clerk, a, new Request(GroupName.Default, a.Node.View.Id, sequence, batch)));
                var reply = Exchange(a, b).OfType<Reply>().Single();
                Assert.Equal(PutsEach, reply.Results.Length);
            }
        }
    }

    private static long Pair(Site a, Site b)
    {
        Tell(new View(new ClusterId(7), 1, a.Node.Id, null), a);
        Tell(new View(new ClusterId(7), 2, a.Node.Id, b.Node.Id), a, b);
        Exchange(a, b);
        Assert.True(b.Node.Synced);
        a.Receive(Bytes(Clerk, a, new OpenSession(GroupName.Default, a.Node.View.Id, 0)));
        return Exchange(a, b).OfType<SessionOpened>().Single().Session;
    }

    private static void Tell(View view, params Site[] sites)
    {
        foreach (var site in sites)
            site.Receive(Bytes(ViewService, site, new ViewNews(view, Acknowledged: true)));
    }

    /// <summary>Carries envelopes between the two until they are at rest.</summary>
    /// <returns>What was sent to others.</returns>
    private static List<Message> Exchange(Site a, Site b)
    {
        var outside = new List<Message>();
        while (a.Sent.Count + b.Sent.Count > 0)
        {
            foreach (var (from, peer) in new[] { (a, b), (b, a) })
            {
                while (from.Sent.TryDequeue(out var sent))
                {
                    if (sent.To == peer.Node.Id.Address)
                        peer.Receive(sent.Bytes);
                    else
                        outside.AddRange(Read(sent.Bytes, new Texts()).Messages);
                }
            }
        }
        return outside;
    }

    private static ImmutableArray<Operation> Operations(long first)
    {
        var operations = new Operation[PutsEach];
        for (var i = 0; i < PutsEach; i++)
        {
            var key = (first + i) * 7919 % Keys;
            operations[i] = new Operation(
                OperationKind.Put,
                first + i,
                Protocol.Bytes.Utf8($"key:{key:D12}"),
                Protocol.Bytes.Utf8(new string('v', ValueBytes))
            );
        }
        return [.. operations];
    }

    private static void Store(KvStore store, ImmutableArray<Operation> operations)
    {
        foreach (var operation in operations)
            store.Put(operation.Key, operation.Value);
    }

    private static byte[] Bytes(NodeAddress from, Site to, Message message) =>
        EnvelopeCodec.Write(new Envelope(from, to.Node.Id.Address, Stamp.None, [message]));

    private static Envelope Read(byte[] bytes, Texts texts) =>
        EnvelopeCodec.Read(bytes, texts, text => Assert.Fail(text));

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>The actor of a replica, on the thread of the test; no time passes for it.</summary>
    private sealed class Site : IOutbox
    {
        private readonly IActorRef _actor;
        private readonly Texts _texts = new();

        public Site(string name, ActorSystem system)
        {
            var id = new ServerId(new NodeAddress(name), 1);
            var settings = PbKvSettings.Default with
            {
                Protocol = ProtocolSettings.Default with { PingIntervalMs = int.MaxValue / 2 },
            };
            var hooks = new NodeHooks(_ => this, Made: node => Node = (ReplicaNode)node);
            Action mayStop = static () => { };
            var views = ImmutableArray.Create(ViewService);
            var props = Props.Create(() => new KvReplica(id, views, settings, mayStop, hooks));
            _actor = system.ActorOf(props.WithDispatcher(CallingThreadDispatcher.Id));
            // Akka makes it on another thread: it stands when it answers.
            Assert.Equal(0, _actor.Ask<long>(new PbKvNode.ViewQuestion()).Result);
        }

        public ReplicaNode Node { get; private set; } = null!;

        public Queue<(NodeAddress To, byte[] Bytes)> Sent { get; } = new(16);

        public long Allocated { get; set; }

        public void Send(Envelope envelope) => Sent.Enqueue((envelope.To, EnvelopeCodec.Write(envelope)));

        /// <summary>Counts the array that the bytes are received into, too.</summary>
        public void Receive(byte[] bytes)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            _actor.Tell(EnvelopeCodec.Read(bytes.AsSpan().ToArray(), _texts, static text => Assert.Fail(text)));
            Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
