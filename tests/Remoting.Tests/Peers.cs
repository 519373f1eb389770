using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Remote;

namespace PbKv.Remoting.Tests;

/// <summary>Peers that are not there, go, and come again.</summary>
public sealed class Peers : RemotingSpec
{
    [Theory]
    [InlineData(Sockets)]
    [InlineData(DotNetty)]
    public async Task A_peer_that_restarts_at_its_address_is_reached_under_the_same_ref(string via)
    {
        var port = Relay.FreePort();
        var near = Start(via, name: "near");
        var target = RefIn(near, $"akka.tcp://far@127.0.0.1:{port}/user/echo");
        for (var life = 0; life < 5; life++)
        {
            var far = Start(via, port: port);
            far.ActorOf(EchoActor.Props, "echo");
            await AwaitAnswer(target, $"life {life}");
            await far.Terminate();
        }
    }

    [Fact]
    public async Task A_peer_that_restarts_is_reachable_again_at_once()
    {
        var port = Relay.FreePort();
        var near = Start(Sockets, name: "near");
        var target = RefIn(near, $"akka.tcp://far@127.0.0.1:{port}/user/echo");
        for (var life = 0; life < 5; life++)
        {
            var far = Start(Sockets, port: port);
            far.ActorOf(EchoActor.Props, "echo");
            var since = Stopwatch.StartNew();
            await AwaitAnswer(target, $"life {life}");
            // Akka's own gate is closed for 5 s.
            Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4));
            await far.Terminate();
        }
    }

    [Theory]
    [InlineData(Sockets)]
    [InlineData(DotNetty)]
    public async Task A_lost_connection_is_reported_on_both_ends_and_made_again_however_often(string via)
    {
        using var relay = new Relay { Target = Relay.FreePort() };
        var near = Start(via, name: "near");
        var far = Start(via, $"@.public-port = {relay.Port}", port: relay.Target);
        var echo = Across(near, far, far.ActorOf(EchoActor.Props, "echo"));
        var (atNear, atFar) = (new Bag(near), new Bag(far));
        near.EventStream.Subscribe(atNear.Ref, typeof(DisassociatedEvent));
        far.EventStream.Subscribe(atFar.Ref, typeof(DisassociatedEvent));
        for (var round = 0; round < 5; round++)
        {
            await AwaitAnswer(echo, $"round {round}");
            relay.Cut();
            Assert.Equal(AddressOf(far), atNear.Next<DisassociatedEvent>().RemoteAddress);
            Assert.Equal(AddressOf(near), atFar.Next<DisassociatedEvent>().RemoteAddress);
        }
        await AwaitAnswer(echo, "still there");
    }

    [Theory]
    [InlineData(Sockets)]
    [InlineData(DotNetty)]
    public async Task A_peer_that_is_gone_is_reported_and_blocks_nobody_and_is_reached_when_it_is_there(string via)
    {
        var port = Relay.FreePort();
        var near = Start(via, name: "near");
        var target = RefIn(near, $"akka.tcp://far@127.0.0.1:{port}/user/echo");
        var events = new Bag(near);
        near.EventStream.Subscribe(events.Ref, typeof(AssociationErrorEvent));
        near.EventStream.Subscribe(events.Ref, typeof(DisassociatedEvent));
        var sending = Stopwatch.StartNew();
        for (var i = 0; i < 20_000; i++)
            target.Tell($"too early {i}", ActorRefs.NoSender);
        Assert.InRange(sending.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        var error = events.Next<AssociationErrorEvent>();
        Assert.Equal(port, error.RemoteAddress.Port);
        Assert.NotNull(error.Cause);
        var far = Start(via, port: port);
        far.ActorOf(EchoActor.Props, "echo");
        await AwaitAnswer(target, "in time");
        await far.Terminate();
        Assert.Equal(port, events.Next<DisassociatedEvent>().RemoteAddress.Port);
    }

    [Fact]
    public void A_peer_that_does_not_answer_a_dial_is_given_up_and_the_next_is_dialled_meanwhile()
    {
        // A full backlog leaves the dialler without any answer, as a dead host does.
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen(0);
        var to = (IPEndPoint)silent.LocalEndPoint!;
        using var first = new TcpClient();
        first.Connect(to);
        var near = Start(Sockets, "@.connection-timeout = 3s", name: "near");
        var far = Start(Sockets);
        var events = new Bag(near);
        near.EventStream.Subscribe(events.Ref, typeof(AssociationErrorEvent));
        var since = Stopwatch.StartNew();
        RefIn(near, $"akka.tcp://far@127.0.0.1:{to.Port}/user/echo").Tell("dial", ActorRefs.NoSender);
        var bag = new Bag(near);
        Across(near, far, far.ActorOf(EchoActor.Props, "echo")).Tell("meanwhile", bag.Ref);
        bag.Expect("meanwhile");
        Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2.5));
        Assert.Contains(
            "no answer within",
            events.Next<AssociationErrorEvent>().Cause.ToString(),
            StringComparison.Ordinal
        );
        Assert.InRange(since.Elapsed, TimeSpan.FromSeconds(2.9), Await.Patience);
    }

    [Fact]
    public void A_stranger_who_says_nothing_is_disconnected_after_the_handshake_timeout()
    {
        var near = Start(Sockets, "akka.remote.handshake-timeout = 300ms");
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveTimeout = 10_000,
        };
        stranger.Connect(IPAddress.Loopback, AddressOf(near).Port!.Value);
        var since = Stopwatch.StartNew();
        while (stranger.Receive(new byte[100]) > 0)
            continue;
        Assert.InRange(since.Elapsed, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(10));
    }
}
