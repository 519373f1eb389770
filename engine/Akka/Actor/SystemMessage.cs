namespace Akka.Actor;

/// <summary>Life-cycle messages. They overtake ordinary ones and are handled by an actor that is suspended, too.</summary>
internal abstract class SystemMessage
{
    /// <summary>The link of the mailbox's list; a message is therefore sent once.</summary>
    internal SystemMessage Next;

    /// <summary>The first message of an actor: construct yourself.</summary>
    public sealed class Create : SystemMessage;

    public sealed class Terminate : SystemMessage;

    public sealed class Suspend : SystemMessage;

    public sealed class Resume : SystemMessage;

    public sealed class Recreate(Exception cause) : SystemMessage
    {
        public Exception Cause => cause;
    }

    public sealed class Watch(InternalActorRef watcher) : SystemMessage
    {
        public InternalActorRef Watcher => watcher;
    }

    public sealed class Unwatch(InternalActorRef watcher) : SystemMessage
    {
        public InternalActorRef Watcher => watcher;
    }

    /// <summary>From a child to its parent.</summary>
    public sealed class Failed(InternalActorRef child, Exception cause) : SystemMessage
    {
        public InternalActorRef Child => child;

        public Exception Cause => cause;
    }

    /// <summary>From an actor that has stopped to its parent and to its watchers.</summary>
    public sealed class DeathWatchNotification(InternalActorRef actor, bool existenceConfirmed) : SystemMessage
    {
        public InternalActorRef Actor => actor;

        public bool ExistenceConfirmed => existenceConfirmed;
    }

    /// <summary>What follows an await in a handler, to be run on the actor's turn.</summary>
    public sealed class Continuation(SendOrPostCallback callback, object state) : SystemMessage
    {
        public void Run() => callback(state);
    }

    /// <summary>The task of an asynchronous handler has ended.</summary>
    public sealed class HandlerCompleted(Task task) : SystemMessage
    {
        public Task Task => task;
    }
}
