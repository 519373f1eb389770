namespace Akka.Actor;

/// <summary>
/// How Akka.Remote joins a system whose `akka.actor.provider` is `remote`. The system finds the type
/// "Akka.Remote.Remoting, Akka.Remote" by reflection, makes one through its constructor, which takes the system, and calls, in this order:
/// Start once, while the system is created (guardians, loggers, serialization and scheduler are up, no user actor exists yet);
/// then the resolving methods from any thread, at any time; Shutdown once, after all user actors have stopped and while system
/// actors, loggers and dispatchers still run.
/// </summary>
internal abstract class RemoteHook
{
    /// <summary>Reads `akka.remote.*` from the system's settings and listens; throws when it cannot, and then holds nothing open.</summary>
    public abstract void Start();

    /// <summary>The address under which other systems reach this one (public host and port). Fixed once Start has returned.</summary>
    public abstract Address DefaultAddress { get; }

    /// <summary>Is this an address of this very system (public or bound)? Paths with such an address, and those without a host, resolve locally.</summary>
    public abstract bool IsOwn(Address address);

    /// <summary>The ref of an actor of another system. Never null, never blocks, and does not connect: the first message does.</summary>
    public abstract InternalActorRef Resolve(ActorPath path);

    /// <summary>Closes every connection and the listener; ends every thread, timer and task of its own before the task completes.</summary>
    public abstract Task Shutdown();
}
