using System.Runtime.CompilerServices;

namespace Akka.Actor;

public static class Futures
{
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout = null) => self.Ask<object>(message, timeout, CancellationToken.None);

    public static Task<object> Ask(this ICanTell self, object message, CancellationToken cancellationToken) => self.Ask<object>(message, null, cancellationToken);

    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<object>(message, timeout, cancellationToken);

    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout = null) => self.Ask<T>(message, timeout, CancellationToken.None);

    public static Task<T> Ask<T>(this ICanTell self, object message, CancellationToken cancellationToken) => self.Ask<T>(message, null, cancellationToken);

    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<T>(_ => message, timeout, cancellationToken);

    /// <summary>The factory is given the ref that the answer is to go to.</summary>
    public static Task<T> Ask<T>(this ICanTell self, Func<IActorRef, object> messageFactory, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messageFactory);
        var system = SystemOf(self) ?? throw new ArgumentException($"{self} belongs to no actor system and cannot be asked", nameof(self));
        var promise = new PromiseActorRef<T>(system, timeout ?? system.Settings.AskTimeout, cancellationToken);
        self.Tell(messageFactory(promise), promise);
        return promise.Result;
    }

    private static ActorSystemImpl SystemOf(ICanTell target) => target switch
    {
        IActorRef actor => InternalActorRef.Of(actor)?.System,
        ActorSelection selection => selection.SystemImpl,
        _ => null,
    };
}

/// <summary>
/// Receives one answer. It has a path, and is entered in the system's list, only from when somebody asks for the path: an
/// answer within the process needs neither.
/// </summary>
internal sealed class PromiseActorRef<T> : InternalActorRef
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SystemTimer _timer;
    private readonly CancellationTokenRegistration _cancellation;
    private readonly TimeSpan _timeout;
    private volatile ActorPath _path;
    private bool _done;

    public PromiseActorRef(ActorSystemImpl system, TimeSpan timeout, CancellationToken cancellation)
    {
        System = system;
        _timeout = timeout;
        if (timeout != Timeout.InfiniteTimeSpan) _timer = SystemTimer.Once(timeout, static p => ((PromiseActorRef<T>)p).TimedOut(), this);
        if (!cancellation.CanBeCanceled) return;
        _cancellation = cancellation.UnsafeRegister(static (p, token) => ((PromiseActorRef<T>)p).Cancelled(token), this);
        Ended(_result.Task.IsCompleted);
    }

    public Task<T> Result => _result.Task;
    public override ActorSystemImpl System { get; }

    public override ActorPath Path
    {
        get
        {
            if (_path is not null) return _path;
            lock (_result)
            {
                if (_path is not null) return _path;
                var path = System.Provider.TempPath();
                if (!_done) System.Provider.RegisterTemp(path, this);
                return _path = path;
            }
        }
    }

    public override void Tell(object message, IActorRef sender)
    {
        var taken = message switch
        {
            T answer when message is not Status.Failure || typeof(T) == typeof(Status.Failure) || typeof(T) == typeof(Status) => _result.TrySetResult(answer),
            Status.Failure failure => _result.TrySetException(failure.Cause ?? new TaskCanceledException("the answer is a failure without a cause")),
            null => _result.TrySetResult(default),
            _ => _result.TrySetException(new ArgumentException($"the answer is a {message.GetType().FullName}, asked for was a {typeof(T).FullName}")),
        };
        Ended(taken);
        if (!taken) System.ToDeadLetters(message, sender, this);
    }

    public override bool Equals(IActorRef other) => ReferenceEquals(this, other);
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    private void TimedOut() => Ended(_result.TrySetException(new AskTimeoutException($"Timeout after {_timeout}: no answer")));

    private void Cancelled(CancellationToken token) => Ended(_result.TrySetCanceled(token));

    /// <summary>Gives back what it held, once there is an answer or a failure.</summary>
    private void Ended(bool ended)
    {
        if (!ended) return;
        lock (_result)
        {
            _done = true;
            if (_path is not null) System.Provider.UnregisterTemp(_path);
        }
        _timer?.Dispose();
        _cancellation.Unregister();
    }
}
