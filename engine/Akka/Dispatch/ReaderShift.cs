using System.Diagnostics;

namespace Akka.Dispatch;

/// <summary>
/// A reading thread runs the actors that it has woken, as long as that is short work; the rest it leaves to the pool. An actor
/// that holds it up gets to keep it, and another thread reads on.
/// </summary>
internal sealed class ReaderShift : IWatched
{
    private static readonly long MostTicks = Stopwatch.Frequency / 5_000;
    private static readonly long HeldUpTicks = Stopwatch.Frequency * Watchman.PeriodMs / 1000;

    private readonly Action _readOn;
    private KeptMailboxes _kept;
    private long _since;
    private long _runs;
    private long _running;

    /// <param name="readOn">Starts the thread that reads on.</param>
    public ReaderShift(Action readOn)
    {
        _readOn = readOn;
        Watchman.Register(this);
    }

    /// <returns>False when another thread reads on meanwhile: this one is to end.</returns>
    public bool TryRun(KeptMailboxes kept)
    {
        if (kept.IsEmpty) return true;
        var run = _runs + 1;
        _runs = run;
        _kept = kept;
        _since = Stopwatch.GetTimestamp();
        Volatile.Write(ref _running, run);
        Watchman.StayAwake();
        while (kept.TryClaim(out var mailbox))
        {
            mailbox.Execute();
            if (Stopwatch.GetTimestamp() - _since > MostTicks) kept.HandOver();
        }
        if (Interlocked.CompareExchange(ref _running, 0, run) != run) return false;
        kept.Clear();
        return true;
    }

    bool IWatched.Look()
    {
        var run = Volatile.Read(ref _running);
        if (run == 0) return false;
        var (kept, since) = (_kept, _since);
        if (Stopwatch.GetTimestamp() - since < HeldUpTicks || Interlocked.CompareExchange(ref _running, 0, run) != run) return true;
        // No later run could begin before this: what was read of the run is of this one.
        _readOn();
        kept.HandOver();
        return true;
    }
}
