using Akka.Actor;
using Akka.Remote;
using Xunit.Abstractions;

namespace Engine.Tests.Remote;

public sealed class Listening(ITestOutputHelper output) : RemoteSpec(output)
{
    [Fact]
    public void Port_0_picks_a_free_port_which_the_address_tells()
    {
        var address = AddressOf(Sys);
        Assert.Equal("akka.tcp", address.Protocol);
        Assert.Equal("near", address.System);
        Assert.Equal("127.0.0.1", address.Host);
        Assert.InRange(address.Port!.Value, 1, 65535);
        Assert.NotEqual(address.Port, AddressOf(StartOther()).Port);
    }

    [Fact]
    public async Task A_system_is_known_by_its_public_hostname_and_port()
    {
        using var relay = new TcpRelay();
        var port = TcpRelay.FreePort();
        relay.To(port);
        var far = StartOther($"akka.remote.dot-netty.tcp {{ public-hostname = localhost, public-port = {relay.Port} }}", port);
        var echo = far.ActorOf(EchoActor.Props, "echo");
        Assert.Equal($"akka.tcp://far@localhost:{relay.Port}", AddressOf(far).ToString());
        await AwaitAnswer(Sys, Across(Sys, far, echo), new Note("in public"));
        Assert.Equal(1, relay.Accepted);
    }

    [Fact]
    public void A_port_in_use_is_an_error_of_the_systems_creation()
    {
        Assert.ThrowsAny<Exception>(() => StartOther(port: AddressOf(Sys).Port!.Value));
    }

    [Fact]
    public void Answers_travel_on_the_connection_that_the_asker_opened()
    {
        // Nothing listens where the asker says that it is: no connection can be made to it.
        var far = StartOther();
        var asker = StartOther($"akka.remote.dot-netty.tcp.public-port = {TcpRelay.FreePort()}");
        var events = CreateTestProbe(far);
        far.EventStream.Subscribe(events.Ref, typeof(AssociatedEvent));
        var probe = CreateTestProbe(asker);
        Across(asker, far, far.ActorOf(EchoActor.Props, "echo")).Tell(new Note("from behind a wall"), probe.Ref);
        probe.ExpectMsg(new Note("from behind a wall"), Patience);
        var associated = events.ExpectMsg<AssociatedEvent>(Patience);
        Assert.True(associated.IsInbound);
        Assert.Equal(AddressOf(asker), associated.RemoteAddress);
        Assert.Equal(AddressOf(far), associated.LocalAddress);
    }
}
