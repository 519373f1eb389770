namespace Akka.Actor;

public abstract class ActorBase
{
    protected ActorBase()
    {
        Cell = ActorCell.Current
            ?? throw new ActorInitializationException($"{GetType().Name} was made with new; actors are made with ActorOf(Props.Create(...))");
        Cell.Adopt(this);
    }

    protected IActorRef Self => Cell.Self;
    protected IActorRef Sender => Cell.Sender;
    internal ActorCell Cell { get; }

    protected abstract bool Receive(object message);

    /// <summary>What to do with a message that no handler took: it is published on the event stream.</summary>
    protected virtual void Unhandled(object message) => Cell.Unhandled(message);

    /// <summary>Called when the actor is started, and by PostRestart.</summary>
    protected virtual void PreStart() { }

    /// <summary>Called on the failed instance; stops the children and calls PostStop unless overridden.</summary>
    protected virtual void PreRestart(Exception reason, object message)
    {
        Cell.StopChildrenForRestart();
        PostStop();
    }

    /// <summary>Called on the new instance; calls PreStart unless overridden.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();

    protected virtual void PostStop() { }

    protected virtual SupervisorStrategy SupervisorStrategy() => Actor.SupervisorStrategy.DefaultStrategy;

    internal virtual Receive InitialReceive() => Receive;

    // The cell's way to what only actors see.
    internal void CallUnhandled(object message) => Unhandled(message);
    internal void CallPreStart() => PreStart();
    internal void CallPreRestart(Exception reason, object message) => PreRestart(reason, message);
    internal void CallPostRestart(Exception reason) => PostRestart(reason);
    internal void CallPostStop() => PostStop();
    internal SupervisorStrategy CallSupervisorStrategy() => SupervisorStrategy();
}

public abstract class UntypedActor : ActorBase
{
    protected static IUntypedActorContext Context => ActorCell.Current
        ?? throw new NotSupportedException("there is no actor context here: it exists within handlers only, on the actor's own turn; capture what you need before a callback");

    protected sealed override bool Receive(object message)
    {
        OnReceive(message);
        return true;
    }

    protected abstract void OnReceive(object message);

    protected void Become(UntypedReceive receive) => Cell.Become(Always(receive));

    protected void BecomeStacked(UntypedReceive receive) => Cell.BecomeStacked(Always(receive));

    private static Receive Always(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };
}
