using System.Diagnostics;

namespace Akka.Actor;

/// <summary>
/// A delay, or a rhythm. The runtime's timers go by a clock of 4 ms steps on Linux; short delays are therefore kept by one thread of the
/// process, to the millisecond. Long ones (the time limits of asks, of which there can be millions) go to the runtime.
/// </summary>
internal sealed class SystemTimer : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);
    private static readonly object Gate = new();
    private static readonly PriorityQueue<SystemTimer, long> Due = new();
    private static Thread s_thread;

    private readonly Action<object> _action;
    private readonly object _state;
    private readonly long _interval;
    private readonly Timer _coarse;
    private long _at;
    private volatile bool _disposed;

    public SystemTimer(TimeSpan delay, TimeSpan interval, Action<object> action, object state)
    {
        (_action, _state) = (action, state);
        _interval = interval == Timeout.InfiniteTimeSpan ? 0 : Math.Max(1, Ticks(interval));
        if (delay > Short || interval > Short)
        {
            using var noFlow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
            _coarse = new Timer(static t => ((SystemTimer)t).Run(), this, delay < TimeSpan.Zero ? TimeSpan.Zero : delay, interval);
            return;
        }
        _at = Stopwatch.GetTimestamp() + Math.Max(0, Ticks(delay));
        Enqueue();
    }

    public static SystemTimer Once(TimeSpan delay, Action<object> action, object state) => new(delay, Timeout.InfiniteTimeSpan, action, state);

    public void Dispose()
    {
        _disposed = true;
        _coarse?.Dispose();
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private void Enqueue()
    {
        lock (Gate)
        {
            Due.Enqueue(this, _at);
            if (ReferenceEquals(Due.Peek(), this)) Monitor.Pulse(Gate);
            if (s_thread is not null) return;
            s_thread = new Thread(RunAll) { IsBackground = true, Name = "akka-timer" };
            s_thread.UnsafeStart();
        }
    }

    private static void RunAll()
    {
        while (true)
        {
            var timer = NextDue();
            timer.Run();
            if (timer._interval == 0 || timer._disposed) continue;
            // A rhythm that has fallen behind goes on from now: it does not fire in a burst.
            timer._at = Math.Max(timer._at + timer._interval, Stopwatch.GetTimestamp());
            timer.Enqueue();
        }
    }

    private static SystemTimer NextDue()
    {
        lock (Gate)
        {
            while (true)
            {
                if (!Due.TryPeek(out _, out var at))
                {
                    Monitor.Wait(Gate);
                    continue;
                }
                var left = at - Stopwatch.GetTimestamp();
                if (left <= 0) return Due.Dequeue();
                Monitor.Wait(Gate, (int)(left * 1000 / Stopwatch.Frequency) + 1);
            }
        }
    }

    private void Run()
    {
        if (!_disposed) _action(_state);
    }
}
