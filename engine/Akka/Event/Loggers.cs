using Akka.Actor;
using Akka.Configuration;

namespace Akka.Event;

/// <summary>Who writes the log: standard output while the system comes and goes, the actors named in `akka.loggers` in between.</summary>
internal sealed class Loggers : IDisposable
{
    private static readonly (LogLevel Level, Type Event)[] Levels =
    [
        (LogLevel.DebugLevel, typeof(Debug)),
        (LogLevel.InfoLevel, typeof(Info)),
        (LogLevel.WarningLevel, typeof(Warning)),
        (LogLevel.ErrorLevel, typeof(Error)),
    ];

    private readonly ActorSystemImpl _system;
    private readonly LogLevel _level;
    private readonly LogLevel _stdoutLevel;
    private readonly List<IActorRef> _actors = [];
    private readonly StandardOutput _output;

    public Loggers(ActorSystemImpl system)
    {
        _system = system;
        _output = new StandardOutput(system);
        _level = Logging.LogLevelOf(system.Settings.LogLevel, "akka.loglevel");
        _stdoutLevel = Logging.LogLevelOf(system.Settings.StdoutLogLevel, "akka.stdout-loglevel");
        system.EventStream.SetLogLevel(_stdoutLevel < _level ? _stdoutLevel : _level);
        Subscribe(_output, _stdoutLevel);
    }

    public void Start()
    {
        var number = 0;
        foreach (var name in _system.Settings.Loggers) Add(name, ++number);
        if (_actors.Count > 0) _system.EventStream.Unsubscribe(_output);
        _system.EventStream.SetLogLevel(_level);
    }

    /// <summary>Standard output takes over; lines that are on their way to the loggers are still written by them.</summary>
    public void Stop()
    {
        Subscribe(_output, _stdoutLevel);
        foreach (var logger in _actors) _system.EventStream.Unsubscribe(logger);
    }

    public void Dispose() => _system.EventStream.Unsubscribe(_output);

    private void Add(string name, int number)
    {
        var type = TypeLookup.Find(name)
            ?? throw new ConfigurationException($"akka.loggers: '{name}' names no type; write \"Namespace.Type, Assembly\"");
        var logger = _system.SystemActorOf(Props.Create(type).WithDispatcher("akka.actor.internal-dispatcher"), $"log{number}-{type.Name}");
        var answer = logger.Ask<object>(new InitializeLogger(_system.EventStream), _system.Settings.LoggerStartTimeout);
        try
        {
            if (answer.GetAwaiter().GetResult() is not LoggerInitialized)
                _system.EventStream.Publish(new Warning(nameof(Loggers), GetType(), $"logger {name} did not answer LoggerInitialized"));
        }
        catch (AskTimeoutException)
        {
            _system.EventStream.Publish(new Warning(nameof(Loggers), GetType(), $"logger {name} did not start within {_system.Settings.LoggerStartTimeout}"));
        }
        Subscribe(logger, _level);
        _actors.Add(logger);
    }

    private void Subscribe(IActorRef logger, LogLevel level)
    {
        foreach (var (eventLevel, type) in Levels)
        {
            if (eventLevel >= level) _system.EventStream.Subscribe(logger, type);
        }
    }
}

/// <summary>Writes as it is told: there may be no actor yet, or no more.</summary>
internal sealed class StandardOutput(ActorSystemImpl system) : InternalActorRef
{
    private static readonly ActorPath OutputPath = new RootActorPath(new Address("akka", "all-systems"), "/StandardOutLogger");

    public override ActorPath Path => OutputPath;

    public override ActorSystemImpl System => system;

    public override void Tell(object message, IActorRef sender) => Console.Out.WriteLine(message);
}

/// <summary>The logger for those who name no other: standard output.</summary>
public class DefaultLogger : ActorBase
{
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                return true;
            case LogEvent logEvent:
                Print(logEvent);
                return true;
            default:
                return false;
        }
    }

    protected virtual void Print(LogEvent logEvent) => Console.Out.WriteLine(logEvent);
}

/// <summary>Logs dead letters, as many as `akka.log-dead-letters` says.</summary>
internal sealed class DeadLetterListener : ActorBase
{
    private readonly ActorSystemImpl _system;
    private int _count;

    public DeadLetterListener(ActorSystemImpl system) => _system = system;

    /// <summary>Subscribed before it runs: what is lost in the first moment counts too.</summary>
    public static void Start(ActorSystemImpl system)
    {
        var listener = system.SystemActorOf(Props.Create(() => new DeadLetterListener(system)), "deadLetterListener");
        foreach (var type in new[] { typeof(DeadLetter), typeof(Dropped), typeof(UnhandledMessage) }) system.EventStream.Subscribe(listener, type);
    }

    protected override bool Receive(object message)
    {
        if (message is not AllDeadLetters letter) return false;
        if (_system.IsTerminating && !_system.Settings.LogDeadLettersDuringShutdown) return true;
        if (++_count > _system.Settings.LogDeadLetters) return true;
        var fate = letter switch
        {
            UnhandledMessage => "was unhandled",
            Dropped dropped => $"was dropped: {dropped.Reason}",
            _ => "was not delivered",
        };
        var last = _count == _system.Settings.LogDeadLetters ? ", no more will be logged" : "";
        var text = $"Message [{letter.Message.GetType().Name}] from {letter.Sender} to {letter.Recipient} {fate}. [{_count}] dead letters encountered{last}. "
            + "See akka.log-dead-letters and akka.log-dead-letters-during-shutdown.";
        _system.EventStream.Publish(new Info(letter.Recipient?.Path.ToString() ?? "", letter.Recipient?.GetType() ?? typeof(DeadLetterListener), text));
        return true;
    }
}
