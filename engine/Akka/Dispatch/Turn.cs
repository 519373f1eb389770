using System.Diagnostics;

namespace Akka.Dispatch;

/// <summary>Work that can wait for the end of the turn in which it came up, and is better done once than for each message.</summary>
internal interface IAtTurnsEnd
{
    void AtTurnsEnd();
}

/// <summary>
/// One run of a mailbox on a thread. What its messages put off is done by the same thread when the run ends; earlier when it
/// has already waited as long as a change of threads would take.
/// </summary>
internal sealed class Turn
{
    private static readonly long MostTicks = Stopwatch.Frequency / 20_000;

    [ThreadStatic] private static Turn t_turn;

    private readonly List<IAtTurnsEnd> _work = [];
    private bool _running;
    private long _since;

    /// <summary>False when the calling thread runs no actor; the work is then the caller's to do.</summary>
    public static bool TryPutOff(IAtTurnsEnd work)
    {
        if (t_turn is not { _running: true } turn) return false;
        if (turn._work.Contains(work)) return true;
        if (turn._work.Count == 0) turn._since = Stopwatch.GetTimestamp();
        turn._work.Add(work);
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

    private void DoWork()
    {
        foreach (var work in _work) work.AtTurnsEnd();
        _work.Clear();
    }
}
