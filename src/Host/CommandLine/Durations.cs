using PbKv.Actors;

namespace PbKv.Host.CommandLine;

/// <summary>Durations as people type them: 500ms, 30s, 2m, 1h, infinite. A number alone, which a setting may be, is refused.</summary>
internal static class Durations
{
    /// <summary>Longer ones are as good as infinite, and timers cannot count them.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    /// <summary>Reads what has passed <see cref="TryParse"/> before.</summary>
    public static TimeSpan Parse(string text) =>
        TryParse(text, out var duration, out var problem) ? duration : throw new FormatException(problem);

    public static bool TryParse(string text, out TimeSpan duration, out string problem)
    {
        problem = "";
        if (!SettingText.TryDuration(text, out duration) || text.Any(char.IsWhiteSpace) || char.IsDigit(text[^1]))
            problem = $"'{text}' is no duration: write a number and a unit (500ms, 30s, 2m, 1h) or 'infinite'";
        else if (duration != Timeout.InfiniteTimeSpan && (duration.TotalMilliseconds < 1 || duration > Longest))
            problem = $"'{text}' is out of range: from 1ms to {Longest.TotalHours}h, or 'infinite'";
        return problem.Length == 0;
    }
}
