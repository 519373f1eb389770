using System.Globalization;

namespace PbKv.Host.CommandLine;

/// <summary>Durations as people type them: 500ms, 30s, 2m, 1h, infinite.</summary>
internal static class Durations
{
    private static readonly (string Unit, double Milliseconds)[] Units =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

    /// <summary>Longer ones are as good as infinite, and timers cannot count them.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    /// <summary>Reads what has passed <see cref="TryParse"/> before.</summary>
    public static TimeSpan Parse(string text) =>
        TryParse(text, out var duration, out var problem) ? duration : throw new FormatException(problem);

    public static bool TryParse(string text, out TimeSpan duration, out string problem)
    {
        duration = Timeout.InfiniteTimeSpan;
        problem = "";
        if (text == "infinite") return true;
        var digits = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyz");
        var unit = text[digits.Length..];
        var known = Array.Find(Units, u => u.Unit == unit);
        if (known.Unit is null || !double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            problem = $"'{text}' is no duration: write a number and a unit (500ms, 30s, 2m, 1h) or 'infinite'";
            return false;
        }

        var milliseconds = number * known.Milliseconds;
        if (milliseconds < 1 || milliseconds > Longest.TotalMilliseconds)
        {
            problem = $"'{text}' is out of range: from 1ms to {Longest.TotalHours}h, or 'infinite'";
            return false;
        }

        duration = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }
}
