using Akka.Configuration;
using PbKv.Actors;
using PbKv.Client;

namespace PbKv.Chaos;

/// <param name="Settings">-D and --config as the nodes are told.</param>
/// <param name="Config">The same, as the clients take it.</param>
internal sealed record ChaosOptions(
    double Minutes, ulong Seed, int Replicas, int Clients, IReadOnlyList<FaultKind> Faults, IReadOnlyList<string> Settings, Config Config)
{
    /// <summary>
    /// So small that a flood fills it: then clients hear Busy. It bounds what waits for the backup, not what the store holds.
    /// </summary>
    public const string SmallStream = "pbkv.stream-size=512KiB";

    /// <summary>How long a silent server is believed to live.</summary>
    public TimeSpan DeadAfter { get; } = DeadAfterOf(PbKvSettings.Read(Config).Protocol);

    public TimeSpan Duration => TimeSpan.FromMinutes(Minutes);

    public PbKvClientOptions ClientOptions() => new()
    {
        Config = Config.WithFallback(ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF }")),
        Deadline = Timeout.InfiniteTimeSpan,
    };

    private static TimeSpan DeadAfterOf(Protocol.ProtocolSettings settings) => TimeSpan.FromMilliseconds(settings.PingIntervalMs * settings.DeadPings);
}
