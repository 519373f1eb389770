using System.Net;
using System.Net.Sockets;
using Akka.Configuration;

namespace Akka.Remote;

/// <summary>What the configuration says of remoting, read once at the start, with Akka's defaults.</summary>
internal sealed class RemoteSettings
{
    private const string Tcp = "akka.remote.dot-netty.tcp.";
    private const long SmallestFrameLimit = 32_000;

    public RemoteSettings(Config config)
    {
        Hostname = config.GetString(Tcp + "hostname", "") ?? "";
        Port = config.GetInt(Tcp + "port", 2552);
        var publicHostname = config.GetString(Tcp + "public-hostname", "");
        PublicHostname = string.IsNullOrEmpty(publicHostname) ? null : publicHostname;
        PublicPort = config.GetInt(Tcp + "public-port", 0);
        MaximumFrameSize = Size(config, "maximum-frame-size", 128_000);
        SendBufferSize = Size(config, "send-buffer-size", 256_000);
        ReceiveBufferSize = Size(config, "receive-buffer-size", 256_000);
        RetryGateClosedFor = config.GetTimeSpan("akka.remote.retry-gate-closed-for", TimeSpan.FromSeconds(5));
        UsePassiveConnections = config.GetBoolean("akka.remote.use-passive-connections", true);
        LogLifecycleEvents = LifecycleLogging(config);
        if (MaximumFrameSize < SmallestFrameLimit)
            throw new ConfigurationException($"{Tcp}maximum-frame-size is {MaximumFrameSize} bytes; it must be at least {SmallestFrameLimit}");
    }

    public string Hostname { get; }

    public int Port { get; }

    public string PublicHostname { get; }

    public int PublicPort { get; }

    public int MaximumFrameSize { get; }

    public int SendBufferSize { get; }

    public int ReceiveBufferSize { get; }

    public TimeSpan RetryGateClosedFor { get; }

    public bool UsePassiveConnections { get; }

    public bool LogLifecycleEvents { get; }

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
    public string AdvertisedHost()
    {
        if (PublicHostname is not null) return PublicHostname;
        return Hostname.Length > 0 ? Hostname : Dns.GetHostName();
    }

    private static int Size(Config config, string key, long fallback)
    {
        var size = config.GetByteSize(Tcp + key, fallback) ?? fallback;
        return size is > 0 and <= int.MaxValue / 2
            ? (int)size
            : throw new ConfigurationException($"{Tcp}{key} is {size} bytes; it must lie between 1 and {int.MaxValue / 2}");
    }

    /// <summary>The setting is on, off, or the name of a level; any level means on.</summary>
    private static bool LifecycleLogging(Config config) =>
        !string.Equals(config.GetString("akka.remote.log-remote-lifecycle-events", "on"), "off", StringComparison.OrdinalIgnoreCase)
        && !string.Equals(config.GetString("akka.remote.log-remote-lifecycle-events", "on"), "false", StringComparison.OrdinalIgnoreCase);
}
