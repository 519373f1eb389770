using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace PbKv.Client;

/// <summary>
/// The way from many callers to one clerk. Callers push without locks; the first of a burst wakes the clerk, which
/// takes all that has gathered when its turn comes. Calls are pooled. A call enters before it is pushed and leaves when
/// it is over; so many may be inside at a time, others wait for a place in the order in which they came.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "the semaphore holds nothing of the system's")]
internal sealed class CallQueue(int places)
{
    private const int MostPooled = 4096;

    private readonly ConcurrentQueue<Call> _pool = new();
    private readonly ConcurrentQueue<(Call Call, long Use)> _cancelled = new();
    private int _tellsOfCancelled;
    private Call? _newest;
    private int _pooled;

    // Those inside and those that wait; a place that is handed on is a permit of the semaphore, for one of the latter.
    private readonly SemaphoreSlim _handedOn = new(0);
    private int _present;
    private volatile IActorRef _clerk = ActorRefs.Nobody;
    private volatile Func<bool, Exception>? _closedBy;
    private volatile bool _wakesClerk = true;

    /// <summary>
    /// The clerk's to say. While it can send nothing it comes by itself, when the answer that it waits for is there:
    /// then calls only gather. It says so after it has looked for calls, and takes it back before it looks again.
    /// </summary>
    public bool WakesClerk
    {
        get => _wakesClerk;
        set => _wakesClerk = value;
    }

    public Call Rent()
    {
        if (!_pool.TryDequeue(out var call))
            return new Call(this);
        Interlocked.Decrement(ref _pooled);
        return call;
    }

    public void GiveBack(Call call)
    {
        if (Volatile.Read(ref _pooled) >= MostPooled)
            return;
        Interlocked.Increment(ref _pooled);
        _pool.Enqueue(call);
    }

    public int Places => places;

    /// <returns>Whether there was a place; otherwise <see cref="EnterAsync"/> has to wait for one.</returns>
    public bool TryEnter() => Interlocked.Increment(ref _present) <= places;

    /// <returns>Whether a place was handed on in time.</returns>
    public async Task<bool> EnterAsync(TimeSpan within, CancellationToken cancellation)
    {
        try
        {
            if (await _handedOn.WaitAsync(within, cancellation).ConfigureAwait(false))
                return true;
        }
        catch (OperationCanceledException)
        {
            // No exception to a call that waits: whoever cancelled it is told by the call itself.
        }
        GiveUpWaiting();
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _present) >= places)
            _handedOn.Release();
    }

    /// <summary>
    /// Where no more are present than there are places, one has been handed on for each that waits, this one too: it
    /// takes it, and hands it on.
    /// </summary>
    private void GiveUpWaiting()
    {
        for (var spin = new SpinWait(); ; spin.SpinOnce())
        {
            var present = Volatile.Read(ref _present);
            if (present <= places && _handedOn.Wait(0))
            {
                Leave();
                return;
            }
            if (present > places && Interlocked.CompareExchange(ref _present, present - 1, present) == present)
                return;
        }
    }

    public void Push(Call call)
    {
        Call? newest;
        do
        {
            newest = Volatile.Read(ref _newest);
            call.Next = newest;
        } while (Interlocked.CompareExchange(ref _newest, call, newest) != newest);
        if (newest is null && WakesClerk)
            _clerk.Tell(Wake.Instance, ActorRefs.NoSender);
        // The clerk may have gone since: then nobody else takes it.
        if (_closedBy is { } reason)
            FailAll(reason);
    }

    /// <remarks>A full fence: a push that was too early to be seen here sees what was written before.</remarks>
    /// <returns>All calls that were pushed, oldest first, linked by <see cref="Call.Next"/>.</returns>
    public Call? TakeAll()
    {
        var call = Interlocked.Exchange(ref _newest, null);
        Call? oldest = null;
        while (call is not null)
        {
            var next = call.Next;
            call.Next = oldest;
            oldest = call;
            call = next;
        }
        return oldest;
    }

    /// <summary>Where many are cancelled at once, the clerk is told once.</summary>
    public void Cancel(Call call)
    {
        _cancelled.Enqueue((call, call.Use));
        if (Interlocked.Exchange(ref _tellsOfCancelled, 1) == 0)
            _clerk.Tell(new CancelCalls(), ActorRefs.NoSender);
    }

    /// <summary>The clerk has been told: what is cancelled from here on it is told of again.</summary>
    public void TakesCancelled() => Interlocked.Exchange(ref _tellsOfCancelled, 0);

    /// <returns>One whose caller wants no result any more; not one that is over and in another use by now.</returns>
    public bool TryTakeCancelled([NotNullWhen(true)] out Call? call)
    {
        while (_cancelled.TryDequeue(out var cancelled))
        {
            call = cancelled.Call;
            if (call.Use == cancelled.Use)
                return true;
        }
        call = null;
        return false;
    }

    /// <summary>The clerk stands: it takes what came before it did.</summary>
    public void Attach(IActorRef clerk)
    {
        _clerk = clerk;
        clerk.Tell(Wake.Instance, ActorRefs.NoSender);
        clerk.Tell(new CancelCalls(), ActorRefs.NoSender);
    }

    /// <summary>No clerk takes calls any more, and why.</summary>
    /// <param name="reason">Given whether the call was submitted to the node.</param>
    public void Close(Func<bool, Exception> reason)
    {
        _closedBy = reason;
        FailAll(reason);
    }

    private void FailAll(Func<bool, Exception> reason)
    {
        for (var call = TakeAll(); call is not null; )
        {
            var next = call.Next;
            call.Next = null;
            Leave();
            var (failed, failure) = (call, reason(call.WasSubmitted));
            ThreadPool.UnsafeQueueUserWorkItem(_ => failed.Fail(failure), null);
            call = next;
        }
    }

    /// <summary>Queue → clerk: calls have gathered.</summary>
    internal sealed class Wake
    {
        public static Wake Instance { get; } = new();
    }

    /// <summary>Queue → clerk: there are callers that want no result any more.</summary>
    internal sealed record CancelCalls;
}
