using Akka.Actor;
using Akka.Configuration;

namespace Engine.Own.Tests.Remote;

public sealed class Refusals
{
    [Fact]
    public async Task A_port_that_is_taken_is_an_error_that_names_it_and_can_be_tried_again()
    {
        var first = OwnSystems.Start("first");
        var port = ((ExtendedActorSystem)first).Provider.DefaultAddress.Port;
        var failure = Assert.Throws<ConfigurationException>(() => Start($"port = {port}"));
        Assert.Contains($":{port}", failure.Message, StringComparison.Ordinal);
        await first.Terminate();
        await Start($"port = {port}").Terminate();
    }

    [Fact]
    public void A_frame_limit_below_what_a_frame_needs_is_an_error_that_names_the_setting()
    {
        var failure = Assert.Throws<ConfigurationException>(() => Start("maximum-frame-size = 100b"));
        Assert.Contains("maximum-frame-size is 100 bytes", failure.Message, StringComparison.Ordinal);
    }

    private static ActorSystem Start(string tcp) => ActorSystem.Create("second", ConfigurationFactory.ParseString(
        $$"""
        akka { loglevel = OFF, stdout-loglevel = OFF, actor.provider = remote }
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", {{tcp}} }
        """));
}
