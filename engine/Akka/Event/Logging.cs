namespace Akka.Event;

public interface ILogMessageFormatter
{
    string Format(string format, params object[] args);
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
    /// <summary>Above every level that a line can have.</summary>
    private const LogLevel Off = (LogLevel)int.MaxValue;

    public static ILoggingAdapter GetLogger(this IActorContext context, ILogMessageFormatter logMessageFormatter = null) =>
        GetLogger(context.System, context, logMessageFormatter);

    public static ILoggingAdapter GetLogger(ActorSystem system, object logSourceObj, ILogMessageFormatter logMessageFormatter = null)
    {
        ArgumentNullException.ThrowIfNull(logSourceObj);
        var (source, type) = logSourceObj switch
        {
            string text => ($"{text}({system})", typeof(string)),
            IActorRef actor => (SourceOf(actor), actor.GetType()),
            ActorCell cell => (SourceOf(cell.Ref), cell.ActorType),
            var other => ($"{(other as Type ?? other.GetType()).FullName}({system})", other as Type ?? other.GetType()),
        };
        return new BusLogger(system.EventStream, source, type, logMessageFormatter);
    }

    public static string StringFor(this LogLevel logLevel) => logLevel switch
    {
        LogLevel.DebugLevel => "DEBUG",
        LogLevel.InfoLevel => "INFO",
        LogLevel.WarningLevel => "WARNING",
        _ => "ERROR",
    };

    internal static LogLevel LevelIn(Config config, string setting)
    {
        var text = config.GetString(setting);
        if (string.Equals(text, "OFF", StringComparison.OrdinalIgnoreCase)) return Off;
        return Enum.TryParse<LogLevel>(text + "Level", ignoreCase: true, out var level)
            ? level
            : throw new ArgumentException($"{setting} is '{text}'; it takes DEBUG, INFO, WARNING, ERROR or OFF");
    }

    private static string SourceOf(IActorRef actor) => InternalActorRef.Of(actor) is { } own
        ? own.Path.ToStringWithAddress(own.System.Provider.DefaultAddress)
        : actor.Path.ToString();
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
            _ => new Error(cause, source, type, message),
        });
    }
}

/// <summary>A text with its arguments, put together only if somebody reads it.</summary>
public abstract class LogMessage
{
    private protected LogMessage() { }
}

internal sealed class FormattedMessage(ILogMessageFormatter formatter, string format, object[] args) : LogMessage
{
    private string _text;

    /// <summary>A wrong format must not lose the line that it was to write.</summary>
    public override string ToString()
    {
        try
        {
            return _text ??= formatter is null ? string.Format(CultureInfo.InvariantCulture, format, args) : formatter.Format(format, args);
        }
        catch (FormatException e)
        {
            return _text = $"{format} [{string.Join(", ", args)}] (bad format: {e.Message})";
        }
    }
}
