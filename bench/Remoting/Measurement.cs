using System.Diagnostics;

namespace PbKv.Remoting.Bench;

/// <summary>Round trips counted over a window of time, after a while of warming up.</summary>
public sealed class Measurement(TimeSpan warmUp, TimeSpan window)
{
    private readonly long _from = Stopwatch.GetTimestamp() + (long)(warmUp.TotalSeconds * Stopwatch.Frequency);
    private readonly long _to = Stopwatch.GetTimestamp() + (long)((warmUp + window).TotalSeconds * Stopwatch.Frequency);
    private long _count;
    private long _started;

    public double PerSecond { get; private set; }

    /// <summary>Counts completed round trips; false once the window is over.</summary>
    public bool Count(int completed)
    {
        var now = Stopwatch.GetTimestamp();
        if (now < _from)
            return true;
        if (_started == 0)
        {
            _started = now;
            return true;
        }
        _count += completed;
        if (now < _to)
            return true;
        PerSecond = _count / ((now - _started) / (double)Stopwatch.Frequency);
        return false;
    }
}
