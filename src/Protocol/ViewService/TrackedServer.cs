namespace PbKv.Protocol;

/// <summary>
/// What the view service knows of one life of a server. Everything is counted in its own ticks and kept as ages, so
/// that two states that differ only in how long the view service has been running are the same state.
/// </summary>
internal sealed record TrackedServer(ServerId Id)
{
    /// <summary>Times DeadPings.</summary>
    private const int LongestPause = 64;

    /// <summary>False for a server that is only known from the memory of an earlier life of the view service.</summary>
    public bool Pinged { get; init; }

    /// <summary>Ticks since the last ping, or since the view service started.</summary>
    public long PingAge { get; init; }

    /// <summary>The newest of our answers that it says it heard; 0 for none.</summary>
    public long Heard { get; init; }

    /// <summary>Ticks in which it pinged and had heard nothing new: our answers do not reach it.</summary>
    public int DeafTicks { get; init; }

    public bool PingedThisTick { get; init; }

    public bool HeardThisTick { get; init; }

    /// <summary>Its connection broke, and it has not pinged since: the timer is running.</summary>
    public bool HintPending { get; init; }

    /// <summary>It did not ping in time, by ticks or after its connection broke, and has not since.</summary>
    public bool Overdue { get; init; }

    /// <summary>Its pings showed for too long that it hears no answers, and show nothing else yet.</summary>
    public bool Deaf { get; init; }

    public bool Leaving { get; init; }

    /// <summary>Its feature level, as far as it has said one.</summary>
    public int Level { get; init; } = 1;

    /// <summary>
    /// How long the pause was, or would be by now, after which it may be backup again; 0 where no primary reported it
    /// as silent. The longer, the later it is taken.
    /// </summary>
    public int LastPause { get; init; }

    /// <summary>Ticks with a ping until the end of the pause; below 0, since then.</summary>
    public int Pause { get; init; }

    public bool Alive => !Overdue && !Deaf;

    /// <param name="newest">What the ping says of the newest answer heard; one of an earlier life of ours counts as
    /// none.</param>
    public TrackedServer OnPing(long newest, bool leaving, int level)
    {
        // The first ping proves nothing about the way back: its number is where the counting begins.
        var news = newest > Heard || !Pinged;
        return this with
        {
            Pinged = true,
            PingAge = 0,
            Heard = Math.Max(Heard, newest),
            DeafTicks = news ? 0 : DeafTicks,
            PingedThisTick = true,
            HeardThisTick = HeardThisTick || news,
            HintPending = false,
            Overdue = false,
            Deaf = Deaf && !news,
            // Leaving is for good: an earlier ping that comes late does not take it back.
            Leaving = Leaving || leaving,
            Level = level,
        };
    }

    public TrackedServer OnReportedSilent(ProtocolSettings settings)
    {
        var pause = Math.Clamp(2 * LastPause, settings.DeadPings, LongestPause * settings.DeadPings);
        return this with { LastPause = pause, Pause = pause };
    }

    /// <summary>
    /// A report loses its weight where the server pings for twice as long as the pause was, and is not reported again.
    /// Beside that it gets the time in which a primary finds it silent: otherwise a short pause would be forgotten by a
    /// backup that is about to be reported.
    /// </summary>
    private TrackedServer Rest(ProtocolSettings settings) =>
        LastPause == 0 || !PingedThisTick ? this
        : Pause - 1 > -(2 * LastPause) - settings.BackupSilentTicks ? this with { Pause = Pause - 1 }
        : this with { LastPause = LastPause > settings.DeadPings ? LastPause / 2 : 0, Pause = 0 };

    /// <param name="deadAfter">So many ticks of silence, or of deafness, and it is dead.</param>
    public TrackedServer OnTick(int deadAfter, ProtocolSettings settings)
    {
        var age = PingAge + 1;
        // A tick without a ping says nothing of what the server hears.
        var deaf = PingedThisTick && !HeardThisTick ? DeafTicks + 1 : DeafTicks;
        return Rest(settings) with
        {
            PingAge = age,
            DeafTicks = deaf,
            Overdue = Overdue || age >= deadAfter,
            Deaf = Deaf || deaf >= deadAfter,
            PingedThisTick = false,
            HeardThisTick = false,
        };
    }

    /// <summary>What was silent for too long is dead, for however long it has been.</summary>
    public void AddTo(ref Fingerprint fingerprint, long now)
    {
        Id.AddTo(ref fingerprint);
        fingerprint.Add(Overdue ? 0 : PingAge);
        // Exactly: a late ping is news or not by this number, however old it is.
        fingerprint.Add(Pinged ? 1 + now - Heard : 0);
        fingerprint.Add(DeafTicks);
        fingerprint.Add(PingedThisTick);
        fingerprint.Add(HeardThisTick);
        fingerprint.Add(HintPending);
        fingerprint.Add(Overdue);
        fingerprint.Add(Leaving);
        fingerprint.Add(Deaf);
        fingerprint.Add(LastPause);
        fingerprint.Add(Pause);
        fingerprint.Add(Level);
    }
}
