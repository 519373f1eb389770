namespace Akka.Actor;

public abstract class AkkaException(string message, Exception cause = null) : Exception(message, cause);

/// <summary>A constructor or PreStart threw; the default decider stops such an actor.</summary>
public class ActorInitializationException : AkkaException
{
    public ActorInitializationException(string message) : base(message) { }

    public ActorInitializationException(IActorRef actor, string message, Exception cause = null) : base(message, cause) => Actor = actor;

    public IActorRef Actor { get; set; }

    public override string ToString() => Actor is null ? base.ToString() : $"{Actor}: {base.ToString()}";
}

public class PostRestartException(IActorRef actor, Exception cause, Exception originalCause)
    : ActorInitializationException(actor, $"{actor}: the restart after {originalCause.GetType().Name} failed: {cause.Message}", cause);

public class ActorKilledException(string message) : AkkaException(message);
public class ActorNotFoundException(string message, Exception innerException = null) : AkkaException(message, innerException);

/// <summary>An answer did not come in time.</summary>
public class AskTimeoutException(string message) : AkkaException(message);

/// <summary>An actor that it watches has stopped, and the watcher has no handler for Terminated.</summary>
public class DeathPactException(IActorRef deadActor)
    : AkkaException($"nobody handled the end of {deadActor}; handle Terminated, or do not watch");

public class IllegalActorStateException(string message) : AkkaException(message);
public class InvalidActorNameException(string message) : AkkaException(message);
public class InvalidMessageException(string message) : AkkaException(message);
