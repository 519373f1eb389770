namespace Akka.Event;

/// <summary>Who writes the log: standard output while the system comes and goes, the actors named in `akka.loggers` in between.</summary>
internal sealed class Loggers : IDisposable
{
    private static readonly Type[] EventsByLevel = [typeof(Debug), typeof(Info), typeof(Warning), typeof(Error)];

    private readonly ActorSystemImpl _system;
    private readonly LogLevel _level;
    private readonly LogLevel _stdoutLevel;
    private readonly List<IActorRef> _actors = [];
    private readonly StandardOutput _output;

    public Loggers(ActorSystemImpl system)
    {
        _system = system;
        _output = new StandardOutput(system);
        _level = Logging.LevelIn(system.Settings.Config, "akka.loglevel");
        _stdoutLevel = Logging.LevelIn(system.Settings.Config, "akka.stdout-loglevel");
        system.EventStream.SetLogLevel(_stdoutLevel < _level ? _stdoutLevel : _level);
        Subscribe(_output, _stdoutLevel);
    }

    public void Start()
    {
        foreach (var name in _system.Settings.Config.GetStringList("akka.loggers")) Add(name);
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

    private void Add(string name)
    {
        var type = TypeLookup.Find(name)
            ?? throw new ConfigurationException($"akka.loggers: '{name}' names no type; write \"Namespace.Type, Assembly\"");
        var logger = _system.SystemActorOf(Props.Create(type).WithDispatcher(Dispatchers.InternalId), $"log{_actors.Count + 1}-{type.Name}");
        var limit = _system.Settings.Config.GetTimeSpan("akka.logger-startup-timeout");
        try
        {
            if (logger.Ask<object>(new InitializeLogger(_system.EventStream), limit).GetAwaiter().GetResult() is not LoggerInitialized)
                Warn($"logger {name} did not answer LoggerInitialized");
        }
        catch (AskTimeoutException)
        {
            Warn($"logger {name} did not start within {limit}");
        }
        Subscribe(logger, _level);
        _actors.Add(logger);
    }

    private void Warn(string text) => _system.EventStream.Publish(new Warning(nameof(Loggers), GetType(), text));

    private void Subscribe(IActorRef logger, LogLevel level)
    {
        foreach (var type in EventsByLevel.Skip((int)level)) _system.EventStream.Subscribe(logger, type);
    }
}

/// <summary>Writes as it is told: there may be no actor yet, or no more.</summary>
internal sealed class StandardOutput(ActorSystemImpl system) : InternalActorRef
{
    public override ActorPath Path { get; } = new RootActorPath(new Address("akka", "all-systems"), "StandardOutLogger");
    public override ActorSystemImpl System => system;

    public override void Tell(object message, IActorRef sender) => Console.Out.WriteLine(message);
}

/// <summary>The logger for those who name no other: standard output.</summary>
public class DefaultLogger : ActorBase
{
    protected override bool Receive(object message)
    {
        if (message is InitializeLogger) Sender.Tell(new LoggerInitialized());
        else if (message is LogEvent logEvent) Print(logEvent);
        else return false;
        return true;
    }

    protected virtual void Print(LogEvent logEvent) => Console.Out.WriteLine(logEvent);
}
