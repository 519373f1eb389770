using System.Diagnostics;
using Akka.Dispatch;

namespace PbKv.Remoting;

/// <summary>
/// One thread's work on actors of a <see cref="TurnDispatcher"/>: those that it woke, one after the other, and then
/// what they wrote to connections, each with one system call. A queue rather than recursion: the stack stays flat, and
/// an actor finds all that was told to it meanwhile.
/// </summary>
/// <remarks>
/// The queue has a lock, although one thread fills and empties it: the <see cref="Watchman"/> takes away what an actor
/// that blocks its thread holds up.
/// </remarks>
public sealed class Turn
{
    /// <summary>After so long a thread that has other work leaves what is still queued to others.</summary>
    private static readonly long MostTicks = Stopwatch.Frequency / 1_000;

    /// <summary>Written bytes wait no longer than about the time that a change of threads would take.</summary>
    private static readonly long MostUnflushedTicks = Stopwatch.Frequency / 20_000;

    [ThreadStatic]
    private static Turn? _ofThread;

    private readonly Lock _lock = new();
    private readonly Queue<IRunnable> _waiting = new();
    private readonly List<IFlushable> _unflushed = [];
    private Action? _relieve;
    private bool _relieved;
    private long _runBegan;
    private long _unflushedSince;
    private volatile bool _running;
    private bool _runsNothing;

    private Turn() => Watchman.Register(this);

    private static Turn OfThread => _ofThread ??= new Turn();

    /// <summary>
    /// Does work that tells many actors something: they run, on this thread, when it is done. Work that takes long
    /// holds nobody up: after a few milliseconds others run them.
    /// </summary>
    public static void Gather(Action<Turn> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var turn = OfThread;
        if (turn._running)
        {
            work(turn);
            return;
        }
        turn.Begin();
        try
        {
            work(turn);
        }
        finally
        {
            turn.End();
        }
    }

    /// <summary>
    /// For work that may block, now and then: adds it to this thread's turn if somebody would go on in its place.
    /// </summary>
    /// <returns>False when it was not added, and has to be done elsewhere.</returns>
    public static bool TryAddRelievable(IRunnable work)
    {
        if (_ofThread is not { _running: true, _relieve: not null } turn)
            return false;
        turn.Add(work);
        return true;
    }

    /// <summary>
    /// Only by work of this turn: runs it behind all that was woken before; somewhere else, should this thread block.
    /// </summary>
    public void Add(IRunnable run)
    {
        lock (_lock)
            _waiting.Enqueue(run);
    }

    /// <summary>
    /// What was woken has waited for about as long as a change of threads takes: gathering work should make room for
    /// it.
    /// </summary>
    public bool IsLong => Stopwatch.GetTimestamp() - _runBegan > MostUnflushedTicks;

    /// <summary>
    /// On this thread: in its turn if it has one; at once if it is one of the pool's. Otherwise by a spare one: a
    /// thread of the application, or the scheduler's, has work of its own.
    /// </summary>
    internal static void Execute(IRunnable run)
    {
        var turn = OfThread;
        if (turn._running)
            turn.Add(run);
        else if (Thread.CurrentThread.IsThreadPoolThread && !turn._runsNothing)
            turn.RunFirst(run);
        else
            SpareThreads.Run(run);
    }

    /// <summary>
    /// Until it is disposed, what this thread wakes runs in its turn or on a spare thread, and never at once.
    /// </summary>
    internal static NothingRuns WithoutRunning() => new(OfThread);

    /// <returns>False where this thread has no turn: then flushing is the caller's to do.</returns>
    internal static bool TryPutOffFlush(IFlushable written)
    {
        if (_ofThread is not { _running: true } turn)
            return false;
        lock (turn._lock)
        {
            if (turn._unflushed.Count == 0)
                turn._unflushedSince = Stopwatch.GetTimestamp();
            turn._unflushed.Add(written);
        }
        return true;
    }

    /// <summary>
    /// A turn of a thread that has more to do than to run actors: should one block, that is done by somebody else.
    /// </summary>
    /// <param name="work">Wakes actors.</param>
    /// <param name="relieve">Starts a thread that goes on in this one's place.</param>
    /// <returns>False when it was relieved.</returns>
    internal static bool RunRelievable(Action work, Action relieve)
    {
        var turn = OfThread;
        turn.Begin();
        try
        {
            work();
        }
        finally
        {
            // Not before: two threads must not do the work at once.
            lock (turn._lock)
                turn._relieve = relieve;
            turn.End();
        }
        return !turn._relieved;
    }

    /// <summary>For the watchman: takes away what has been held up for too long.</summary>
    /// <returns>False when nothing can be held up.</returns>
    internal bool Look(long now, long mostTicks)
    {
        if (!_running)
            return false;
        IRunnable[] waiting;
        IFlushable[] unflushed;
        Action? relieve;
        lock (_lock)
        {
            if (!_running || now - Volatile.Read(ref _runBegan) < mostTicks)
                return true;
            waiting = TakeAll();
            unflushed = [.. _unflushed];
            relieve = _relieve;
            _relieved |= relieve is not null;
            _relieve = null;
            _unflushed.Clear();
        }
        SpareThreads.Run(waiting);
        foreach (var written in unflushed)
            written.Flush();
        relieve?.Invoke();
        return true;
    }

    private void Begin()
    {
        _relieve = null;
        _relieved = false;
        Volatile.Write(ref _runBegan, Stopwatch.GetTimestamp());
        _running = true;
        Watchman.StayAwake();
    }

    private void RunFirst(IRunnable run)
    {
        Begin();
        try
        {
            run.Run();
        }
        finally
        {
            End();
        }
    }

    private void End()
    {
        RunAll(_runBegan);
        FlushAll();
        // Between the last look at the queue and this nobody but this thread could have added to it.
        lock (_lock)
            _running = false;
    }

    private void RunAll(long began)
    {
        while (TryTake(out var run))
        {
            var now = Stopwatch.GetTimestamp();
            if (now - began > MostTicks)
            {
                SpareThreads.Run([run, .. TakeAll()]);
                return;
            }
            Volatile.Write(ref _runBegan, now);
            if (_unflushed.Count > 0 && now - _unflushedSince > MostUnflushedTicks)
                FlushAll();
            run.Run();
        }
    }

    private bool TryTake(out IRunnable run)
    {
        lock (_lock)
            return _waiting.TryDequeue(out run!);
    }

    private IRunnable[] TakeAll()
    {
        lock (_lock)
        {
            IRunnable[] all = [.. _waiting];
            _waiting.Clear();
            return all;
        }
    }

    private void FlushAll()
    {
        while (TryTakeUnflushed(out var written))
            written.Flush();
    }

    internal readonly struct NothingRuns : IDisposable
    {
        private readonly Turn _turn;
        private readonly bool _before;

        public NothingRuns(Turn turn)
        {
            (_turn, _before) = (turn, turn._runsNothing);
            turn._runsNothing = true;
        }

        public void Dispose() => _turn._runsNothing = _before;
    }

    private bool TryTakeUnflushed(out IFlushable written)
    {
        lock (_lock)
        {
            written = _unflushed.Count > 0 ? _unflushed[^1] : null!;
            if (written is not null)
                _unflushed.RemoveAt(_unflushed.Count - 1);
        }
        return written is not null;
    }
}

/// <summary>What gathers bytes during a turn, and sends them at its end.</summary>
internal interface IFlushable
{
    /// <summary>May be called by any thread, and more often than needed.</summary>
    void Flush();
}

/// <summary>
/// Threads that run what a turn leaves behind, and what threads without a turn wake. Not the pool's: an application
/// that keeps its pool busy must not keep actors from being heard.
/// </summary>
internal static class SpareThreads
{
    private static readonly object Gate = new();
    private static readonly Queue<IRunnable> Waiting = new();
    private static bool _started;

    public static void Run(params ReadOnlySpan<IRunnable> runs)
    {
        lock (Gate)
        {
            foreach (var run in runs)
                Waiting.Enqueue(run);
            if (!_started)
            {
                _started = true;
                for (var i = 0; i < Math.Max(2, Environment.ProcessorCount); i++)
                    StartThread();
            }
            Monitor.Pulse(Gate);
        }
    }

    private static void StartThread() =>
        new Thread(Loop) { IsBackground = true, Name = "remoting-spare" }.UnsafeStart();

    private static void Loop()
    {
        IRunnable next = null!;
        // Queued, not run at once: should it block, another thread goes on in this one's place.
        Action run = () => Turn.Execute(next);
        do
        {
            next = Take();
        } while (Turn.RunRelievable(run, StartThread));
    }

    private static IRunnable Take()
    {
        lock (Gate)
        {
            IRunnable? run;
            while (!Waiting.TryDequeue(out run))
                Monitor.Wait(Gate);
            // One pulse may have been for several.
            if (Waiting.Count > 0)
                Monitor.Pulse(Gate);
            return run;
        }
    }
}
