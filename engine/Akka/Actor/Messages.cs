namespace Akka.Actor;

/// <summary>Handled by the engine before the actor sees it, if it sees it.</summary>
internal interface IAutoReceivedMessage;

/// <summary>Stops an actor when its turn in the mailbox comes.</summary>
public sealed class PoisonPill : IAutoReceivedMessage, IDeadLetterSuppression
{
    private PoisonPill() { }

    public static PoisonPill Instance { get; } = new();

    public override string ToString() => "<PoisonPill>";
}

/// <summary>Makes an actor fail with ActorKilledException.</summary>
public sealed class Kill : IAutoReceivedMessage
{
    private Kill() { }

    public static Kill Instance { get; } = new();

    public override string ToString() => "<Kill>";
}

/// <summary>Nothing came for the time that SetReceiveTimeout was given.</summary>
public class ReceiveTimeout
{
    private ReceiveTimeout() { }

    public static ReceiveTimeout Instance { get; } = new();
}

/// <summary>A watched actor has stopped.</summary>
public sealed class Terminated(IActorRef actorRef, bool existenceConfirmed, bool addressTerminated) : IAutoReceivedMessage, IDeadLetterSuppression
{
    public IActorRef ActorRef => actorRef;
    public bool AddressTerminated => addressTerminated;
    public bool ExistenceConfirmed => existenceConfirmed;

    public override string ToString() => $"<Terminated>: {ActorRef} - ExistenceConfirmed={ExistenceConfirmed}";
}

/// <summary>Asks an actor for its ref; the engine answers ActorIdentity in its name. No activity for the receive timeout.</summary>
public sealed class Identify(object messageId) : IAutoReceivedMessage
{
    public object MessageId => messageId;

    public override string ToString() => $"<Identify>: {MessageId}";
}

/// <summary>Subject is null when nobody lives there.</summary>
public sealed class ActorIdentity(object messageId, IActorRef subject)
{
    public object MessageId => messageId;
    public IActorRef Subject => subject;

    public override string ToString() => $"<ActorIdentity>: {Subject} - MessageId={MessageId}";
}

/// <summary>How something that was asked for went.</summary>
public abstract class Status
{
    public sealed class Success(object status) : Status
    {
        public readonly object Status = status;

        public override string ToString() => $"Success: {Status}";
    }

    public sealed class Failure(Exception cause) : Status
    {
        public readonly Exception Cause = cause;

        public override string ToString() => $"Failure: {Cause}";
    }
}
