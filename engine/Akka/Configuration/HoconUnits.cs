using System.Globalization;
using System.Numerics;

namespace Akka.Configuration.Hocon;

/// <summary>Numbers, switches, durations and sizes as settings write them.</summary>
internal static class HoconUnits
{
    private static readonly Dictionary<string, decimal> Milliseconds = new(StringComparer.Ordinal)
    {
        [""] = 1,
        ["ns"] = 0.000_001m,
        ["nano"] = 0.000_001m,
        ["nanos"] = 0.000_001m,
        ["nanosecond"] = 0.000_001m,
        ["nanoseconds"] = 0.000_001m,
        ["us"] = 0.001m,
        ["micro"] = 0.001m,
        ["micros"] = 0.001m,
        ["microsecond"] = 0.001m,
        ["microseconds"] = 0.001m,
        ["ms"] = 1,
        ["milli"] = 1,
        ["millis"] = 1,
        ["millisecond"] = 1,
        ["milliseconds"] = 1,
        ["s"] = 1_000m,
        ["second"] = 1_000m,
        ["seconds"] = 1_000m,
        ["m"] = 60_000m,
        ["minute"] = 60_000m,
        ["minutes"] = 60_000m,
        ["h"] = 3_600_000m,
        ["hour"] = 3_600_000m,
        ["hours"] = 3_600_000m,
        ["d"] = 86_400_000m,
        ["day"] = 86_400_000m,
        ["days"] = 86_400_000m,
    };

    private static readonly Dictionary<string, long> ByteUnits = new(StringComparer.Ordinal)
    {
        [""] = 1,
        ["B"] = 1,
        ["b"] = 1,
        ["byte"] = 1,
        ["bytes"] = 1,
        ["kB"] = 1000,
        ["kilobyte"] = 1000,
        ["kilobytes"] = 1000,
        ["K"] = 1L << 10,
        ["k"] = 1L << 10,
        ["Ki"] = 1L << 10,
        ["KiB"] = 1L << 10,
        ["kibibyte"] = 1L << 10,
        ["kibibytes"] = 1L << 10,
        ["MB"] = 1_000_000,
        ["megabyte"] = 1_000_000,
        ["megabytes"] = 1_000_000,
        ["M"] = 1L << 20,
        ["m"] = 1L << 20,
        ["Mi"] = 1L << 20,
        ["MiB"] = 1L << 20,
        ["mebibyte"] = 1L << 20,
        ["mebibytes"] = 1L << 20,
        ["GB"] = 1_000_000_000,
        ["gigabyte"] = 1_000_000_000,
        ["gigabytes"] = 1_000_000_000,
        ["G"] = 1L << 30,
        ["g"] = 1L << 30,
        ["Gi"] = 1L << 30,
        ["GiB"] = 1L << 30,
        ["gibibyte"] = 1L << 30,
        ["gibibytes"] = 1L << 30,
        ["TB"] = 1_000_000_000_000,
        ["terabyte"] = 1_000_000_000_000,
        ["terabytes"] = 1_000_000_000_000,
        ["T"] = 1L << 40,
        ["t"] = 1L << 40,
        ["Ti"] = 1L << 40,
        ["TiB"] = 1L << 40,
        ["tebibyte"] = 1L << 40,
        ["tebibytes"] = 1L << 40,
    };

    public static bool Boolean(string path, string text) => text switch
    {
        "true" or "on" => true,
        "false" or "off" => false,
        _ => throw Wrong(path, text, "on, off, true or false"),
    };

    public static T Number<T>(string path, string text) where T : INumber<T> =>
        T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(path, text, "a number");

    public static TimeSpan Duration(string path, string text, bool allowInfinite)
    {
        if (allowInfinite && text == "infinite") return Timeout.InfiniteTimeSpan;
        var (number, unit) = Split(text);
        if (number is null || !Milliseconds.TryGetValue(unit, out var factor)) throw Wrong(path, text, "a number with one unit, such as 100ms, 1.5s or 5m");
        return TimeSpan.FromTicks((long)(number.Value * factor * TimeSpan.TicksPerMillisecond));
    }

    public static long Bytes(string path, string text)
    {
        var (number, unit) = Split(text);
        if (number is null || !ByteUnits.TryGetValue(unit, out var factor)) throw Wrong(path, text, "a size, such as 128000b, 64KiB or 1MB");
        return (long)(number.Value * factor);
    }

    private static (decimal? Number, string Unit) Split(string text)
    {
        text = text.Trim();
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.' || (end == 0 && text[end] is '-' or '+'))) end++;
        return decimal.TryParse(text.AsSpan(0, end), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? (number, text[end..].Trim())
            : (null, "");
    }

    private static FormatException Wrong(string path, string text, string takes) => new($"{path} is '{text}'; it takes {takes}");
}
