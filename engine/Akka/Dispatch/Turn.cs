using System.Diagnostics;

namespace Akka.Dispatch;

/// <summary>Work that can wait for the end of the turn in which it came up, and is better done once than for each message.</summary>
internal interface IAtTurnsEnd
{
    /// <summary>The turn that has put it off last; kept here to be found without a search.</summary>
    Turn PutOffBy { get; set; }

    /// <summary>May be called by any thread, and more often than needed.</summary>
    void AtTurnsEnd();
}

/// <summary>
/// One run of a mailbox on a thread. What its messages put off is done by the same thread when the run ends; earlier when it
/// has already waited as long as a change of threads would take, and by the watchman when one message takes very long.
/// </summary>
internal sealed class Turn : IWatched
{
    private static readonly long MostTicks = Stopwatch.Frequency / 20_000;
    private static readonly long HeldUpTicks = Stopwatch.Frequency * Watchman.PeriodMs / 1000;

    [ThreadStatic] private static Turn t_turn;

    private readonly List<IAtTurnsEnd> _work = [];
    private readonly Lock _lock = new();
    private bool _running;
    private long _since;

    private Turn() => Watchman.Register(this);

    /// <summary>False when the calling thread runs no actor; the work is then the caller's to do.</summary>
    public static bool TryPutOff(IAtTurnsEnd work)
    {
        if (t_turn is not { _running: true } turn) return false;
        if (ReferenceEquals(work.PutOffBy, turn)) return true;
        turn.Add(work);
        return true;
    }

    public static Turn Begin()
    {
        var turn = t_turn ??= new Turn();
        turn._running = true;
        return turn;
    }

    /// <summary>Before a further message of the same run. The clock is read only when there is one and something waits.</summary>
    public void BeforeAnother()
    {
        if (_work.Count > 0 && Stopwatch.GetTimestamp() - _since > MostTicks) DoWork();
    }

    public void End()
    {
        _running = false;
        if (_work.Count > 0) DoWork();
    }

    /// <summary>The turn's own thread does it again when it comes to its end: twice is harmless, never is not.</summary>
    bool IWatched.Look()
    {
        IAtTurnsEnd[] waiting;
        lock (_lock)
        {
            if (_work.Count == 0) return false;
            if (Stopwatch.GetTimestamp() - _since < HeldUpTicks) return true;
            waiting = [.. _work];
        }
        foreach (var work in waiting) work.AtTurnsEnd();
        return true;
    }

    private void Add(IAtTurnsEnd work)
    {
        lock (_lock)
        {
            if (_work.Count == 0) _since = Stopwatch.GetTimestamp();
            _work.Add(work);
        }
        work.PutOffBy = this;
        Watchman.StayAwake();
    }

    private void DoWork()
    {
        foreach (var work in _work)
        {
            work.PutOffBy = null;
            work.AtTurnsEnd();
        }
        lock (_lock) _work.Clear();
    }
}
