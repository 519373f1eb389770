namespace Akka.Actor;

/// <summary>A tree of actors with its threads, its settings and its address.</summary>
public abstract class ActorSystem : IActorRefFactory, IDisposable
{
    private protected ActorSystem() { }

    public abstract Settings Settings { get; }
    public abstract string Name { get; }
    public abstract Serialization.Serialization Serialization { get; }
    public abstract EventStream EventStream { get; }
    public abstract IActorRef DeadLetters { get; }
    public abstract IScheduler Scheduler { get; }
    public abstract ILoggingAdapter Log { get; }

    /// <summary>Completes when the last actor has stopped and everything that the system held is given back.</summary>
    public abstract Task WhenTerminated { get; }

    public static ActorSystem Create(string name) => Create(name, Config.Empty);

    public static ActorSystem Create(string name, Config config)
    {
        if (string.IsNullOrEmpty(name) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || name[0] is '-' or '_')
            throw new ArgumentException($"'{name}' is no name for an actor system; it holds letters, digits, '-' and '_', and begins with a letter or digit", nameof(name));
        var system = new ActorSystemImpl(name, config ?? Config.Empty);
        system.Start();
        return system;
    }

    public abstract IActorRef ActorOf(Props props, string name = null);
    public abstract ActorSelection ActorSelection(ActorPath actorPath);
    public abstract ActorSelection ActorSelection(string actorPath);
    public abstract void Stop(IActorRef actor);

    /// <summary>The code runs when all actors have stopped.</summary>
    public abstract void RegisterOnTermination(Action code);
    public abstract Task Terminate();

    public void Dispose()
    {
        Terminate();
        GC.SuppressFinalize(this);
    }
}

public abstract class ExtendedActorSystem : ActorSystem
{
    private protected ExtendedActorSystem() { }

    public abstract IActorRefProvider Provider { get; }

    public abstract IActorRef SystemActorOf(Props props, string name = null);
}

public class Settings
{
    private static readonly Config Reference = ConfigurationFactory.ParseString("""
        akka {
          loggers = ["Akka.Event.DefaultLogger, Akka"]
          logger-startup-timeout = 5s
          loglevel = INFO
          stdout-loglevel = WARNING
          log-dead-letters = 10
          log-dead-letters-during-shutdown = off
          actor {
            provider = local
            ask-timeout = infinite
            default-dispatcher { type = Dispatcher, throughput = 30 }
            internal-dispatcher { type = Dispatcher, throughput = 5 }
          }
        }
        """);

    internal Settings(Config config)
    {
        Config = config.WithFallback(Reference);
        AskTimeout = Config.GetTimeSpan("akka.actor.ask-timeout");
    }

    public Config Config { get; }
    public TimeSpan AskTimeout { get; }
}
