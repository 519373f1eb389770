using System.Globalization;
using Akka.Actor;
using Akka.Event;
using PbKv.Actors.Hosting;

namespace PbKv.Actors;

/// <summary>
/// Writes log events to standard error, a line each: time, level, and then node, view, Lamport time and text; what does not
/// come from a node has its source instead. Standard output is for results.
/// </summary>
public sealed class StderrLogger : ReceiveActor
{
    private readonly RepeatLimit _repeats = new(TimeSpan.FromSeconds(10));

    public StderrLogger()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(Write);
    }

    private void Write(LogEvent entry)
    {
        if (!_repeats.Allows($"{entry.LogSource}{entry.Message}", entry.Timestamp, out var unwritten)) return;
        Console.Error.WriteLine(unwritten == 0 ? Line(entry) : $"{Line(entry)} (and {unwritten} times since it was last written)");
    }

    internal static string Line(LogEvent entry)
    {
        var text = entry.Message?.ToString() ?? "";
        var source = text.StartsWith("node=", StringComparison.Ordinal) ? "" : $"source={Printable(entry.LogSource ?? "-")} ";
        var time = entry.Timestamp.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var cause = entry.Cause is null ? "" : $" cause={Printable(entry.Cause.ToString())}";
        return $"{time} {Level(entry.LogLevel())} {source}{Printable(text)}{cause}";
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.DebugLevel => "DEBUG",
        LogLevel.InfoLevel => "INFO ",
        LogLevel.WarningLevel => "WARN ",
        _ => "ERROR",
    };

    /// <summary>One line, whatever a text holds: others may have chosen it.</summary>
    private static string Printable(string text) => text.Any(char.IsControl)
        ? string.Concat(text.Select(letter => letter switch
        {
            '\n' => " | ",
            '\r' => "",
            _ when char.IsControl(letter) => $"\\x{(int)letter:x2}",
            _ => letter.ToString(),
        }))
        : text;
}
