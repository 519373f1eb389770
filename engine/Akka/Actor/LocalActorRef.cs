namespace Akka.Actor;

/// <summary>The ref of an actor of this system.</summary>
internal sealed class LocalActorRef : InternalActorRef
{
    private volatile bool _stopping;

    public LocalActorRef(ActorSystemImpl system, Props props, InternalActorRef parent, ActorPath path)
    {
        Path = path;
        Cell = new ActorCell(system, this, props, parent);
    }

    public ActorCell Cell { get; }
    public override ActorPath Path { get; }
    public override ActorSystemImpl System => Cell.SystemImpl;
    public override InternalActorRef Parent => Cell.ParentRef;
    public override IEnumerable<InternalActorRef> Children => Cell.Children();

    /// <summary>Has it been told to stop?</summary>
    public bool IsStopping => _stopping;

    public void Start() => Cell.Mailbox.PostSystem(new SystemMessage.Create());

    public override void Tell(object message, IActorRef sender)
    {
        if (message is null) throw new InvalidMessageException("a message cannot be null");
        Cell.Mailbox.Post(message, sender);
    }

    public override InternalActorRef Child(string name) => Cell.FindChild(name);

    public override void SendSystemMessage(SystemMessage message)
    {
        if (message is SystemMessage.Terminate) _stopping = true;
        Cell.Mailbox.PostSystem(message);
    }

    public override bool Equals(IActorRef other) => ReferenceEquals(this, other) || base.Equals(other);
}

/// <summary>The ref of an address where nobody lives: what it is told is a dead letter.</summary>
internal class EmptyActorRef(ActorSystemImpl system, ActorPath path) : InternalActorRef
{
    public override ActorPath Path => path;
    public override ActorSystemImpl System => system;

    public override void Tell(object message, IActorRef sender) => system.ToDeadLetters(message, sender, this);
}

/// <summary>/deadLetters itself.</summary>
internal sealed class DeadLetterActorRef(ActorSystemImpl system, ActorPath path) : EmptyActorRef(system, path)
{
    public override void Tell(object message, IActorRef sender)
    {
        if (message is AllDeadLetters letter) System.EventStream.Publish(letter);
        else base.Tell(message, sender);
    }
}
