namespace PbKv.Client;

internal static class Deadlines
{
    /// <summary>Longer ones are as good as infinite, and timers cannot count them.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

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
