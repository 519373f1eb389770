using Akka.Configuration;
using PbKv.Actors;

namespace PbKv.Chaos;

/// <param name="Settings">-D and --config as the nodes are told.</param>
/// <param name="Config">The same, as the clients take it.</param>
internal sealed record ChaosOptions(
    double Minutes,
    ulong Seed,
    int Views,
    int Replicas,
    int Clients,
    IReadOnlyList<FaultKind> Faults,
    IReadOnlyList<string> Settings,
    Config Config
)
{
    /// <summary>
    /// So small that a flood fills it: then clients hear Busy. It bounds what waits for the backup, not what the store
    /// holds.
    /// </summary>
    public const string SmallStream = "pbkv.stream-size=512KiB";

    /// <summary>How long a silent server is believed to live.</summary>
    public TimeSpan DeadAfter { get; } = DeadAfterOf(PbKvSettings.Read(Config).Protocol);

    public TimeSpan Duration => TimeSpan.FromMinutes(Minutes);

    public PbKvClientOptions ClientOptions() =>
        new()
        {
            Config = Config.WithFallback(
                ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF }")
            ),
            Deadline = Timeout.InfiniteTimeSpan,
        };

    private static TimeSpan DeadAfterOf(Protocol.ProtocolSettings settings) =>
        TimeSpan.FromMilliseconds(settings.PingIntervalMs * settings.DeadPings);
}

/// <summary>What `--faults` chooses from.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL of a server, and a restart at its address.</summary>
    Kill,

    /// <summary>SIGSTOP of a server or view services, and SIGCONT: who was paused may wake up deposed.</summary>
    Stop,

    /// <summary>A link that carries nothing, in one direction or both.</summary>
    Cut,

    /// <summary>A link on which everything takes longer.</summary>
    Slow,

    /// <summary>SIGTERM of a server: it leaves, and comes back as a new one.</summary>
    Leave,

    /// <summary>SIGKILL of the view service, or of some of several, and a restart with their memory.</summary>
    ViewService,

    /// <summary>Clients that send far more than can be served.</summary>
    Flood,

    /// <summary>Nodes in network namespaces of their own, and routes between them that lead nowhere.</summary>
    Netns,

    /// <summary>Another of several view services is asked to act.</summary>
    Transfer,

    /// <summary>SIGKILL of one of several view services, and a restart with nothing.</summary>
    Disk,
}

internal static class FaultKinds
{
    public const string Standard = "kill,stop,cut,slow,leave,viewservice,flood";

    /// <summary>What takes several view services.</summary>
    public const string OfSeveral = "transfer,disk";

    public static string NameOf(FaultKind kind) => kind.ToString().ToLowerInvariant();

    /// <param name="list">Null: all that need neither root nor more view services than there are.</param>
    /// <exception cref="Failure">A name that is none, or what does not go together.</exception>
    public static IReadOnlyList<FaultKind> Parse(string? list, int views)
    {
        list ??= views > 1 ? $"{Standard},{OfSeveral}" : Standard;
        var kinds = list.Split(',').Select(name => ParseOne(name.Trim())).Distinct().ToList();
        if (views == 1 && kinds.Exists(kind => kind is FaultKind.Transfer or FaultKind.Disk))
            throw Failure.Usage($"--faults {OfSeveral} take several view services", "say --views 3");
        if (kinds.Contains(FaultKind.Netns) && (kinds.Contains(FaultKind.Cut) || kinds.Contains(FaultKind.Slow)))
            throw Failure.Usage(
                "--faults netns has no relays between the nodes that cut or slow could act on",
                "leave them out: netns cuts the network itself"
            );
        return kinds;
    }

    private static FaultKind ParseOne(string name)
    {
        foreach (var kind in Enum.GetValues<FaultKind>())
        {
            if (NameOf(kind) == name)
                return kind;
        }
        throw Failure.Usage(
            $"--faults has no kind '{name}'",
            $"write some of {Standard},netns,{OfSeveral} with commas between"
        );
    }
}
