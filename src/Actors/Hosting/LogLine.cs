using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace PbKv.Actors.Hosting;

/// <summary>An event of the log, as an ILogger is given it.</summary>
internal readonly record struct LogRecord(DateTime Time, string Source, string Text)
{
    public override string ToString() => Text;
}

/// <summary>An event of the log as one line, for people or as a JSON object.</summary>
internal static class LogLine
{
    /// <param name="unwritten">How often it came since it was last written.</param>
    public static string Of(in LogRecord entry, LogLevel level, Exception? cause, int unwritten, bool json)
    {
        var time = entry.Time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        if (json)
            return Json(entry, time, Name(level).TrimEnd(), cause, unwritten);
        var source = entry.Text.StartsWith("node=", StringComparison.Ordinal)
            ? ""
            : $"source={Printable(entry.Source)} ";
        var because = cause is null ? "" : $" cause={Printable(cause.ToString())}";
        var repeated = unwritten == 0 ? "" : $" (and {unwritten} times since it was last written)";
        return $"{time} {Name(level)} {source}{Printable(entry.Text)}{because}{repeated}";
    }

    private static string Json(in LogRecord entry, string time, string level, Exception? cause, int unwritten)
    {
        var line = new JsonObject
        {
            ["time"] = time,
            ["level"] = level,
            ["source"] = entry.Source,
            ["text"] = entry.Text,
        };
        if (cause is not null)
            line["cause"] = cause.ToString();
        if (unwritten > 0)
            line["unwritten"] = unwritten;
        return line.ToJsonString();
    }

    private static string Name(LogLevel level) =>
        level switch
        {
            LogLevel.Trace or LogLevel.Debug => "DEBUG",
            LogLevel.Information => "INFO ",
            LogLevel.Warning => "WARN ",
            _ => "ERROR",
        };

    /// <summary>One line, whatever a text holds: others may have chosen it.</summary>
    private static string Printable(string text) =>
        text.Any(char.IsControl)
            ? string.Concat(
                text.Select(letter =>
                    letter switch
                    {
                        '\n' => " | ",
                        '\r' => "",
                        _ when char.IsControl(letter) => $"\\x{(int)letter:x2}",
                        _ => letter.ToString(),
                    }
                )
            )
            : text;
}

/// <summary>
/// A peer that is away is tried again many times a second, and each time Akka says so in the same words. Once in a
/// while is enough, with the number of times in between.
/// </summary>
internal sealed class RepeatLimit(TimeSpan pause)
{
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(10);

    private const int MostRemembered = 256;

    private readonly Dictionary<string, (DateTime Written, int Since)> _texts = new(StringComparer.Ordinal);

    /// <param name="unwritten">How often it came since it was last written.</param>
    public bool Allows(string text, DateTime now, out int unwritten)
    {
        unwritten = 0;
        if (_texts.TryGetValue(text, out var known))
        {
            if (now - known.Written < pause)
            {
                _texts[text] = (known.Written, known.Since + 1);
                return false;
            }
            unwritten = known.Since;
        }
        else if (_texts.Count == MostRemembered)
        {
            _texts.Clear();
        }
        _texts[text] = (now, 0);
        return true;
    }
}
