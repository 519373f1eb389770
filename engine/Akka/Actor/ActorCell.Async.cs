namespace Akka.Actor;

/// <summary>Asynchronous handlers and the receive timeout.</summary>
internal sealed partial class ActorCell
{
    private ActorSynchronizationContext _synchronization;
    private Task _runningHandler;
    private TimeSpan? _receiveTimeout;
    private SystemTimer _receiveTimer;
    private ReceiveTimeoutTick _receiveTimeoutTick;
    private TimerScheduler _timers;
    private Stash _stash;

    public object CurrentMessage => _currentMessage;
    public IActorRef CurrentSender => _sender;

    public void SetReceiveTimeout(TimeSpan? timeout)
    {
        _receiveTimeout = timeout > TimeSpan.Zero ? timeout : null;
        _receiveTimeoutTick = null;
        _receiveTimer?.Dispose();
        _receiveTimer = null;
        if (_receiveTimeout is not null) RestartReceiveTimeout();
    }

    /// <summary>
    /// Runs a handler that may await. Until its task is done the actor takes no further message; what follows an await runs on the
    /// actor's own turn, because the continuations come back through the mailbox.
    /// </summary>
    public void RunTask(Func<Task> handler)
    {
        Task task;
        using (new AwaitsHere(_synchronization ??= new ActorSynchronizationContext(this))) task = handler();
        if (task is null or { IsCompleted: true })
        {
            task?.GetAwaiter().GetResult();
            return;
        }
        _runningHandler = task;
        Mailbox.Suspend();
        task.ContinueWith(
            static (ended, state) => ((ActorCell)state).Mailbox.PostSystem(new SystemMessage.HandlerCompleted(ended)),
            this,
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void HandlerCompleted(Task task)
    {
        if (!ReferenceEquals(task, _runningHandler))
        {
            // The actor that waited for it is gone; its failure is nobody's any more, but it is observed.
            if (task.Exception is { } late) Report(late.InnerException ?? late);
            return;
        }
        _runningHandler = null;
        Mailbox.Resume();
        try
        {
            task.GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            Fail(e);
        }
        (_currentMessage, _sender) = (null, null);
    }

    private void AbandonHandler()
    {
        if (_runningHandler is null) return;
        _runningHandler = null;
        (_currentMessage, _sender) = (null, null);
        Mailbox.Resume();
    }

    private void RunContinuation(SystemMessage.Continuation continuation)
    {
        using (new AwaitsHere(_synchronization)) continuation.Callback(continuation.State);
    }

    private bool IsActivity(object message) =>
        message is not (Identify or ReceiveTimeoutTick) || ReferenceEquals(message, _receiveTimeoutTick);

    private void RestartReceiveTimeout()
    {
        _receiveTimeoutTick = new ReceiveTimeoutTick();
        _receiveTimer?.Dispose();
        _receiveTimer = SystemTimer.Once(_receiveTimeout.Value, PostToSelf, _receiveTimeoutTick);
    }

    public void PostToSelf(object message) => Mailbox.Post(message, Ref);

    private sealed class ActorSynchronizationContext(ActorCell cell) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object state) => cell.Mailbox.PostSystem(new SystemMessage.Continuation(d, state));

        public override void Send(SendOrPostCallback d, object state)
        {
            if (ReferenceEquals(Current, cell)) d(state);
            else throw new NotSupportedException($"{cell.Ref} can be sent messages, not blocking calls");
        }

        public override SynchronizationContext CreateCopy() => this;
    }

    /// <summary>While it lives, what follows an await on this thread comes back through the context.</summary>
    private readonly ref struct AwaitsHere : IDisposable
    {
        private readonly SynchronizationContext _previous = SynchronizationContext.Current;

        public AwaitsHere(SynchronizationContext context) => SynchronizationContext.SetSynchronizationContext(context);

        public void Dispose() => SynchronizationContext.SetSynchronizationContext(_previous);
    }
}

/// <summary>Only the newest tick counts: one that a message has overtaken is not delivered.</summary>
internal sealed class ReceiveTimeoutTick : IAutoReceivedMessage, IDeadLetterSuppression;
