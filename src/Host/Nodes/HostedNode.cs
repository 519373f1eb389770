using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using PbKv.Actors.Hosting;
using PbKv.Hosting;

namespace PbKv.Host.Nodes;

/// <summary>
/// A node on a generic host of its own, which logs to standard error. Signals are for whoever starts it.
/// </summary>
internal sealed class HostedNode : IDisposable
{
    private readonly IHost _host;

    private HostedNode(IHost host, PbKvNode node) => (_host, Node) = (host, node);

    public PbKvNode Node { get; }

    public static Task<HostedNode> ViewServiceAsync(PbKvSettings settings) =>
        StartAsync(settings, akka => akka.WithPbKvViewService(settings));

    /// <param name="timeToLeave">How long it may wait for another to take its place when it stops.</param>
    public static Task<HostedNode> ReplicaAsync(PbKvSettings settings, TimeSpan timeToLeave) =>
        StartAsync(settings, akka => akka.WithPbKvReplica(settings, timeToLeave));

    /// <summary>A server leaves first.</summary>
    public Task StopAsync() => _host.StopAsync();

    /// <summary>Writes a line of the host's own to the log.</summary>
    public void Log(string text) =>
        _host
            .Services.GetRequiredService<ILoggerFactory>()
            .CreateLogger("host")
            .Log(
                LogLevel.Information,
                default,
                new LogRecord(DateTime.UtcNow, "host", text),
                null,
                static (record, _) => record.Text
            );

    public void Dispose() => _host.Dispose();

    private static async Task<HostedNode> StartAsync(PbKvSettings settings, Action<AkkaConfigurationBuilder> node)
    {
        IHost? host = null;
        try
        {
            host = Build(settings, node);
            // Before the host starts: another process may take the port after it was tried.
            var system = SystemOf(host, settings);
            await host.StartAsync();
            return new HostedNode(host, system.GetPbKvNode());
        }
        catch (PbKvStartException e)
        {
            if (host is not null)
                await host.StopAsync();
            host?.Dispose();
            throw new Failure("CannotStart", e.Message);
        }
    }

    private static IHost Build(PbKvSettings settings, Action<AkkaConfigurationBuilder> node)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(new LineFormatter.Format(settings.LogsJson));
        builder.Services.AddAkka(AkkaHosting.SystemName, node);
        // akka.loglevel decides what is said; hosts have nothing to say that the program does not.
        builder
            .Logging.SetMinimumLevel(LogLevel.Trace)
            .AddFilter("Microsoft", LogLevel.None)
            .AddFilter("Akka.Hosting", LogLevel.None);
        builder.Logging.AddConsole(console =>
            (console.FormatterName, console.LogToStandardErrorThreshold) = (LineFormatter.FormatterName, LogLevel.Trace)
        );
        builder.Logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        return builder.Build();
    }

    private static ActorSystem SystemOf(IHost host, PbKvSettings settings)
    {
        try
        {
            return host.Services.GetRequiredService<ActorSystem>();
        }
        catch (Exception failure) when (failure is not PbKvStartException)
        {
            throw NodeSystem.CannotListen(settings, failure);
        }
    }

    /// <summary>The host runs until it is stopped.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

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
