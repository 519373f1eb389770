using Akka.Event;
using Akka.Hosting.Logging;
using Microsoft.Extensions.Logging;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace PbKv.Actors;

/// <summary>
/// Writes log events to standard error, a line each: time, level, and then node, view, Lamport time and text; what does
/// not come from a node has its source instead. Standard output is for results. Where the ActorSystem was given an
/// ILoggerFactory, as by Akka.Hosting, they go there.
/// </summary>
internal sealed class StderrLogger : ReceiveActor
{
    private readonly RepeatLimit _repeats = new(RepeatLimit.Usual);
    private readonly Dictionary<Type, ILogger> _loggers = [];
    private readonly bool _isDebug = Context.System.Settings.LogLevel == "DEBUG";
    private readonly bool _json = Context.System.Settings.Config.GetString("pbkv.log-format") == "json";

    public StderrLogger()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        if (
            Context.System.Settings.Setup.Get<LoggerFactorySetup>() is
            { HasValue: true, Value.LoggerFactory: var factory }
        )
            Receive<LogEvent>(entry => Hand(entry, factory), entry => IsSaid(entry, _isDebug));
        else
            Receive<LogEvent>(Write, entry => IsSaid(entry, _isDebug));
        Receive<LogEvent>(_ => { }); // Of no interest.
    }

    /// <summary>
    /// That Akka's remoting starts, makes a connection or lets go of one is worth a line to who looks for a fault only.
    /// </summary>
    internal static bool IsSaid(LogEvent entry, bool isDebug) =>
        isDebug || !IsAkkas(entry) || entry.LogLevel() != Akka.Event.LogLevel.InfoLevel;

    private static bool IsAkkas(LogEvent entry) =>
        entry.LogClass?.Namespace?.StartsWith("Akka", StringComparison.Ordinal) == true;

    private void Hand(LogEvent entry, ILoggerFactory factory)
    {
        if (!_loggers.TryGetValue(entry.LogClass, out var logger))
            _loggers[entry.LogClass] = logger = factory.CreateLogger(entry.LogClass);
        if (logger.IsEnabled(LevelOf(entry)))
            logger.Log(LevelOf(entry), default, RecordOf(entry), entry.Cause, static (record, _) => record.Text);
    }

    private void Write(LogEvent entry)
    {
        var record = RecordOf(entry);
        if (_repeats.Allows($"{record.Source}{record.Text}", record.Time, out var unwritten))
            Console.Error.WriteLine(LogLine.Of(record, LevelOf(entry), entry.Cause, unwritten, _json));
    }

    internal static string Line(LogEvent entry) =>
        LogLine.Of(RecordOf(entry), LevelOf(entry), entry.Cause, unwritten: 0, json: false);

    /// <summary>
    /// Akka gives each attempt at a connection an actor with a number of its own, which would make every line another.
    /// </summary>
    private static LogRecord RecordOf(LogEvent entry) =>
        new(
            entry.Timestamp,
            IsAkkas(entry) && entry.LogClass != typeof(DummyClassForStringSources)
                ? entry.LogClass.Name
                : entry.LogSource ?? "-",
            entry.Message?.ToString() ?? ""
        );

    private static Level LevelOf(LogEvent entry) =>
        entry.LogLevel() switch
        {
            Akka.Event.LogLevel.DebugLevel => Level.Debug,
            Akka.Event.LogLevel.InfoLevel => Level.Information,
            Akka.Event.LogLevel.WarningLevel => Level.Warning,
            _ => Level.Error,
        };
}
