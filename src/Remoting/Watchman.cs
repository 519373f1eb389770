using System.Diagnostics;

namespace PbKv.Remoting;

/// <summary>
/// One thread for the whole process that looks every few milliseconds, while there is something to look after, at
/// threads that run actors. An actor that blocks in its handler, perhaps for an answer to what it has just sent, thus
/// holds up neither the reading nor the sending of any connection.
/// </summary>
internal static class Watchman
{
    private const int PeriodMs = 5;

    /// <summary>
    /// It looks less and less often while it finds nothing that runs, and parks only after many looks: to be woken for
    /// each turn would be a good part of what a process with little to do does.
    /// </summary>
    private const int LongestPeriodMs = 8 * PeriodMs;

    private const int LooksInVain = 10;

    private static readonly long HeldUpTicks = Stopwatch.Frequency * PeriodMs / 1000;
    private static readonly object Gate = new();
    private static readonly List<WeakReference<Turn>> Turns = [];
    private static volatile bool _needed;
    private static volatile bool _parked;
    private static Thread? _thread;

    /// <summary>It is looked at as long as its thread lives.</summary>
    public static void Register(Turn turn)
    {
        lock (Gate)
        {
            Turns.RemoveAll(known => !known.TryGetTarget(out _));
            Turns.Add(new WeakReference<Turn>(turn));
            if (_thread is not null)
                return;
            _thread = new Thread(Run) { IsBackground = true, Name = "remoting-watch" };
            _thread.UnsafeStart();
        }
    }

    /// <summary>For a turn that begins. Costs next to nothing while the watchman is awake.</summary>
    public static void StayAwake()
    {
        // The turn is seen to run before the flag is read: else the watchman may lower it and see no turn.
        Interlocked.MemoryBarrier();
        if (_needed)
            return;
        _needed = true;
        // The flag goes up before this is read, and the watchman looks at it after it has parked: one of the two sees
        // the other.
        Interlocked.MemoryBarrier();
        if (!_parked)
            return;
        lock (Gate)
            Monitor.Pulse(Gate);
    }

    private static void Run()
    {
        var (period, looks) = (PeriodMs, 0);
        while (true)
        {
            Thread.Sleep(period);
            looks = _needed ? 0 : looks + 1;
            // Lowered before the look: what begins after it raises the flag again.
            _needed = false;
            period = LookAtAll() ? PeriodMs : Math.Min(2 * period, LongestPeriodMs);
            if (looks < LooksInVain)
                continue;
            Park();
            (period, looks) = (PeriodMs, 0);
        }
    }

    private static void Park()
    {
        lock (Gate)
        {
            _parked = true;
            Interlocked.MemoryBarrier();
            while (!_needed)
                Monitor.Wait(Gate);
            _parked = false;
        }
    }

    private static bool LookAtAll()
    {
        WeakReference<Turn>[] all;
        lock (Gate)
            all = [.. Turns];
        var busy = false;
        foreach (var known in all)
        {
            if (known.TryGetTarget(out var turn))
                busy |= turn.Look(Stopwatch.GetTimestamp(), HeldUpTicks);
        }
        return busy;
    }
}
