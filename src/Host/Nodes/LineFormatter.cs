using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using PbKv.Actors.Hosting;

namespace PbKv.Host.Nodes;

/// <summary>What nodes log, a line each, for standard error.</summary>
internal sealed class LineFormatter(LineFormatter.Format format) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "pbkv";

    private readonly RepeatLimit _repeats = new(RepeatLimit.Usual);
    private readonly Lock _lock = new();

    public override void Write<TState>(
        in LogEntry<TState> logEntry,
        IExternalScopeProvider? scopeProvider,
        TextWriter textWriter
    )
    {
        var record = logEntry.State is LogRecord known
            ? known
            : new LogRecord(DateTime.UtcNow, logEntry.Category, logEntry.Formatter(logEntry.State, logEntry.Exception));
        int unwritten;
        lock (_lock)
        {
            if (!_repeats.Allows($"{record.Source}{record.Text}", record.Time, out unwritten))
                return;
        }

        textWriter.WriteLine(LogLine.Of(record, logEntry.LogLevel, logEntry.Exception, unwritten, format.Json));
    }

    internal sealed record Format(bool Json);
}
