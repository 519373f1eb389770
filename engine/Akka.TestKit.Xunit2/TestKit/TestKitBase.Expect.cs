namespace Akka.TestKit;

/// <summary>What should come, and what should not.</summary>
public abstract partial class TestKitBase
{
    public T ExpectMsg<T>(TimeSpan? duration = null, string hint = null, CancellationToken cancellationToken = default) =>
        Wait(ExpectMsgAsync<T>(duration, hint, cancellationToken));

    public async ValueTask<T> ExpectMsgAsync<T>(TimeSpan? duration = null, string hint = null, CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(duration);
        var received = await TakeAsync(limit, cancellationToken).ConfigureAwait(false)
            ?? throw Failure($"Timeout {limit} while waiting for a message of type {typeof(T).FullName}.", hint);
        return received.Message is T message
            ? message
            : throw Failure($"Expected a message of type {typeof(T).FullName}, but received <{received.Message}> of type {received.Message.GetType().FullName} from {received.Sender}.", hint);
    }

    public T ExpectMsg<T>(T message, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Wait(Checked<T>(m => Assert.Equal(message, m), timeout, hint, cancellationToken));

    public T ExpectMsg<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Wait(ExpectMsgAsync(isMessage, timeout, hint, cancellationToken));

    public ValueTask<T> ExpectMsgAsync<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Checked<T>(m => Assert.True(isMessage(m), $"Received <{m}>, which is not the message that was expected. {hint}"), timeout, hint, cancellationToken);

    public T ExpectMsg<T>(Action<T> assert, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        Wait(Checked(assert, timeout, hint, cancellationToken));

    public Terminated ExpectTerminated(IActorRef target, TimeSpan? timeout = null, string hint = null, CancellationToken cancellationToken = default) =>
        ExpectMsg<Terminated>(t => t.ActorRef.Equals(target), timeout, hint ?? $"The end of {target} was expected.", cancellationToken);

    /// <summary>Waits for the default time of one expectation.</summary>
    public void ExpectNoMsg(CancellationToken cancellationToken = default) => NoMessage(RemainingOrDilated(null), cancellationToken);

    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default) => NoMessage(Dilated(duration), cancellationToken);

    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default) => ExpectNoMsg(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    /// <summary>Passes over messages until one fits.</summary>
    public T FishForMessage<T>(Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default)
    {
        var end = Now + RemainingOrDilated(max);
        while (true)
        {
            var received = Wait(TakeAsync(Until(end), cancellationToken))
                ?? throw Failure($"Timeout while fishing for a message of type {typeof(T).FullName}.", hint);
            if (received.Message is T message && isMessage(message)) return message;
        }
    }

    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, CancellationToken cancellationToken = default) =>
        Receive(numberOfMessages, RemainingOrDilated(null), cancellationToken);

    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default) =>
        Receive(numberOfMessages, Dilated(max), cancellationToken);

    private List<object> Receive(int count, TimeSpan max, CancellationToken cancellation)
    {
        var end = Now + max;
        var messages = new List<object>(count);
        while (messages.Count < count)
        {
            var received = Wait(TakeAsync(Until(end), cancellation))
                ?? throw Failure($"Timeout {max} while waiting for {count} messages; {messages.Count} came.");
            messages.Add(received.Message);
        }
        return messages;
    }

    private async ValueTask<T> Checked<T>(Action<T> check, TimeSpan? timeout, string hint, CancellationToken cancellation)
    {
        var message = await ExpectMsgAsync<T>(timeout, hint, cancellation).ConfigureAwait(false);
        check(message);
        return message;
    }

    private void NoMessage(TimeSpan max, CancellationToken cancellation)
    {
        if (Wait(TakeAsync(max, cancellation)) is { } received)
            throw Failure($"Received <{received.Message}> from {received.Sender}; no message was expected within {max}.");
    }
}
