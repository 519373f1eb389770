namespace Akka.Dispatch;

/// <summary>Lends threads to mailboxes.</summary>
internal abstract class Dispatcher(int throughput)
{
    public static readonly Dispatcher Pool = new ThreadPoolDispatcher(100);

    /// <summary>How many messages an actor may handle before it goes to the back of the queue.</summary>
    public int Throughput => throughput;

    /// <summary>preferLocal: the calling thread expects to be done soon, so keep the actor near its caches.</summary>
    public abstract void Schedule(Mailbox mailbox, bool preferLocal);

    /// <summary>The dispatcher of one more actor: itself, unless actors have threads of their own.</summary>
    public virtual Dispatcher Attach(string name) => this;

    /// <summary>An actor has stopped.</summary>
    public virtual void Release() { }

    /// <summary>The system has stopped.</summary>
    public virtual void Shutdown() { }
}

internal sealed class ThreadPoolDispatcher(int throughput) : Dispatcher(throughput)
{
    public override void Schedule(Mailbox mailbox, bool preferLocal)
    {
        if (KeptMailboxes.OfThisThread?.TryAdd(mailbox) != true) ThreadPool.UnsafeQueueUserWorkItem(mailbox, preferLocal);
    }
}

/// <summary>A fixed number of threads that serve the actors of this dispatcher alone.</summary>
internal class DedicatedPoolDispatcher : Dispatcher
{
    private readonly BlockingCollection<Mailbox> _queue = [];
    private int _running;

    public DedicatedPoolDispatcher(int throughput, int threads, bool background, string name) : base(throughput)
    {
        _running = threads;
        for (var i = 0; i < threads; i++) new Thread(Work) { IsBackground = background, Name = $"{name}-{i}" }.UnsafeStart();
    }

    public override void Schedule(Mailbox mailbox, bool preferLocal)
    {
        try
        {
            _queue.Add(mailbox);
        }
        catch (InvalidOperationException)
        {
            // The threads have been told to go: the pool drains what comes late.
            Pool.Schedule(mailbox, preferLocal);
        }
    }

    public override void Shutdown() => _queue.CompleteAdding();

    private void Work()
    {
        foreach (var mailbox in _queue.GetConsumingEnumerable()) mailbox.Execute();
        if (Interlocked.Decrement(ref _running) == 0) _queue.Dispose();
    }
}

/// <summary>Gives every actor a thread of its own, for as long as it lives.</summary>
internal sealed class PinnedDispatcher(int throughput) : Dispatcher(throughput)
{
    public override void Schedule(Mailbox mailbox, bool preferLocal) =>
        throw new InvalidOperationException("a pinned dispatcher runs actors through the threads that Attach makes");

    public override Dispatcher Attach(string name) => new OneThread(Throughput, name);

    private sealed class OneThread(int throughput, string name) : DedicatedPoolDispatcher(throughput, 1, background: true, name)
    {
        public override void Release() => Shutdown();
    }
}
