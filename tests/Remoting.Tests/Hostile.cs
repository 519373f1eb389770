using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Xunit.Abstractions;

namespace PbKv.Remoting.Tests;

/// <summary>The seed is random and printed; PBKV_SEED runs one again.</summary>
public sealed class Hostile : RemotingSpec
{
    private const int StrangersInAll = 1_500;
    private const int PeersInAll = 1_000;
    private const int NonsensePerPeer = 100;
    private const long MemoryTolerance = 20L * 1024 * 1024;

    private readonly ITestOutputHelper _output;
    private readonly ActorSystem _victim;
    private readonly Bag _bag;
    private readonly Echoes _echoes = new();

    public Hostile(ITestOutputHelper output)
    {
        _output = output;
        _victim = Start(Sockets, name: "victim");
        _victim.ActorOf(EchoActor.Props, "echo");
        _bag = new Bag(_victim, name: "bag");
        var friend = Start(Sockets, name: "friend");
        friend.ActorOf(Props.Create<LoopActor>(RefIn(friend, $"{AddressOf(_victim)}/user/echo"), _echoes));
    }

    [Fact]
    public void A_hundred_thousand_hostile_inputs_cost_their_own_connections_at_most()
    {
        var seed = Seed.Next();
        _output.WriteLine($"seed {seed}");
        var frames = new HostileFrames(seed, AddressOf(_victim));
        AwaitEcho();
        Attack(frames, StrangersInAll / 20, PeersInAll / 20);
        var (memory, sockets) = (Holds.Memory(), Holds.Sockets());
        var inputs = Attack(frames, StrangersInAll, PeersInAll);
        Await.That(() => Holds.Sockets() <= sockets, "no sockets are left");
        Await.That(() => Holds.Memory() - memory < MemoryTolerance, "memory comes back");
        _output.WriteLine(
            $"{inputs} inputs, {_bag.Count} peers heard to the end, {_echoes.Count} echoes meanwhile, "
                + $"{(Holds.Memory() - memory) / 1024} KiB more memory"
        );
        Assert.True(inputs >= 100_000);
        Assert.InRange(_bag.Count, PeersInAll * 9 / 10, PeersInAll * 21 / 20);
        AwaitEcho();
    }

    [Theory]
    [InlineData(1_000ul, true)]
    [InlineData((1ul << 20) + 1, false)]
    [InlineData(1ul << 40, false)]
    [InlineData(ulong.MaxValue - 1, false)]
    public void A_number_that_Akka_would_count_up_to_costs_the_connection(ulong number, bool goesOn)
    {
        var frames = new HostileFrames(1, AddressOf(_victim));
        using var peer = Connect();
        Send(peer, HostileFrames.Handshake("peer", 1));
        Send(peer, frames.Numbered(number));
        Send(peer, frames.Honest("/user/bag"));
        Finish(peer);
        AwaitEcho();
        if (goesOn)
            Await.That(() => _bag.Count == 1, "what comes behind it is heard");
        Assert.Equal(goesOn ? 1 : 0, _bag.Count);
    }

    [Fact]
    public void Lengths_are_not_believed_before_the_bytes_are_there()
    {
        var memory = Holds.Memory();
        var strangers = Enumerable.Range(0, 300).Select(_ => Connect()).ToArray();
        foreach (var stranger in strangers)
            Send(stranger, [0xF0, 0x1F, 0, 0, 1]);
        AwaitEcho();
        Assert.InRange(Holds.Memory() - memory, long.MinValue, MemoryTolerance);
        foreach (var stranger in strangers)
            stranger.Dispose();
        AwaitEcho();
    }

    /// <returns>How many inputs there were.</returns>
    private int Attack(HostileFrames frames, int strangers, int peers)
    {
        var inputs = 0;
        for (var i = 0; i < strangers; i++)
        {
            if (i % 500 == 0)
                AwaitEcho();
            using var stranger = Connect();
            Send(stranger, frames.BadHandshake());
            Finish(stranger);
            inputs++;
        }
        for (var i = 0; i < peers; i++)
        {
            if (i % 100 == 0)
                AwaitEcho();
            using var peer = Connect();
            Send(peer, HostileFrames.Handshake($"peer-{i % 20}", (ulong)i));
            for (var n = 0; n < NonsensePerPeer; n++)
                Send(peer, frames.Nonsense());
            // It is told between the two: so all before was listened to.
            Send(peer, frames.Honest("/user/bag"));
            Send(peer, frames.Poison());
            Finish(peer);
            inputs += NonsensePerPeer + 1;
        }
        AwaitEcho();
        return inputs;
    }

    private Socket Connect()
    {
        // Ends with a reset: thousands of these would otherwise leave as many ports in TIME_WAIT.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            LingerState = new LingerOption(true, 0),
            NoDelay = true,
            SendTimeout = 10_000,
            ReceiveTimeout = 20_000,
        };
        socket.Connect(IPAddress.Loopback, AddressOf(_victim).Port!.Value);
        return socket;
    }

    /// <summary>The other end may have closed already.</summary>
    private static void Send(Socket socket, byte[] bytes)
    {
        socket.Send(bytes, SocketFlags.None, out var error);
        Assert.True(error is SocketError.Success or SocketError.ConnectionReset or SocketError.Shutdown, $"{error}");
    }

    /// <summary>Says that no more comes, and waits until the other end has read all and closes.</summary>
    private static void Finish(Socket socket)
    {
        var bytes = new byte[4096];
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            while (socket.Receive(bytes) > 0)
                continue;
        }
        catch (SocketException end)
            when (end.SocketErrorCode is SocketError.ConnectionReset or SocketError.NotConnected)
        {
            return;
        }
    }

    private void AwaitEcho()
    {
        var before = _echoes.Count;
        Await.That(() => _echoes.Count > before + 5, "the echo over another connection goes on");
    }

    private sealed class Echoes
    {
        private long _count;

        public long Count => Interlocked.Read(ref _count);

        public void Add() => Interlocked.Increment(ref _count);
    }

    /// <summary>One message to and fro; a lost one would end it.</summary>
    private sealed class LoopActor : ReceiveActor
    {
        private readonly ICanTell _partner;

        public LoopActor(ICanTell partner, Echoes echoes)
        {
            _partner = partner;
            Receive<string>(text =>
            {
                echoes.Add();
                partner.Tell(text, Self);
            });
        }

        protected override void PreStart() => _partner.Tell("ball", Self);
    }
}
