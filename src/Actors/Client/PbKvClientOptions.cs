using Microsoft.Extensions.Logging;

namespace PbKv.Client;

/// <summary>How a client differs from the defaults.</summary>
public sealed record PbKvClientOptions
{
    /// <summary>
    /// How long an operation is tried where the call says nothing else; <see cref="Timeout.InfiniteTimeSpan"/> is for
    /// ever.
    /// </summary>
    public TimeSpan? Deadline
    {
        get;
        init => field = value is { } given ? Deadlines.Check(given) : null;
    }

    /// <summary>
    /// Whether a client that joins an ActorSystem keeps apart from others of the same cluster there: one that moves
    /// large values would hold up those that it shares with.
    /// </summary>
    public bool OwnSession { get; init; }

    /// <summary>Where a client with an ActorSystem of its own logs to; null: standard error.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>
    /// Settings in HOCON as in hocon/pbkv.conf, <c>pbkv { ... }</c> and, for a client with an ActorSystem of its own,
    /// <c>akka { ... }</c>.
    /// </summary>
    public string Settings
    {
        get;
        init => (field, Config) = (value, PbKvConfig.Parse(value));
    } = "";

    internal Config Config { get; init; } = Config.Empty;
}

internal static class Deadlines
{
    /// <summary>Longer ones are as good as infinite, and timers cannot count them.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    /// <summary>So many of a clerk's ticks; for ever is the most that there can be.</summary>
    public static long Ticks(TimeSpan deadline, int tickMs)
    {
        var within = Check(deadline);
        return within == Timeout.InfiniteTimeSpan
            ? long.MaxValue
            : Math.Max(1, (long)Math.Ceiling(within.TotalMilliseconds / tickMs));
    }

    public static TimeSpan Check(TimeSpan deadline)
    {
        if (deadline == Timeout.InfiniteTimeSpan || deadline > Longest)
            return Timeout.InfiniteTimeSpan;
        return deadline > TimeSpan.Zero
            ? deadline
            : throw new ArgumentOutOfRangeException(
                nameof(deadline),
                deadline,
                "a deadline is above zero, or Timeout.InfiniteTimeSpan"
            );
    }
}
