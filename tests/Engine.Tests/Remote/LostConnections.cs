using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Event;
using Akka.Remote;
using Xunit.Abstractions;

namespace Engine.Tests.Remote;

public sealed class LostConnections(ITestOutputHelper output) : RemoteSpec(output)
{
    [Fact]
    public async Task A_lost_connection_is_reported_on_both_ends_and_made_again_however_often()
    {
        using var relay = new TcpRelay();
        var port = TcpRelay.FreePort();
        relay.To(port);
        var far = StartOther($"akka.remote.dot-netty.tcp.public-port = {relay.Port}", port);
        var echo = Across(Sys, far, far.ActorOf(EchoActor.Props, "echo"));
        var nearEvents = CreateTestProbe();
        var farEvents = CreateTestProbe(far);
        Sys.EventStream.Subscribe(nearEvents.Ref, typeof(DisassociatedEvent));
        far.EventStream.Subscribe(farEvents.Ref, typeof(DisassociatedEvent));
        for (var round = 0; round < 5; round++)
        {
            await AwaitAnswer(Sys, echo, new Note($"round {round}"));
            relay.Cut();
            Assert.Equal(AddressOf(far), nearEvents.ExpectMsg<DisassociatedEvent>(Patience).RemoteAddress);
            Assert.Equal(AddressOf(Sys), farEvents.ExpectMsg<DisassociatedEvent>(Patience).RemoteAddress);
        }
        await AwaitAnswer(Sys, echo, new Note("still there"));
    }

    [Fact]
    public async Task A_system_that_comes_up_later_is_reached()
    {
        var port = TcpRelay.FreePort();
        var target = RefIn(Sys, $"akka.tcp://far@127.0.0.1:{port}/user/echo");
        var events = CreateTestProbe();
        Sys.EventStream.Subscribe(events.Ref, typeof(AssociationErrorEvent));
        target.Tell(new Note("too early"), ActorRefs.NoSender);
        var error = events.ExpectMsg<AssociationErrorEvent>(Patience);
        Assert.Equal(port, error.RemoteAddress.Port);
        Assert.NotNull(error.Cause);
        StartOther(port: port).ActorOf(EchoActor.Props, "echo");
        await AwaitAnswer(Sys, target, new Note("in time"));
    }

    [Fact]
    public async Task A_restarted_system_at_the_same_address_is_reached_under_the_same_ref()
    {
        var port = TcpRelay.FreePort();
        var target = RefIn(Sys, $"akka.tcp://far@127.0.0.1:{port}/user/echo");
        for (var life = 0; life < 3; life++)
        {
            var far = StartOther(port: port);
            far.ActorOf(EchoActor.Props, "echo");
            await AwaitAnswer(Sys, target, new Note($"life {life}"));
            await far.Terminate();
        }
    }

    [Fact]
    public async Task Both_sides_may_dial_at_the_same_time()
    {
        for (var round = 0; round < 10; round++)
        {
            var far = StartOther();
            var third = StartOther();
            var one = far.ActorOf(EchoActor.Props, "echo");
            var two = third.ActorOf(EchoActor.Props, "echo");
            await Task.WhenAll(
                Task.Run(() => AwaitAnswer(far, Across(far, third, two), new Note("one way"))),
                Task.Run(() => AwaitAnswer(third, Across(third, far, one), new Note("the other way"))));
        }
    }

    [Fact]
    public void Sends_to_a_host_that_does_not_answer_block_nobody()
    {
        // A backlog that is full leaves the dialler without any answer, as a dead host would.
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen(0);
        var port = ((IPEndPoint)silent.LocalEndPoint!).Port;
        var target = RefIn(Sys, $"akka.tcp://far@127.0.0.1:{port}/user/echo");
        var probe = CreateTestProbe();
        var talker = Sys.ActorOf(Props.Create(() => new Talker(target)));
        talker.Tell("go", probe.Ref);
        probe.ExpectMsg("done", Patience);
    }

    [Fact]
    public void What_cannot_be_sent_while_the_gate_is_closed_goes_to_dead_letters()
    {
        var closed = TcpRelay.FreePort();
        var near = StartOther("akka.remote.retry-gate-closed-for = 60s");
        var events = CreateTestProbe(near);
        var target = RefIn(near, $"akka.tcp://far@127.0.0.1:{closed}/user/echo");
        near.EventStream.Subscribe(events.Ref, typeof(AssociationErrorEvent));
        target.Tell(new Note("dials"), ActorRefs.NoSender);
        events.ExpectMsg<AssociationErrorEvent>(Patience);
        near.EventStream.Subscribe(events.Ref, typeof(DeadLetter));
        AwaitAssert(
            () =>
            {
                target.Tell(new Note("gated"), ActorRefs.NoSender);
                events.FishForMessage<DeadLetter>(letter => Equals(letter.Message, new Note("gated")), TimeSpan.FromSeconds(1));
            },
            Patience);
    }

    private sealed class Talker : ReceiveActor
    {
        public Talker(IActorRef target) => ReceiveAny(_ =>
        {
            for (var i = 0; i < 20_000; i++) target.Tell(new Note("is anybody there?"), Self);
            Sender.Tell("done", Self);
        });
    }
}
