using System.Globalization;
using Akka.Actor;

namespace Akka.Event;

public interface ILogMessageFormatter
{
    string Format(string format, params object[] args);
}

/// <summary>A text with its arguments, put together only if somebody reads it.</summary>
public abstract class LogMessage
{
    protected readonly ILogMessageFormatter Formatter;

    public LogMessage(ILogMessageFormatter formatter, string format)
    {
        Formatter = formatter;
        Format = format;
    }

    public string Format { get; }
}

public interface ILoggingAdapter
{
    bool IsDebugEnabled { get; }

    bool IsInfoEnabled { get; }

    bool IsWarningEnabled { get; }

    bool IsErrorEnabled { get; }

    bool IsEnabled(LogLevel logLevel);

    void Log(LogLevel logLevel, Exception cause, LogMessage message);

    void Log(LogLevel logLevel, Exception cause, string format);
}

public static class Logging
{
    public static ILoggingAdapter GetLogger(this IActorContext context, ILogMessageFormatter logMessageFormatter = null)
    {
        var cell = (ActorCell)context;
        return new BusLogger(cell.SystemImpl.EventStream, SourceOf(cell.Ref), cell.ActorType, logMessageFormatter);
    }

    public static ILoggingAdapter GetLogger(ActorSystem system, object logSourceObj, ILogMessageFormatter logMessageFormatter = null)
    {
        var (source, type) = logSourceObj switch
        {
            string text => ($"{text}({system})", typeof(string)),
            Type t => ($"{t.FullName}({system})", t),
            IActorRef actor => (SourceOf(actor), actor.GetType()),
            ActorCell cell => (SourceOf(cell.Ref), cell.ActorType),
            null => throw new ArgumentNullException(nameof(logSourceObj)),
            var other => ($"{other.GetType().FullName}({system})", other.GetType()),
        };
        return new BusLogger(system.EventStream, source, type, logMessageFormatter);
    }

    public static string StringFor(this LogLevel logLevel) => logLevel switch
    {
        LogLevel.DebugLevel => "DEBUG",
        LogLevel.InfoLevel => "INFO",
        LogLevel.WarningLevel => "WARNING",
        LogLevel.ErrorLevel => "ERROR",
        _ => "OFF",
    };

    private static string SourceOf(IActorRef actor) => InternalActorRef.Of(actor) is { } own
        ? own.Path.ToStringWithAddress(own.System.Provider.DefaultAddress)
        : actor.Path.ToString();

    /// <summary>OFF is above every level that a message can have.</summary>
    internal const LogLevel OffLogLevel = (LogLevel)int.MaxValue;

    internal static LogLevel LogLevelOf(string text, string setting) => text?.ToUpperInvariant() switch
    {
        "DEBUG" => LogLevel.DebugLevel,
        "INFO" => LogLevel.InfoLevel,
        "WARNING" => LogLevel.WarningLevel,
        "ERROR" => LogLevel.ErrorLevel,
        "OFF" => OffLogLevel,
        _ => throw new ArgumentException($"{setting} is '{text}'; it takes DEBUG, INFO, WARNING, ERROR or OFF"),
    };
}

/// <summary>Makes the event of a line if its level is on, and publishes it.</summary>
internal sealed class BusLogger(LoggingBus bus, string source, Type type, ILogMessageFormatter formatter) : ILoggingAdapter
{
    public ILogMessageFormatter Formatter => formatter;

    public bool IsDebugEnabled => IsEnabled(LogLevel.DebugLevel);

    public bool IsInfoEnabled => IsEnabled(LogLevel.InfoLevel);

    public bool IsWarningEnabled => IsEnabled(LogLevel.WarningLevel);

    public bool IsErrorEnabled => IsEnabled(LogLevel.ErrorLevel);

    public bool IsEnabled(LogLevel logLevel) => logLevel >= bus.LogLevel;

    public void Log(LogLevel logLevel, Exception cause, LogMessage message) => Publish(logLevel, cause, message);

    public void Log(LogLevel logLevel, Exception cause, string format) => Publish(logLevel, cause, format);

    private void Publish(LogLevel level, Exception cause, object message)
    {
        if (!IsEnabled(level)) return;
        bus.Publish(level switch
        {
            LogLevel.DebugLevel => new Debug(cause, source, type, message),
            LogLevel.InfoLevel => new Info(cause, source, type, message),
            LogLevel.WarningLevel => new Warning(cause, source, type, message),
            _ => (LogEvent)new Error(cause, source, type, message),
        });
    }
}

internal sealed class FormattedMessage(ILogMessageFormatter formatter, string format, object[] args) : LogMessage(formatter, format)
{
    private string _text;

    /// <summary>A wrong format must not lose the line that it was to write.</summary>
    public override string ToString()
    {
        if (_text is not null) return _text;
        try
        {
            return _text = Formatter is null ? string.Format(CultureInfo.InvariantCulture, Format, args) : Formatter.Format(Format, args);
        }
        catch (FormatException e)
        {
            return _text = $"{Format} [{string.Join(", ", args)}] (bad format: {e.Message})";
        }
    }
}
