namespace Akka.Actor;

/// <summary>The ref of an actor of this system.</summary>
internal sealed class LocalActorRef : InternalActorRef
{
    private readonly ActorCell _cell;
    private volatile bool _stopping;

    public LocalActorRef(ActorSystemImpl system, Props props, InternalActorRef parent, ActorPath path)
    {
        Path = path;
        _cell = new ActorCell(system, this, props, parent);
    }

    public override ActorPath Path { get; }

    public override ActorSystemImpl System => _cell.SystemImpl;

    public override InternalActorRef Parent => _cell.ParentRef;

    public override IEnumerable<InternalActorRef> Children => _cell.Children();

    /// <summary>Has it been told to stop?</summary>
    public bool IsStopping => _stopping;

    public ActorCell Cell => _cell;

    public void Start() => _cell.Mailbox.PostSystem(new SystemMessage.Create());

    public override void Tell(object message, IActorRef sender)
    {
        if (message is null) throw new InvalidMessageException("a message cannot be null");
        _cell.Mailbox.Post(message, sender);
    }

    public override InternalActorRef Child(string name) => _cell.FindChild(name);

    public override void SendSystemMessage(SystemMessage message)
    {
        if (message is SystemMessage.Terminate) _stopping = true;
        _cell.Mailbox.PostSystem(message);
    }

    public override bool Equals(IActorRef other) => ReferenceEquals(this, other) || base.Equals(other);
}

/// <summary>The ref of an address where nobody lives: what it is told is a dead letter, and whoever watches it hears at once.</summary>
internal sealed class EmptyActorRef(ActorSystemImpl system, ActorPath path) : InternalActorRef
{
    public override ActorPath Path => path;

    public override ActorSystemImpl System => system;

    public override void Tell(object message, IActorRef sender) => system.ToDeadLetters(message, sender, this);

    public override void SendSystemMessage(SystemMessage message)
    {
        if (message is SystemMessage.Watch watch) watch.Watcher.SendSystemMessage(new SystemMessage.DeathWatchNotification(this, false));
    }
}

/// <summary>/deadLetters itself.</summary>
internal sealed class DeadLetterActorRef(ActorSystemImpl system, ActorPath path) : InternalActorRef
{
    public override ActorPath Path => path;

    public override ActorSystemImpl System => system;

    public override void Tell(object message, IActorRef sender)
    {
        if (message is Event.AllDeadLetters letter) system.EventStream.Publish(letter);
        else system.ToDeadLetters(message, sender, this);
    }

    public override void SendSystemMessage(SystemMessage message)
    {
        if (message is SystemMessage.Watch watch) watch.Watcher.SendSystemMessage(new SystemMessage.DeathWatchNotification(this, false));
    }
}
