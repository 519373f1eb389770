namespace Akka.Actor;

/// <summary>
/// What lives as long as a ref does: mailbox, children, watchers and behaviour; the actor inside is replaced by a restart. All but
/// the child list is touched on the actor's own turn only.
/// </summary>
internal sealed partial class ActorCell : IUntypedActorContext
{
    private readonly Stack<Receive> _behaviors = new();
    private Receive _behavior;
    private ActorBase _actor;
    private object _currentMessage;
    private IActorRef _sender;

    public ActorCell(ActorSystemImpl system, LocalActorRef self, Props props, InternalActorRef parent)
    {
        (SystemImpl, Ref, Props, ParentRef) = (system, self, props, parent);
        Mailbox = new Mailbox(this, system.Dispatchers.Lookup(props.Dispatcher).Attach(self.Path.ToStringWithoutAddress()));
    }

    /// <summary>The actor whose turn it is on this thread.</summary>
    [field: ThreadStatic]
    public static ActorCell Current { get; set; }

    public ActorSystemImpl SystemImpl { get; }
    public LocalActorRef Ref { get; }
    public InternalActorRef ParentRef { get; }
    public Mailbox Mailbox { get; }
    public Props Props { get; }
    public Type ActorType => _actor?.GetType() ?? Props.Type;
    public ActorSystem System => SystemImpl;
    public IActorRef Self => Ref;
    public IActorRef Sender => _sender ?? SystemImpl.DeadLetters;
    public IActorRef Parent => ParentRef;

    public ActorSelection ActorSelection(string actorPath) => SystemImpl.Select(Ref, actorPath);

    public void Invoke(object message, IActorRef sender)
    {
        (_currentMessage, _sender) = (message, sender);
        try
        {
            if (message is IAutoReceivedMessage) AutoReceive(message);
            else ReceiveMessage(message);
        }
        catch (Exception e)
        {
            Fail(e);
        }
        if (_receiveTimeout is not null && IsActivity(message)) RestartReceiveTimeout();
        // An asynchronous handler goes on with its message after an await.
        if (_runningHandler is not null) return;
        (_currentMessage, _sender) = (null, null);
    }

    public void SystemInvoke(SystemMessage message)
    {
        try
        {
            if (_terminated) AfterEnd(message);
            else Handle(message);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    public void Become(Receive receive) => _behavior = receive;

    public void BecomeStacked(Receive receive)
    {
        _behaviors.Push(_behavior);
        _behavior = receive;
    }

    public void UnbecomeStacked() => _behavior = _behaviors.Count > 0 ? _behaviors.Pop() : _initialBehavior;

    public void Stop(IActorRef child) => InternalActorRef.Of(child)?.Stop();

    public void Unhandled(object message)
    {
        if (message is Terminated terminated) throw new DeathPactException(terminated.ActorRef);
        SystemImpl.EventStream.Publish(new UnhandledMessage(message, Sender, Ref));
    }

    private void ReceiveMessage(object message)
    {
        if (!_behavior(message)) _actor.CallUnhandled(message);
    }

    private void AutoReceive(object message)
    {
        switch (message)
        {
            case TimerTick tick when _timers is not null && _timers.Accept(tick, out var timed): Redeliver(timed); break;
            case ReceiveTimeoutTick when ReferenceEquals(message, _receiveTimeoutTick): Redeliver(Actor.ReceiveTimeout.Instance); break;
            case Terminated terminated when _terminatedQueued.Remove(terminated.ActorRef): ReceiveMessage(terminated); break;
            case WatchedStopped stopped when _terminatedQueued.Remove(stopped.Actor): Redeliver(stopped.Message); break;
            case PoisonPill: Ref.Stop(); break;
            case Kill: throw new ActorKilledException("Kill");
            case Identify identify: Sender.Tell(new ActorIdentity(identify.MessageId, Ref), Ref); break;
        }
    }

    /// <summary>The message that the actor sees, and may stash, is the one inside.</summary>
    private void Redeliver(object message)
    {
        _currentMessage = message;
        ReceiveMessage(message);
    }

    private void Handle(SystemMessage message)
    {
        switch (message)
        {
            case SystemMessage.Continuation continuation: RunContinuation(continuation); break;
            case SystemMessage.HandlerCompleted completed: HandlerCompleted(completed.Task); break;
            case SystemMessage.Create: Create(); break;
            case SystemMessage.Terminate: Terminate(); break;
            case SystemMessage.Suspend: Suspend(); break;
            case SystemMessage.Resume: Resume(); break;
            case SystemMessage.Recreate recreate: Recreate(recreate.Cause); break;
            case SystemMessage.Watch watch: _watchers.Add(watch.Watcher); break;
            case SystemMessage.Unwatch unwatch: _watchers.Remove(unwatch.Watcher); break;
            case SystemMessage.Failed failed: ChildFailed(failed); break;
            case SystemMessage.DeathWatchNotification notification: WatchedTerminated(notification); break;
        }
    }

    /// <summary>The actor has stopped: watchers are answered, the rest has no meaning any more.</summary>
    private void AfterEnd(SystemMessage message)
    {
        if (message is SystemMessage.Watch watch) watch.Watcher.SendSystemMessage(new SystemMessage.DeathWatchNotification(Ref, true));
        if (message is SystemMessage.Continuation continuation) ThreadPool.UnsafeQueueUserWorkItem(static c => c.Callback(c.State), continuation, preferLocal: false);
    }
}
