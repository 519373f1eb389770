namespace Akka.Actor;

/// <summary>Life-cycle messages. They overtake ordinary ones and are handled by an actor that is suspended, too.</summary>
internal abstract record SystemMessage
{
    /// <summary>The link of the mailbox's list; a message is therefore sent once.</summary>
    internal SystemMessage Next;

    /// <summary>The first message of an actor: construct yourself.</summary>
    public sealed record Create : SystemMessage;
    public sealed record Terminate : SystemMessage;
    public sealed record Suspend : SystemMessage;
    public sealed record Resume : SystemMessage;
    public sealed record Recreate(Exception Cause) : SystemMessage;
    public sealed record Watch(InternalActorRef Watcher) : SystemMessage;
    public sealed record Unwatch(InternalActorRef Watcher) : SystemMessage;

    /// <summary>From a child to its parent.</summary>
    public sealed record Failed(InternalActorRef Child, Exception Cause) : SystemMessage;

    /// <summary>From an actor that has stopped to its parent and to its watchers.</summary>
    public sealed record DeathWatchNotification(InternalActorRef Actor, bool ExistenceConfirmed) : SystemMessage;

    /// <summary>What follows an await in a handler, to be run on the actor's turn.</summary>
    public sealed record Continuation(SendOrPostCallback Callback, object State) : SystemMessage;

    /// <summary>The task of an asynchronous handler has ended.</summary>
    public sealed record HandlerCompleted(Task Task) : SystemMessage;
}
