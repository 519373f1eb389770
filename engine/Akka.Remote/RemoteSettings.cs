namespace Akka.Remote;

/// <summary>What the configuration says of remoting, read once at the start, with Akka's defaults.</summary>
internal sealed class RemoteSettings(Config config)
{
    private const string Tcp = "akka.remote.dot-netty.tcp.";
    private const int SmallestFrameLimit = 32_000;

    public string Hostname { get; } = config.GetString(Tcp + "hostname", "") ?? "";
    public int Port { get; } = config.GetInt(Tcp + "port", 2552);
    public string PublicHostname { get; } = config.GetString(Tcp + "public-hostname", "") ?? "";
    public int PublicPort { get; } = config.GetInt(Tcp + "public-port", 0);
    public int MaximumFrameSize { get; } = Size(config, "maximum-frame-size", 128_000, SmallestFrameLimit);
    public int SendBufferSize { get; } = Size(config, "send-buffer-size", 256_000, 1);
    public int ReceiveBufferSize { get; } = Size(config, "receive-buffer-size", 256_000, 1);
    public TimeSpan RetryGateClosedFor { get; } = config.GetTimeSpan("akka.remote.retry-gate-closed-for", TimeSpan.FromSeconds(5));
    public bool UsePassiveConnections { get; } = config.GetBoolean("akka.remote.use-passive-connections", true);

    /// <summary>The setting is on, off, or the name of a level; any level means on.</summary>
    public bool LogLifecycleEvents { get; } =
        config.GetString("akka.remote.log-remote-lifecycle-events", "on").ToLowerInvariant() is not ("off" or "false");

    /// <summary>How long a handshake may take, and how long a dial.</summary>
    public TimeSpan HandshakeTimeout { get; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a terminating system waits for what it sent just before to leave.</summary>
    public TimeSpan FlushTimeout { get; } = TimeSpan.FromSeconds(1);

    /// <summary>What may wait for one remote address, in bytes of payload.</summary>
    public long SendLimitBytes => Math.Max(32L * 1024 * 1024, 4L * MaximumFrameSize);

    /// <summary>What may wait for an address that is being dialled, in messages.</summary>
    public int DialLimitMessages => 100_000;

    public IPAddress BindAddress()
    {
        if (Hostname.Length == 0) return IPAddress.Any;
        if (IPAddress.TryParse(Hostname, out var literal)) return literal;
        var known = Dns.GetHostAddresses(Hostname);
        return Array.Find(known, address => address.AddressFamily == AddressFamily.InterNetwork)
            ?? (known.Length > 0 ? known[0] : throw new ConfigurationException($"{Tcp}hostname '{Hostname}' has no address"));
    }

    /// <summary>The host by which others reach this system.</summary>
    public string AdvertisedHost() =>
        PublicHostname.Length > 0 ? PublicHostname : Hostname.Length > 0 ? Hostname : Dns.GetHostName();

    private static int Size(Config config, string key, long fallback, int least)
    {
        var size = config.GetByteSize(Tcp + key, fallback) ?? fallback;
        return size >= least && size <= int.MaxValue / 2
            ? (int)size
            : throw new ConfigurationException($"{Tcp}{key} is {size} bytes; it must lie between {least} and {int.MaxValue / 2}");
    }
}
