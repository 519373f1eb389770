using System.Collections.Concurrent;
using Akka.Actor;

namespace PbKv.Client;

/// <summary>
/// The way from many callers to one clerk. Callers push without locks; the first of a burst wakes the clerk, which
/// takes all that has gathered when its turn comes. Calls are pooled.
/// </summary>
internal sealed class CallQueue
{
    private const int MostPooled = 4096;

    private readonly ConcurrentQueue<Call> _pool = new();
    private Call? _newest;
    private long _lastId;
    private int _pooled;
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

    public long NextId() => Interlocked.Increment(ref _lastId);

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

    public void Cancel(long id) => _clerk.Tell(new CancelCall(id), ActorRefs.NoSender);

    /// <summary>The clerk stands: it takes what came before it did.</summary>
    public void Attach(IActorRef clerk)
    {
        _clerk = clerk;
        clerk.Tell(Wake.Instance, ActorRefs.NoSender);
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

    /// <summary>Queue → clerk: this caller wants no result any more.</summary>
    internal sealed record CancelCall(long Id);
}
