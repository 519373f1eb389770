using System.Diagnostics;

namespace PbKv.Remoting;

internal interface ITimed
{
    /// <summary>It will not do anything any more.</summary>
    bool IsOver { get; }

    /// <summary>It is due.</summary>
    /// <returns>After how long it is due again; null: never.</returns>
    TimeSpan? Fire();
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
