using System.Globalization;

namespace PbKv.Actors;

/// <summary>
/// Durations and sizes as people write them: <c>100ms</c>, <c>1.5s</c>, <c>infinite</c>; <c>64KiB</c>, <c>1MiB</c>.
/// </summary>
internal static class SettingText
{
    private static readonly (string Unit, double Milliseconds)[] Durations =
    [
        ("ms", 1),
        ("s", 1000),
        ("m", 60_000),
        ("h", 3_600_000),
        ("d", 86_400_000),
    ];

    private static readonly (string Unit, double Bytes)[] Sizes =
    [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("kB", 1e3),
        ("MB", 1e6),
        ("GB", 1e9),
        ("k", 1 << 10),
        ("m", 1 << 20),
        ("g", 1 << 30),
        ("b", 1),
        ("", 1),
    ];

    /// <summary>A bare number is milliseconds; <c>infinite</c> is <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public static bool TryDuration(string text, out TimeSpan duration)
    {
        duration = Timeout.InfiniteTimeSpan;
        if (text.Trim() is "infinite")
            return true;
        var read = TryNumber(text, [.. Durations, ("", 1)], out var milliseconds);
        read &= milliseconds <= TimeSpan.MaxValue.TotalMilliseconds / 2;
        duration = read ? TimeSpan.FromMilliseconds(milliseconds) : default;
        return read;
    }

    public static bool TrySize(string text, out long bytes)
    {
        var read = TryNumber(text, Sizes, out var number) && number <= long.MaxValue / 2;
        bytes = read ? (long)number : 0;
        return read;
    }

    public static string OfDuration(TimeSpan duration)
    {
        if (duration == Timeout.InfiniteTimeSpan)
            return "infinite";
        var milliseconds = duration.TotalMilliseconds;
        var (unit, each) = Durations.Last(candidate =>
            candidate.Milliseconds == 1 || IsWhole(milliseconds / candidate.Milliseconds)
        );
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / each}{unit}");
    }

    public static string OfSize(long bytes) =>
        bytes switch
        {
            _ when bytes >= 1 << 30 && bytes % (1 << 30) == 0 => $"{bytes >> 30}GiB",
            _ when bytes >= 1 << 20 && bytes % (1 << 20) == 0 => $"{bytes >> 20}MiB",
            _ when bytes >= 1 << 10 && bytes % (1 << 10) == 0 => $"{bytes >> 10}KiB",
            _ => $"{bytes}B",
        };

    private static bool IsWhole(double number) => number >= 1 && Math.Abs(number - Math.Round(number)) < 1e-9;

    private static bool TryNumber(string text, IEnumerable<(string Unit, double Factor)> units, out double number)
    {
        var digits = text.AsSpan().Trim();
        var length = digits.LastIndexOfAnyInRange('0', '9') + 1;
        var unit = digits[length..].Trim().ToString();
        number = 0;
        foreach (var (name, factor) in units)
        {
            if (!string.Equals(name, unit, StringComparison.OrdinalIgnoreCase))
                continue;
            if (
                !double.TryParse(
                    digits[..length],
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out number
                )
            )
                return false;
            number *= factor;
            return true;
        }
        return false;
    }
}

/// <summary>What somebody may have meant.</summary>
internal static class Spelling
{
    /// <returns>The known name with the fewest letters to change, or null where none is near.</returns>
    public static string? Nearest(string given, IEnumerable<string> known) =>
        known
            .Select(name => (Name: name, Distance: Distance(given, name)))
            .Where(near => near.Distance <= Math.Max(1, (Math.Min(given.Length, near.Name.Length) + 1) / 3))
            .OrderBy(near => near.Distance)
            .ThenBy(near => near.Name, StringComparer.Ordinal)
            .Select(near => near.Name)
            .FirstOrDefault();

    /// <summary>How many letters have to be put in, taken out or changed to make one text of the other.</summary>
    public static int Distance(string first, string second)
    {
        var row = Enumerable.Range(0, second.Length + 1).ToArray();
        for (var i = 1; i <= first.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= second.Length; j++)
            {
                var changed = diagonal + (first[i - 1] == second[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}

/// <summary>A setting that is wrong. The text names the key, the value and what is allowed.</summary>
public sealed class SettingsException(string message, Exception? inner = null) : Exception(message, inner);
