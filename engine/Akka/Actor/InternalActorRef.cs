namespace Akka.Actor;

/// <summary>What every ref of the engine is beneath IActorRef. A ref in another system derives from it in Akka.Remote.</summary>
internal abstract class InternalActorRef : IActorRef
{
    public abstract ActorPath Path { get; }

    /// <summary>The system that made this ref, also for a ref of an actor elsewhere.</summary>
    public abstract ActorSystemImpl System { get; }

    public abstract void Tell(object message, IActorRef sender);

    /// <summary>Does the actor live in this process's system?</summary>
    public virtual bool IsLocal => true;

    public virtual InternalActorRef Parent => null;

    /// <summary>The live child of that name, or null.</summary>
    public virtual InternalActorRef Child(string name) => null;

    public virtual IEnumerable<InternalActorRef> Children => [];

    /// <summary>Life-cycle messages (stop, watch, failure). Whoever watches a ref that is no actor hears at once that nobody lives there.</summary>
    public virtual void SendSystemMessage(SystemMessage message)
    {
        if (message is SystemMessage.Watch watch) watch.Watcher.SendSystemMessage(new SystemMessage.DeathWatchNotification(this, false));
    }

    public void Stop() => SendSystemMessage(new SystemMessage.Terminate());

    public virtual bool Equals(IActorRef other)
    {
        var that = Of(other);
        return ReferenceEquals(this, that) || (that is not null && Path.Uid == that.Path.Uid && Path.Equals(that.Path));
    }

    public override bool Equals(object obj) => Equals(obj as IActorRef);
    public override int GetHashCode() => HashCode.Combine(Path.Uid, Path);
    public override string ToString() => $"[{Path.ToStringWithUid()}]";

    /// <summary>The engine's own ref behind a public one; null for Nobody and for null.</summary>
    internal static InternalActorRef Of(IActorRef actorRef) => actorRef switch
    {
        InternalActorRef own => own,
        IWrapsActorRef wrapper => Of(wrapper.Wrapped),
        _ => null,
    };
}

/// <summary>A public type that stands for an actor without being its ref: a test probe.</summary>
internal interface IWrapsActorRef
{
    IActorRef Wrapped { get; }
}
