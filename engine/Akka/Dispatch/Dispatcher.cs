using System.Collections.Concurrent;

namespace Akka.Dispatch;

/// <summary>Lends threads to mailboxes.</summary>
internal abstract class Dispatcher
{
    public static readonly Dispatcher Pool = new ThreadPoolDispatcher(100);

    /// <summary>How many messages an actor may handle before it goes to the back of the queue.</summary>
    public int Throughput { get; protected init; }

    /// <summary>preferLocal: the calling thread expects to be done soon, so keep the actor near its caches.</summary>
    public abstract void Schedule(Mailbox mailbox, bool preferLocal);

    /// <summary>The dispatcher of one more actor: itself, unless actors have threads of their own.</summary>
    public virtual Dispatcher Attach(string name) => this;

    /// <summary>An actor has stopped.</summary>
    public virtual void Release() { }

    /// <summary>The system has stopped.</summary>
    public virtual void Shutdown() { }
}

internal sealed class ThreadPoolDispatcher : Dispatcher
{
    public ThreadPoolDispatcher(int throughput) => Throughput = throughput;

    public override void Schedule(Mailbox mailbox, bool preferLocal)
    {
        if (!Delivery.TryKeep(mailbox)) ThreadPool.UnsafeQueueUserWorkItem(mailbox, preferLocal);
    }
}

/// <summary>A fixed number of threads that serve the actors of this dispatcher alone.</summary>
internal sealed class DedicatedPoolDispatcher : Dispatcher
{
    private readonly BlockingCollection<Mailbox> _queue = [];
    private int _running;

    public DedicatedPoolDispatcher(int throughput, int threads, bool background, string name)
    {
        Throughput = throughput;
        _running = threads;
        for (var i = 0; i < threads; i++)
        {
            new Thread(Work) { IsBackground = background, Name = $"{name}-{i}" }.UnsafeStart();
        }
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

/// <summary>Gives every actor a thread of its own.</summary>
internal sealed class PinnedDispatcher : Dispatcher
{
    public PinnedDispatcher(int throughput) => Throughput = throughput;

    public override void Schedule(Mailbox mailbox, bool preferLocal) =>
        throw new InvalidOperationException("a pinned dispatcher runs actors through the threads that Attach makes");

    public override Dispatcher Attach(string name) => new PinnedThread(Throughput, name);
}

/// <summary>One thread for one mailbox. It spins for a moment before it parks: waking a parked thread costs more than most messages.</summary>
internal sealed class PinnedThread : Dispatcher
{
    private const int Idle = 0;
    private const int Pending = 1;
    private const int Parked = 2;
    private const int Ended = 3;
    private static readonly long SpinTicks = System.Diagnostics.Stopwatch.Frequency / 50_000;

    private readonly Lock _starting = new();
    private readonly object _gate = new();
    private readonly string _name;
    private Thread _thread;
    private Mailbox _mailbox;
    private int _state;
    private volatile bool _released;

    public PinnedThread(int throughput, string name)
    {
        Throughput = throughput;
        _name = name;
    }

    public override void Schedule(Mailbox mailbox, bool preferLocal)
    {
        if (_thread is null) Start(mailbox);
        switch (Interlocked.CompareExchange(ref _state, Pending, Idle))
        {
            case Parked:
                lock (_gate)
                {
                    _state = Pending;
                    Monitor.Pulse(_gate);
                }
                break;
            case Ended:
                Pool.Schedule(mailbox, preferLocal);
                break;
        }
    }

    public override void Release() => _released = true;

    private void Start(Mailbox mailbox)
    {
        lock (_starting)
        {
            if (_thread is not null) return;
            _mailbox = mailbox;
            _thread = new Thread(Work) { IsBackground = true, Name = _name };
            _thread.UnsafeStart();
        }
    }

    private void Work()
    {
        while (true)
        {
            if (Volatile.Read(ref _state) != Pending && !SpinUntilPending()) Park();
            Volatile.Write(ref _state, Idle);
            _mailbox.Execute();
            if (_released && Interlocked.CompareExchange(ref _state, Ended, Idle) == Idle) return;
        }
    }

    private bool SpinUntilPending()
    {
        var until = System.Diagnostics.Stopwatch.GetTimestamp() + SpinTicks;
        do
        {
            if (Volatile.Read(ref _state) == Pending) return true;
            Thread.SpinWait(8);
        }
        while (System.Diagnostics.Stopwatch.GetTimestamp() < until);
        return false;
    }

    private void Park()
    {
        lock (_gate)
        {
            if (Interlocked.CompareExchange(ref _state, Parked, Idle) != Idle) return;
            while (_state == Parked) Monitor.Wait(_gate);
        }
    }
}
