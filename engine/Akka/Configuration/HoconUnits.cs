using System.Numerics;

namespace Akka.Configuration.Hocon;

/// <summary>Numbers, switches, durations and sizes as settings write them.</summary>
internal static class HoconUnits
{
    private static readonly Dictionary<string, decimal> Milliseconds = Units(
        (0.000_001m, "ns nano nanos nanosecond nanoseconds"),
        (0.001m, "us micro micros microsecond microseconds"),
        (1, "ms milli millis millisecond milliseconds"),
        (1_000, "s second seconds"),
        (60_000, "m minute minutes"),
        (3_600_000, "h hour hours"),
        (86_400_000, "d day days"));

    private static readonly Dictionary<string, decimal> ByteUnits = Units(
        (1, "B b byte bytes"),
        (1_000, "kB kilobyte kilobytes"),
        (1L << 10, "K k Ki KiB kibibyte kibibytes"),
        (1_000_000, "MB megabyte megabytes"),
        (1L << 20, "M m Mi MiB mebibyte mebibytes"),
        (1_000_000_000, "GB gigabyte gigabytes"),
        (1L << 30, "G g Gi GiB gibibyte gibibytes"),
        (1_000_000_000_000, "TB terabyte terabytes"),
        (1L << 40, "T t Ti TiB tebibyte tebibytes"));

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
        var milliseconds = Measure(text, Milliseconds, "ms") ?? throw Wrong(path, text, "a number with one unit, such as 100ms, 1.5s or 5m");
        return TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));
    }

    public static long Bytes(string path, string text) =>
        (long)(Measure(text, ByteUnits, "b") ?? throw Wrong(path, text, "a size, such as 128000b, 64KiB or 1MB"));

    /// <summary>A number with its unit, or with the plain one; null when it is none.</summary>
    private static decimal? Measure(string text, Dictionary<string, decimal> units, string plain)
    {
        text = text.Trim();
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.' || (end == 0 && text[end] is '-' or '+'))) end++;
        var unit = end < text.Length ? text[end..].Trim() : plain;
        return decimal.TryParse(text.AsSpan(0, end), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && units.TryGetValue(unit, out var factor) ? number * factor : null;
    }

    private static Dictionary<string, decimal> Units(params (decimal Factor, string Names)[] rows) =>
        rows.SelectMany(row => row.Names.Split(' '), (row, name) => (name, row.Factor)).ToDictionary(StringComparer.Ordinal);

    private static FormatException Wrong(string path, string text, string takes) => new($"{path} is '{text}'; it takes {takes}");
}
