namespace PbKv.Actors;

/// <summary>Everything that can be set, read once and checked. hocon/pbkv.conf says what each is for.</summary>
public sealed record PbKvSettings
{
    private const string Root = "pbkv";
    private const int Day = 24 * 3600 * 1000;

    public string Host { get; init; } = "127.0.0.1";

    /// <summary>0 picks a free one.</summary>
    public int Port { get; init; }

    /// <summary>host:port that others are told; null where it is what the node listens on.</summary>
    public string? Advertise { get; init; }

    /// <summary>host:port of each.</summary>
    /// <exception cref="SettingsException">There is none, or one that is no address.</exception>
    public ImmutableArray<string> ViewServices
    {
        get;
        init
        {
            if (value.IsDefaultOrEmpty || !value.All(address => HostPort.TryParse(address, out _)))
                throw new SettingsException(
                    $"ViewServices ({Root}.view-services) is '{string.Join(',', value.IsDefault ? [] : value)}', "
                        + $"allowed is one or more of {HostPort.Allowed}"
                );
            field = value.All(address => HostPort.OneAddress(address) == address)
                ? value
                : [.. value.Select(HostPort.OneAddress)];
        }
    } = ["127.0.0.1:7000"];

    internal ImmutableArray<NodeAddress> ViewServiceNodes =>
        [.. ViewServices.Select(address => new NodeAddress(address))];

    /// <summary>Where a view service keeps what it must not forget; null: nowhere.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>View service: what it is called among several; empty where it is alone.</summary>
    public string Id { get; init; } = "";

    /// <summary>View service: all that shall be in its group, itself too, each as id=host:port.</summary>
    public ImmutableArray<string> Peers { get; init; } = [];

    internal ImmutableArray<ViewServiceName> PeerNames => [.. Peers.Select(PeerText.Parse)];

    /// <summary>Remoting by PbKv.Remoting rather than by DotNetty.</summary>
    public bool UsesSockets { get; init; } = OperatingSystem.IsLinux();

    /// <summary>Lines of the log are JSON objects.</summary>
    public bool LogsJson { get; init; }

    /// <summary>Whoever is of a cluster of another name is refused.</summary>
    public string Cluster { get; init; } = Envelope.DefaultCluster;

    /// <summary>A view service that finds no cluster where it keeps its memory may begin one.</summary>
    public bool MayFound { get; init; } = true;

    internal GroupName Group { get; init; } = GroupName.Default;

    /// <summary>
    /// How long an operation of a client is tried; <see cref="Timeout.InfiniteTimeSpan"/> is for ever.
    /// </summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Operations of one client that may be begun and not over; further ones wait for one of them.</summary>
    public int MaxPending { get; init; } = 32768;

    internal ProtocolSettings Protocol { get; init; } = ProtocolSettings.Default;

    /// <summary>The whole configuration, for the ActorSystem.</summary>
    internal Config Config { get; init; } = Config.Empty;

    public static PbKvSettings Default { get; } = Read(Config.Empty);

    /// <summary>What the HOCON says, and where it says nothing the defaults of pbkv.conf.</summary>
    /// <exception cref="SettingsException">It is no HOCON, or a value or a key is wrong.</exception>
    public static PbKvSettings Read(string hocon) => Read(PbKvConfig.Parse(hocon));

    internal static PbKvSettings Read(Config config)
    {
        var whole = PbKvConfig.Complete(config);
        var reader = new SettingsReader(whole, Root);
        var settings = Read(reader) with { Config = whole };
        reader.RefuseUnknown();
        return settings;
    }

    /// <returns>The paths of all settings that are read, and of all that the config has.</returns>
    internal static (IReadOnlyCollection<string> Read, IReadOnlyCollection<string> Given) Keys(Config config)
    {
        var reader = new SettingsReader(config, Root);
        Read(reader);
        return (reader.Known, reader.Given);
    }

    private static PbKvSettings Read(SettingsReader reader)
    {
        var node = ReadNode(reader);
        if (PeerText.Wrong(node.Id, node.Peers) is { } wrong)
            throw new SettingsException($"pbkv.peers: {wrong}");
        return node with { Protocol = Checked(ReadProtocol(reader), reader) };
    }

    private static PbKvSettings ReadNode(SettingsReader reader) =>
        new()
        {
            Host = reader.Text("host"),
            Port = reader.Whole("port", 0, 65535),
            Advertise = reader.Text("advertise") is { Length: > 0 } told ? Address("advertise", told, reader) : null,
            ViewServices = ReadViewServices(reader),
            DataDirectory = reader.Text("data") is { Length: > 0 } directory ? directory : null,
            Id = reader.Text("id"),
            Peers = reader.Texts("peers"),
            UsesSockets = ReadTransport(reader),
            LogsJson = reader.OneOf("log-format", "text", "json") == "json",
            Cluster = ReadName(reader, "cluster"),
            MayFound = reader.OneOf("new-cluster", "allowed", "forbidden") == "allowed",
            Group = new GroupName(ReadName(reader, "group")),
            Deadline = reader.DurationOrInfinite("clerk.deadline", 1),
            MaxPending = reader.Whole("clerk.max-pending", 1, 1 << 20),
        };

    private static string Address(string key, string text, SettingsReader reader) =>
        HostPort.TryParse(text, out var address) ? address.ToString() : throw reader.Wrong(key, text, HostPort.Allowed);

    private static ImmutableArray<string> ReadViewServices(SettingsReader reader)
    {
        var texts = reader.Texts("view-services");
        return texts.IsEmpty
            ? throw reader.Wrong("view-services", "", $"one or more of {HostPort.Allowed}")
            : [.. texts.Select(text => Address("view-services", text, reader))];
    }

    private static bool ReadTransport(SettingsReader reader)
    {
        var isLinux = OperatingSystem.IsLinux();
        var name = reader.OneOf("transport", isLinux ? ["auto", "dot-netty", "sockets"] : ["auto", "dot-netty"]);
        return name == "sockets" || (name == "auto" && isLinux);
    }

    private static long ReadMaxMemory(SettingsReader reader) =>
        reader.Text("max-memory") == "auto"
            ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3
            : reader.Size("max-memory", 1 << 20, 1L << 50);

    private static string ReadName(SettingsReader reader, string key)
    {
        var text = reader.Text(key);
        return text.Length is > 0 and <= 64 ? text : throw reader.Wrong(key, text, "a name of 1 to 64 letters");
    }

    /// <summary>Each is right by itself; together they may not be.</summary>
    private static ProtocolSettings Checked(ProtocolSettings protocol, SettingsReader reader)
    {
        var (tick, retry) = (protocol.ClerkTickMs, protocol.RetryMaxMs);
        reader.Check(protocol.RequestTimeoutTicks >= 1, "clerk.request-timeout", $"clerk.tick ({tick}ms) or more");
        reader.Check(protocol.RetryMinMs <= retry, "clerk.retry-min", $"clerk.retry-max ({retry}ms) or less");
        reader.Check(
            protocol.StreamBytes >= protocol.ForwardBytes,
            "stream-size",
            $"forward-size ({SettingText.OfSize(protocol.ForwardBytes)}) or more"
        );
        // A client that is kept waiting by a fail-over, and by its own pauses, has not left.
        var failover = (protocol.PingIntervalMs * protocol.DeadPings) + (protocol.RequestTimeoutTicks * tick) + retry;
        reader.Check(
            protocol.SessionIdleTicks * protocol.PingIntervalMs >= failover,
            "session-idle",
            $"{SettingText.OfDuration(TimeSpan.FromMilliseconds(failover))} or more: dead-pings × ping-interval + "
                + "clerk.request-timeout + clerk.retry-max"
        );
        return protocol;
    }

    private static ProtocolSettings ReadProtocol(SettingsReader reader)
    {
        var ping = reader.Milliseconds("ping-interval", 1, 60_000);
        var tick = reader.Milliseconds("clerk.tick", 1, 1000);
        return new ProtocolSettings
        {
            PingIntervalMs = ping,
            DeadPings = reader.Whole("dead-pings", 2, 1000),
            ConnectionLostMs = reader.Milliseconds("connection-lost", 1, 60_000),
            BackupSilentTicks = reader.Whole("backup-silent", 1, 1000),
            SessionIdleTicks = reader.Milliseconds("session-idle", 1, 24 * Day) / ping,
            MaxKeyBytes = (int)reader.Size("max-key-size", 1, 64 << 10),
            MaxValueBytes = (int)reader.Size("max-value-size", 1, ProtocolSettings.LargestValueBytes),
            ForwardBytes = (int)reader.Size("forward-size", 1, 64 << 20),
            ForwardsInFlight = reader.Whole("forwards-in-flight", 1, 1000),
            ChunkBytes = (int)reader.Size("chunk-size", 1, 64 << 20),
            ChunksInFlight = reader.Whole("chunks-in-flight", 1, 1000),
            StreamBytes = reader.Size("stream-size", 64 << 10, 1L << 40),
            MaxMemoryBytes = ReadMaxMemory(reader),
            SessionWindow = reader.Whole("session-window", 1, 1 << 20),
            CatchUpStep = reader.Whole("catch-up-step", 1, 1 << 20),
            ClerkTickMs = tick,
            RequestTimeoutTicks = reader.Milliseconds("clerk.request-timeout", 1, 60_000) / tick,
            RetryMinMs = reader.Milliseconds("clerk.retry-min", 1, 60_000),
            RetryMaxMs = reader.Milliseconds("clerk.retry-max", 1, 60_000),
            RequestBytes = (int)reader.Size("clerk.request-size", 1, 64 << 20),
            RequestsInFlight = reader.Whole("clerk.requests-in-flight", 1, 1000),
        };
    }
}
