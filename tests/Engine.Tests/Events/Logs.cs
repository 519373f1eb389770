using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit.Xunit2;

namespace Engine.Tests.Events;

public sealed class Logs : TestKit
{
    [Fact]
    public async Task The_loggers_that_are_named_get_the_lines_of_their_level_and_above()
    {
        var system = Create("levels", "akka.loglevel = WARNING");
        system.Log.Info("too low");
        system.Log.Warning("warned {0} of {1}", 1, "two");
        system.Log.Error(new InvalidDataException("the cause"), "failed {0}", "badly");
        var log = Logging.GetLogger(system, "levels");
        Assert.False(log.IsInfoEnabled);
        Assert.True(log.IsWarningEnabled);
        var warning = await Line(system, e => e is Warning && Text(e) == "warned 1 of two");
        Assert.Equal(LogLevel.WarningLevel, warning.LogLevel());
        var error = await Line(system, e => e is Error && Text(e) == "failed badly");
        Assert.Equal("the cause", error.Cause.Message);
        Assert.DoesNotContain(KeepingLogger.Lines(system), e => Text(e) == "too low");
        await system.Terminate();
    }

    [Fact]
    public async Task An_actors_lines_name_the_actor()
    {
        var system = Create("sources", "akka.loglevel = INFO");
        system.ActorOf(Props.Create(() => new Talker()), "talker").Tell("a word", ActorRefs.NoSender);
        var line = await Line(system, e => Text(e) == "heard a word");
        Assert.Contains("/user/talker", line.LogSource, StringComparison.Ordinal);
        await system.Terminate();
    }

    [Fact]
    public async Task Dead_letters_are_logged_as_often_as_the_setting_says()
    {
        var system = Create("letters", "akka.loglevel = INFO, akka.log-dead-letters = 2");
        void Lose() => system.ActorSelection("/user/nobody").Tell("lost", ActorRefs.NoSender);
        await Line(system, e => Text(e).Contains("[2] dead letters", StringComparison.Ordinal), Lose);
        for (var i = 0; i < 10; i++) Lose();
        await system.Terminate();
        Assert.DoesNotContain(KeepingLogger.Lines(system), e => Text(e).Contains("[3] dead letters", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lines_written_in_braces_without_arguments_stay_as_they_are()
    {
        var system = Create("braces", "akka.loglevel = INFO");
        system.Log.Info("a {b} c");
        await Line(system, e => Text(e) == "a {b} c");
        await system.Terminate();
    }

    private async Task<LogEvent> Line(ActorSystem system, Predicate<LogEvent> wanted, Action? whileWaiting = null)
    {
        LogEvent? line = null;
        await AwaitAssertAsync(() =>
        {
            whileWaiting?.Invoke();
            line = KeepingLogger.Lines(system).FirstOrDefault(e => wanted(e));
            Assert.True(line is not null, $"the line did not come; there are: {string.Join(" | ", KeepingLogger.Lines(system).Select(e => e.Message))}");
        }, TimeSpan.FromSeconds(10));
        return line!;
    }

    private static string Text(LogEvent e) => e.Message.ToString()!;

    private static ActorSystem Create(string name, string config) => ActorSystem.Create(
        $"{name}-{Guid.NewGuid():N}",
        ConfigurationFactory.ParseString(config).WithFallback(ConfigurationFactory.ParseString(
            "akka.stdout-loglevel = OFF\nakka.loggers = [\"Engine.Tests.Events.KeepingLogger, Engine.Tests\"]")));

    private sealed class Talker : ReceiveActor
    {
        public Talker() => Receive<string>(m => Context.GetLogger().Info("heard {0}", m));
    }
}

/// <summary>Keeps the lines of each system for its test.</summary>
public sealed class KeepingLogger : ReceiveActor
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<LogEvent>> Kept = new(StringComparer.Ordinal);

    public KeepingLogger()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(Of(Context.System).Enqueue);
    }

    public static IEnumerable<LogEvent> Lines(ActorSystem system) => Of(system);

    private static ConcurrentQueue<LogEvent> Of(ActorSystem system) => Kept.GetOrAdd(system.Name, _ => new ConcurrentQueue<LogEvent>());
}
