namespace Akka.Actor;

/// <summary>Birth, failure, restart and end.</summary>
internal sealed partial class ActorCell
{
    private Receive _initialBehavior;
    private Exception _restartCause;
    private Predicate<LocalActorRef> _awaitedChildren;
    private Action _whenGone;
    private object _failedMessage;
    private bool _failed;
    private bool _terminating;
    private bool _terminated;

    private void Create() => TryMakeActor(static actor => actor.CallPreStart(), e => e as ActorInitializationException
        ?? new ActorInitializationException(Ref, $"{Ref} could not be started: {e.GetType().Name} in {Props.Type.Name}: {e.Message}", e));

    private bool TryMakeActor(Action<ActorBase> hook, Func<Exception, Exception> explain)
    {
        try
        {
            _behaviors.Clear();
            _behavior = null;
            _actor = Props.NewActor();
            _initialBehavior = _behavior ??= _actor.InitialReceive();
            hook(_actor);
            return true;
        }
        catch (Exception e)
        {
            DropActor();
            Fail(explain(e));
            return false;
        }
    }

    /// <summary>An actor takes its cell in its constructor, before its own fields and handlers exist.</summary>
    internal void Adopt(ActorBase actor)
    {
        if (actor is IWithTimers timed) timed.Timers = _timers = new TimerScheduler(this);
        if (actor is IActorStash stashing) stashing.Stash = _stash = new Stash(this);
    }

    /// <summary>The children and the mailbox stand still until the parent has decided what becomes of this actor.</summary>
    private void Fail(Exception cause)
    {
        if (_terminating) Report(cause);
        if (_failed || _terminating) return;
        _failed = true;
        _failedMessage = _currentMessage;
        Suspend();
        ParentRef.SendSystemMessage(new SystemMessage.Failed(Ref, cause));
    }

    private void Report(Exception cause) => SystemImpl.EventStream.Publish(new Error(cause, Ref.ToString(), ActorType, cause.Message));

    private void ChildFailed(SystemMessage.Failed failed)
    {
        if (StatsOf(failed.Child) is not { } stats) return;
        var strategy = Props.SupervisorStrategy ?? _actor?.CallSupervisorStrategy() ?? Actor.SupervisorStrategy.DefaultStrategy;
        var directive = strategy.Decide(this, stats, failed.Cause);
        SystemMessage order = directive switch
        {
            Directive.Resume => new SystemMessage.Resume(),
            Directive.Restart => new SystemMessage.Recreate(failed.Cause),
            Directive.Stop => new SystemMessage.Terminate(),
            _ => null,
        };
        if (order is null) Fail(failed.Cause);
        else stats.Child.SendSystemMessage(order);
    }

    private void Suspend()
    {
        Mailbox.Suspend();
        foreach (var child in Children()) child.SendSystemMessage(new SystemMessage.Suspend());
    }

    private void Resume()
    {
        if (_actor is null)
        {
            Recreate(new InvalidOperationException($"{Ref} was resumed before it was ever started"));
            return;
        }
        _failed = false;
        Mailbox.Resume();
        foreach (var child in Children()) child.SendSystemMessage(new SystemMessage.Resume());
    }

    private void Recreate(Exception cause)
    {
        if (_terminating) return;
        if (_restartCause is not null)
        {
            // Restarted by its parent's restart and for its own failure: one restart, but both suspensions end.
            Mailbox.Resume();
            return;
        }
        AbandonHandler();
        // Restarted with its parent, which has suspended it before.
        if (!_failed) _failedMessage = null;
        _failed = true;
        _restartCause = cause;
        if (_actor is not null)
        {
            _currentMessage = _failedMessage;
            Attempt(actor => actor.CallPreRestart(cause, _failedMessage));
            _currentMessage = null;
            DropActor();
        }
        WhenGone(child => child.IsStopping, FinishRecreate);
    }

    private void FinishRecreate()
    {
        var cause = _restartCause;
        _restartCause = null;
        _failed = false;
        Mailbox.Resume();
        var survivors = Children();
        if (!TryMakeActor(actor => actor.CallPostRestart(cause), e => new PostRestartException(Ref, e, cause))) return;
        foreach (var child in survivors) child.SendSystemMessage(new SystemMessage.Recreate(cause));
    }

    private void Terminate()
    {
        if (_terminating) return;
        _terminating = true;
        lock (_children) _takesChildren = false;
        AbandonHandler();
        SetReceiveTimeout(null);
        _timers?.CancelAll();
        Mailbox.Suspend();
        foreach (var child in Children()) child.Stop();
        _restartCause = null;
        WhenGone(_ => true, FinishTerminate);
    }

    private void FinishTerminate()
    {
        Attempt(static actor => actor.CallPostStop());
        _terminated = true;
        DropActor();
        Mailbox.Close();
        foreach (var watched in _watching.Keys) watched.SendSystemMessage(new SystemMessage.Unwatch(Ref));
        _watching.Clear();
        ParentRef.SendSystemMessage(new SystemMessage.DeathWatchNotification(Ref, true));
        foreach (var watcher in _watchers.Where(w => !w.Equals(ParentRef)))
            watcher.SendSystemMessage(new SystemMessage.DeathWatchNotification(Ref, true));
        _watchers.Clear();
    }

    /// <summary>Timers die with the instance; what it stashed goes back into the mailbox.</summary>
    private void DropActor()
    {
        _timers?.CancelAll();
        _timers = null;
        _stash?.UnstashAll();
        _stash = null;
        SetReceiveTimeout(null);
        _actor = null;
        _behavior = _initialBehavior = null;
    }

    /// <summary>A hook that fails on the way out is reported and changes nothing.</summary>
    private void Attempt(Action<ActorBase> hook)
    {
        try
        {
            if (_actor is not null) hook(_actor);
        }
        catch (Exception e)
        {
            Report(e);
        }
    }

    /// <summary>Goes on at once, or when the last of the children that are waited for is gone.</summary>
    private void WhenGone(Predicate<LocalActorRef> awaited, Action next)
    {
        (_awaitedChildren, _whenGone) = (awaited, next);
        ChildRemoved();
    }

    private void ChildRemoved()
    {
        if (_whenGone is not { } next || Array.Exists(Children(), _awaitedChildren)) return;
        _whenGone = null;
        next();
    }

    internal void StopChildrenForRestart()
    {
        foreach (var child in Children())
        {
            Unwatch(child);
            child.Stop();
        }
    }
}
