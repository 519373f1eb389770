namespace Akka.Actor;

public abstract class ActorBase
{
    private readonly ActorCell _cell;

    protected ActorBase()
    {
        _cell = ActorCell.Current
            ?? throw new ActorInitializationException($"{GetType().Name} was made with new; actors are made with ActorOf(Props.Create(...))");
        _cell.Adopt(this);
    }

    protected IActorRef Self => _cell.Self;

    protected IActorRef Sender => _cell.Sender;

    protected static IActorContext Context => CurrentCell;

    internal static ActorCell CurrentCell => ActorCell.Current
        ?? throw new NotSupportedException("there is no actor context here: it exists within handlers only, on the actor's own turn; capture what you need before a callback");

    internal ActorCell Cell => _cell;

    protected abstract bool Receive(object message);

    /// <summary>What to do with a message that no handler took: it is published on the event stream.</summary>
    protected virtual void Unhandled(object message) => _cell.Unhandled(message);

    /// <summary>Called when the actor is started, and by PostRestart.</summary>
    protected virtual void PreStart() { }

    /// <summary>Called on the failed instance; stops the children and calls PostStop unless overridden.</summary>
    protected virtual void PreRestart(Exception reason, object message)
    {
        _cell.StopChildrenForRestart();
        PostStop();
    }

    /// <summary>Called on the new instance; calls PreStart unless overridden.</summary>
    protected virtual void PostRestart(Exception reason) => PreStart();

    protected virtual void PostStop() { }

    protected virtual SupervisorStrategy SupervisorStrategy() => Actor.SupervisorStrategy.DefaultStrategy;

    protected void Become(Receive receive) => _cell.Become(receive);

    protected void BecomeStacked(Receive receive) => _cell.BecomeStacked(receive);

    protected void UnbecomeStacked() => _cell.UnbecomeStacked();

    protected void SetReceiveTimeout(TimeSpan? timeout) => _cell.SetReceiveTimeout(timeout);

    internal virtual Receive InitialReceive() => Receive;

    internal void CallUnhandled(object message) => Unhandled(message);

    internal void CallPreStart() => PreStart();

    internal void CallPreRestart(Exception reason, object message) => PreRestart(reason, message);

    internal void CallPostRestart(Exception reason) => PostRestart(reason);

    internal void CallPostStop() => PostStop();

    internal SupervisorStrategy CallSupervisorStrategy() => SupervisorStrategy();
}

public abstract class UntypedActor : ActorBase
{
    protected static new IUntypedActorContext Context => CurrentCell;

    protected sealed override bool Receive(object message)
    {
        OnReceive(message);
        return true;
    }

    protected abstract void OnReceive(object message);

    protected void Become(UntypedReceive receive) => Cell.Become(receive);

    protected void BecomeStacked(UntypedReceive receive) => Cell.BecomeStacked(receive);

    protected void RunTask(Func<Task> action) => Cell.RunTask(action);
}
