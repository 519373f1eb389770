namespace Akka.Dispatch;

/// <summary>Something that an actor in its handler may hold up, because it runs on a thread that has more to do.</summary>
internal interface IWatched
{
    /// <summary>Sees to what has been held up for too long; false when there is nothing that could be.</summary>
    bool Look();
}

/// <summary>
/// One thread for the whole process that looks every few milliseconds, while there is something to look after, at threads that
/// run actors: an actor that blocks in its handler, perhaps for an answer to what it has just sent, thus holds up neither the
/// reading nor the sending of any connection.
/// </summary>
internal static class Watchman
{
    public const int PeriodMs = 5;
    private const int QuietLooks = 2;

    private static readonly object Gate = new();
    private static readonly List<WeakReference<IWatched>> Watched = [];
    private static volatile bool s_needed;
    private static volatile bool s_parked;
    private static Thread s_thread;

    /// <summary>It is looked at as long as somebody else refers to it.</summary>
    public static void Register(IWatched watched)
    {
        lock (Gate)
        {
            Watched.RemoveAll(reference => !reference.TryGetTarget(out _));
            Watched.Add(new WeakReference<IWatched>(watched));
            if (s_thread is not null) return;
            s_thread = new Thread(Run) { IsBackground = true, Name = "akka-watch" };
            s_thread.UnsafeStart();
        }
    }

    /// <summary>For whoever is registered, after it has begun what may be held up. Costs next to nothing while the watchman is awake.</summary>
    public static void StayAwake()
    {
        if (s_needed) return;
        s_needed = true;
        // The flag goes up before this is read, and the watchman looks at it after it has parked: one of the two sees the other.
        Interlocked.MemoryBarrier();
        if (!s_parked) return;
        lock (Gate) Monitor.Pulse(Gate);
    }

    private static void Run()
    {
        for (var quiet = 0; ;)
        {
            Thread.Sleep(PeriodMs);
            // Lowered before the look: what begins after it raises the flag again.
            var needed = s_needed;
            s_needed = false;
            if (LookAtAll() || needed) quiet = 0;
            else if (++quiet > QuietLooks) Park();
        }
    }

    private static void Park()
    {
        lock (Gate)
        {
            s_parked = true;
            Interlocked.MemoryBarrier();
            while (!s_needed) Monitor.Wait(Gate);
            s_parked = false;
        }
    }

    private static bool LookAtAll()
    {
        WeakReference<IWatched>[] all;
        lock (Gate) all = [.. Watched];
        var busy = false;
        foreach (var reference in all)
        {
            if (reference.TryGetTarget(out var watched)) busy |= watched.Look();
        }
        return busy;
    }
}
