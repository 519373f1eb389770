using Akka.Event;
using Akka.TestKit.Xunit2;

namespace Engine.Tests.Events;

public sealed class EventStreams : TestKit
{
    [Fact]
    public void A_subscriber_of_a_type_gets_its_subtypes_until_it_unsubscribes()
    {
        var probe = CreateTestProbe();
        Assert.True(Sys.EventStream.Subscribe(probe.Ref, typeof(Happening)));
        Assert.False(Sys.EventStream.Subscribe(probe.Ref, typeof(Happening)));
        Sys.EventStream.Publish(new Small("a"));
        Sys.EventStream.Publish("no happening");
        Sys.EventStream.Publish(new Small("b"));
        probe.ExpectMsg(new Small("a"));
        probe.ExpectMsg(new Small("b"));
        Assert.True(Sys.EventStream.Unsubscribe(probe.Ref, typeof(Happening)));
        Assert.False(Sys.EventStream.Unsubscribe(probe.Ref));
        Sys.EventStream.Publish(new Small("c"));
        probe.ExpectNoMsg(50);
    }

    private abstract record Happening;

    private sealed record Small(string Name) : Happening;
}
