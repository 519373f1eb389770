using Akka.Actor;

namespace PbKv.Remoting.Tests;

public sealed class Addresses : RemotingSpec
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("localhost", "localhost")]
    [InlineData("[::1]", "[::1]")]
    [InlineData("::1", "[::1]")]
    public async Task Port_0_picks_a_free_one_and_the_address_can_be_reached(string host, string told)
    {
        var near = Start(Sockets, name: "near", host: host);
        var far = Start(Sockets, host: host);
        Assert.Equal("akka.tcp", AddressOf(far).Protocol);
        Assert.Equal(told, AddressOf(far).Host);
        Assert.InRange(AddressOf(far).Port!.Value, 1, 65535);
        Assert.NotEqual(AddressOf(near).Port, AddressOf(far).Port);
        var echo = Across(near, far, far.ActorOf(EchoActor.Props, "echo"));
        for (var i = 0; i < 50; i++)
            Assert.Equal($"{i}", await echo.Ask<string>($"{i}", Await.Patience));
        Assert.Equal(
            AddressOf(far),
            (await echo.Ask<ActorIdentity>(new Identify(1), Await.Patience)).Subject.Path.Address
        );
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("localhost")]
    public async Task A_peer_is_gone_and_comes_again_at_any_kind_of_address(string host)
    {
        var near = Start(Sockets, name: "near", host: host);
        var far = Start(Sockets, host: host);
        var port = AddressOf(far).Port!.Value;
        var echo = Across(near, far, far.ActorOf(EchoActor.Props, "echo"));
        await AwaitAnswer(echo, "first");
        await far.Terminate();
        var again = Start(Sockets, host: host, port: port);
        again.ActorOf(EchoActor.Props, "echo");
        await AwaitAnswer(RefIn(near, $"{AddressOf(again)}/user/echo"), "second");
    }

    [Theory]
    [InlineData(Sockets)]
    [InlineData(DotNetty)]
    public async Task A_system_is_known_by_its_public_hostname_and_port(string via)
    {
        using var relay = new Relay { Target = Relay.FreePort() };
        var near = Start(via, name: "near");
        var far = Start(via, $"@ {{ public-hostname = localhost, public-port = {relay.Port} }}", port: relay.Target);
        Assert.Equal($"akka.tcp://far@localhost:{relay.Port}", AddressOf(far).ToString());
        await AwaitAnswer(Across(near, far, far.ActorOf(EchoActor.Props, "echo")), "in public");
        Assert.Equal(1, relay.Accepted);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("")]
    public async Task Every_interface_is_told_as_something_else(string host)
    {
        var near = Start(Sockets, name: "near");
        var far = Start(Sockets, "@.public-hostname = localhost", host: host);
        Assert.Equal("localhost", AddressOf(far).Host);
        await AwaitAnswer(Across(near, far, far.ActorOf(EchoActor.Props, "echo")), "by name");
    }

    [Fact]
    public void A_port_in_use_is_an_error_of_the_systems_creation()
    {
        var port = AddressOf(Start(Sockets)).Port!.Value;
        Assert.ThrowsAny<Exception>(() => Start(Sockets, port: port));
    }

    [Theory]
    [InlineData("@.port = 70000")]
    [InlineData("@.maximum-frame-size = 10b")]
    [InlineData("@.send-buffer-limit = 0b")]
    [InlineData("@.stalled-after = 0s")]
    [InlineData("@.backlog = 0")]
    [InlineData("@.hostname = no.such.host.invalid")]
    public void A_setting_that_makes_no_sense_is_an_error_that_names_it(string setting)
    {
        var failure = Assert.ThrowsAny<Exception>(() => Start(Sockets, setting));
        var named = setting.Split(' ')[0].Replace("@", "akka.remote.sockets", StringComparison.Ordinal);
        Assert.Contains(named, failure.ToString(), StringComparison.Ordinal);
    }
}
