using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace PbKv.Remoting;

/// <summary>
/// What <c>akka.scheduler.implementation</c> names. One thread for all systems of the process, that sleeps until
/// something is due and then runs the actors that this woke. Akka's own asks the pool a hundred times a second in every
/// system, which costs an idle one a twentieth of a core.
/// </summary>
public sealed class TurnScheduler(Config config, ILoggingAdapter log) : SchedulerBase(config, log), IDisposable
{
    private volatile bool _disposed;

    public override TimeSpan MonotonicClock => HighResMonotonicClock;

    public override TimeSpan HighResMonotonicClock => Stopwatch.GetElapsedTime(0);

    protected override DateTimeOffset TimeNow => DateTimeOffset.UtcNow;

    /// <summary>What is still scheduled is not done.</summary>
    public void Dispose()
    {
        _disposed = true;
        TimerThread.Shared.Prune();
    }

    protected override void InternalScheduleTellOnce(
        TimeSpan delay,
        ICanTell receiver,
        object message,
        IActorRef sender,
        ICancelable cancelable
    ) => Add(delay, null, new Telling(receiver, message, sender, Log), cancelable);

    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay,
        TimeSpan interval,
        ICanTell receiver,
        object message,
        IActorRef sender,
        ICancelable cancelable
    ) => Add(initialDelay, interval, new Telling(receiver, message, sender, Log), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) =>
        Add(delay, null, new Running(new ActionRunnable(action), Log), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) =>
        Add(delay, null, new Running(action, Log), cancelable);

    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay,
        TimeSpan interval,
        Action action,
        ICancelable cancelable
    ) => Add(initialDelay, interval, new Running(new ActionRunnable(action), Log), cancelable);

    protected override void InternalScheduleRepeatedly(
        TimeSpan initialDelay,
        TimeSpan interval,
        IRunnable action,
        ICancelable cancelable
    ) => Add(initialDelay, interval, new Running(action, Log), cancelable);

    private void Add(TimeSpan delay, TimeSpan? interval, IDueWork work, ICancelable? cancelable)
    {
        if (_disposed)
            throw new SchedulerException("nothing can be scheduled any more: the ActorSystem has ended");
        TimerThread.Shared.Add(new Scheduled(this, work, interval, cancelable), delay);
    }

    private interface IDueWork
    {
        void Do();
    }

    private sealed class Telling(ICanTell receiver, object message, IActorRef sender, ILoggingAdapter log) : IDueWork
    {
        public void Do()
        {
            try
            {
                receiver.Tell(message, sender);
            }
            catch (Exception failure)
            {
                log.Error(failure, "What was scheduled could not be told to {0}", receiver);
            }
        }
    }

    /// <summary>Behind what else is due: it may take its time.</summary>
    private sealed class Running(IRunnable run, ILoggingAdapter log) : IDueWork, IRunnable
    {
        public void Do() => Turn.Execute(this);

        public void Run()
        {
            try
            {
                run.Run();
            }
            catch (Exception failure)
            {
                log.Error(failure, "What was scheduled failed");
            }
        }

        public void Execute() => Run();
    }

    private sealed class Scheduled(TurnScheduler scheduler, IDueWork work, TimeSpan? interval, ICancelable? cancelable)
        : ITimed
    {
        public bool IsOver => scheduler._disposed || cancelable is { IsCancellationRequested: true };

        public TimeSpan? Fire()
        {
            if (IsOver)
                return null;
            work.Do();
            return interval;
        }
    }
}

/// <summary>Sleeps until the next of all timers is due. What is due at one time is one turn.</summary>
internal sealed class TimerThread
{
    private static readonly Lazy<TimerThread> TheOne = new(() => new TimerThread());

    private const int FewTimers = 1024;

    private readonly object _gate = new();
    private readonly PriorityQueue<ITimed, long> _timers = new();
    private readonly List<(ITimed Timer, long Due)> _due = [];
    private long _sleepsUntil;
    private int _pruneAt = FewTimers;

    private TimerThread() => StartThread();

    public static TimerThread Shared => TheOne.Value;

    public void Add(ITimed timer, TimeSpan delay)
    {
        var due = Stopwatch.GetTimestamp() + Ticks(delay);
        lock (_gate)
        {
            if (_timers.Count >= _pruneAt)
                Prune();
            _timers.Enqueue(timer, due);
            if (due < _sleepsUntil)
                Monitor.Pulse(_gate);
        }
    }

    /// <summary>
    /// Lets go of what is over before it would be due: a timer may be set for hours, and cancelled at once.
    /// </summary>
    public void Prune()
    {
        lock (_gate)
        {
            var live = _timers.UnorderedItems.Where(item => !item.Element.IsOver).ToArray();
            _timers.Clear();
            _timers.EnqueueRange(live);
            _pruneAt = Math.Max(FewTimers, 2 * live.Length);
        }
    }

    private static long Ticks(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);

    private void StartThread() => new Thread(Loop) { IsBackground = true, Name = "remoting-timer" }.UnsafeStart();

    private void Loop()
    {
        Action fire = FireAll;
        do
        {
            Sleep();
        } while (Turn.RunRelievable(fire, StartThread));
    }

    private void Sleep()
    {
        lock (_gate)
        {
            while (true)
            {
                // What is set again and again, before it is due, would wake the thread each time for nothing.
                while (_timers.TryPeek(out var first, out _) && first.IsOver)
                    _timers.Dequeue();
                var now = Stopwatch.GetTimestamp();
                _sleepsUntil = _timers.TryPeek(out _, out var next) ? next : long.MaxValue;
                if (_sleepsUntil <= now)
                    break;
                var milliseconds = Math.Ceiling((_sleepsUntil - now) * 1000.0 / Stopwatch.Frequency);
                Monitor.Wait(_gate, (int)Math.Min(milliseconds, 60_000));
            }
            _sleepsUntil = 0;
            for (var now = Stopwatch.GetTimestamp(); _timers.TryPeek(out var timer, out var due) && due <= now; )
            {
                _timers.Dequeue();
                _due.Add((timer, due));
            }
        }
    }

    private void FireAll()
    {
        foreach (var (timer, due) in _due)
        {
            if (timer.Fire() is not { } interval)
                continue;
            // Counted from when it was due; a thread that was kept from running does not make up for what it missed.
            lock (_gate)
                _timers.Enqueue(timer, Math.Max(due + Ticks(interval), Stopwatch.GetTimestamp()));
        }
        _due.Clear();
    }
}
