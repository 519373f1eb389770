using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

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

    [Fact]
    public async Task Who_connects_and_says_nothing_is_no_warning_and_who_says_something_else_is_one()
    {
        var system = OwnSystems.Start("victim", "akka.loglevel = DEBUG");
        var lines = new BlockingCollection<LogEvent>();
        var log = system.ActorOf(Props.Create(() => new Log(lines)));
        system.EventStream.Subscribe(log, typeof(LogEvent));
        Knock(system, []);
        Assert.Equal(LogLevel.DebugLevel, TurnedAway(lines).LogLevel());
        Knock(system, "GET / HTTP/1.1\r\n\r\n"u8);
        Assert.Equal(LogLevel.WarningLevel, TurnedAway(lines).LogLevel());
        await system.Terminate();
    }

    private static void Knock(ActorSystem system, ReadOnlySpan<byte> bytes)
    {
        using var stranger = new WireClient(OwnSystems.AddressOf(system));
        if (!bytes.IsEmpty) stranger.Send(bytes);
        stranger.FinishAndAwaitClose();
    }

    private static LogEvent TurnedAway(BlockingCollection<LogEvent> lines)
    {
        while (lines.TryTake(out var line, TimeSpan.FromSeconds(20)))
        {
            if (line.Message?.ToString()?.Contains("before its handshake", StringComparison.Ordinal) == true) return line;
        }
        throw new TimeoutException("nothing is said of a connection that was turned away");
    }

    private sealed class Log : ReceiveActor
    {
        public Log(BlockingCollection<LogEvent> lines) => Receive<LogEvent>(lines.Add);
    }

    private static ActorSystem Start(string tcp) => ActorSystem.Create("second", ConfigurationFactory.ParseString(
        $$"""
        akka { loglevel = OFF, stdout-loglevel = OFF, actor.provider = remote }
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", {{tcp}} }
        """));
}
