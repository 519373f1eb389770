using System.Net;
using System.Net.Sockets;
using Akka.Configuration;
using Akka.Hosting;

namespace PbKv.Remoting;

/// <summary>What reference.conf says of <c>akka.remote.sockets</c>.</summary>
internal sealed record SocketSettings(
    string HostName,
    int Port,
    string PublicHostName,
    int PublicPort,
    int MaximumFrameSize,
    long SendBufferLimit,
    TimeSpan StalledAfter,
    TimeSpan ConnectionTimeout,
    int SocketSendBufferSize,
    int SocketReceiveBufferSize,
    int Backlog
)
{
    public const string Path = "akka.remote.sockets";

    public static SocketSettings Read(Config given)
    {
        var config = given.WithFallback(SocketRemoting.DefaultConfig.GetConfig(Path));
        return new SocketSettings(
            HostName: config.GetString("hostname").Trim(),
            Port: Whole(config, "port", 0, 65535),
            PublicHostName: config.GetString("public-hostname").Trim(),
            PublicPort: Whole(config, "public-port", 0, 65535),
            MaximumFrameSize: (int)Size(config, "maximum-frame-size", 1024, 1 << 30),
            SendBufferLimit: Size(config, "send-buffer-limit", 1024, long.MaxValue),
            StalledAfter: Duration(config, "stalled-after"),
            ConnectionTimeout: Duration(config, "connection-timeout"),
            SocketSendBufferSize: (int)Size(config, "socket-send-buffer-size", 0, int.MaxValue),
            SocketReceiveBufferSize: (int)Size(config, "socket-receive-buffer-size", 0, int.MaxValue),
            Backlog: Whole(config, "backlog", 1, int.MaxValue)
        );
    }

    /// <exception cref="ConfigurationException">The name is none of this machine's.</exception>
    public IPAddress BindAddress()
    {
        if (HostName.Length == 0)
            return IPAddress.Any;
        if (IPAddress.TryParse(HostName, out var address))
            return address;
        try
        {
            var addresses = Dns.GetHostAddresses(HostName);
            return Array.Find(addresses, found => found.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0];
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException or IndexOutOfRangeException)
        {
            throw new ConfigurationException(
                $"{Path}.hostname is '{HostName}', which is no address and no known name: {failure.Message}",
                failure
            );
        }
    }

    /// <summary>The host that others are told.</summary>
    public string ToldHostName()
    {
        if (PublicHostName.Length > 0)
            return InBrackets(PublicHostName);
        var every =
            HostName.Length == 0
            || (
                IPAddress.TryParse(HostName, out var address)
                && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            );
        return every ? Dns.GetHostName() : InBrackets(HostName);
    }

    /// <summary>An address of IPv6 as it stands in a URI.</summary>
    private static string InBrackets(string host) =>
        host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host;

    private static int Whole(Config config, string key, int least, int most)
    {
        var value = config.GetInt(key, -1);
        return value >= least && value <= most
            ? value
            : throw Wrong(config, key, $"a whole number from {least} to {most}");
    }

    private static long Size(Config config, string key, long least, long most) =>
        config.GetByteSize(key, null) is { } bytes && bytes >= least && bytes <= most
            ? bytes
            : throw Wrong(config, key, $"a size of {least} bytes or more, such as 1MiB");

    private static TimeSpan Duration(Config config, string key)
    {
        var value = config.GetTimeSpan(key, TimeSpan.Zero, allowInfinite: false);
        return value > TimeSpan.Zero ? value : throw Wrong(config, key, "a duration such as 10s");
    }

    private static ConfigurationException Wrong(Config config, string key, string allowed) =>
        new($"{Path}.{key} is '{config.GetString(key)}', allowed is {allowed}");
}

/// <summary>How an Akka.NET application comes to use this transport and dispatcher.</summary>
public static class SocketRemoting
{
    /// <summary>All settings with their defaults: <c>reference.conf</c> of this assembly.</summary>
    public static Config DefaultConfig { get; } =
        ConfigurationFactory.FromResource("reference.conf", typeof(SocketRemoting).Assembly);

    /// <summary>
    /// What a configuration lays over Akka's to use it; the application's own settings come before it.
    /// </summary>
    public static Config Config { get; } =
        ConfigurationFactory
            .ParseString(
                """
                akka.actor.provider = remote
                akka.remote.enabled-transports = ["akka.remote.sockets"]
                """
            )
            .WithFallback(DefaultConfig);

    /// <summary>Remoting by sockets on Linux, and by DotNetty elsewhere: the two understand each other.</summary>
    /// <param name="hostName">Where to listen; empty is every interface.</param>
    /// <param name="port">0 picks a free one.</param>
    /// <param name="publicHostName">What others are told, where it is something else.</param>
    public static AkkaConfigurationBuilder WithSocketRemoting(
        this AkkaConfigurationBuilder builder,
        string hostName,
        int port,
        string? publicHostName = null,
        int? publicPort = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(hostName);
        var path = OperatingSystem.IsLinux() ? SocketSettings.Path : "akka.remote.dot-netty.tcp";
        var listens = ConfigurationFactory.ParseString(
            $$"""
            {{path}} { hostname = "{{hostName}}", port = {{port}} }
            {{path}} { public-hostname = "{{publicHostName}}", public-port = {{publicPort ?? 0}} }
            akka.remote.enabled-transports = ["{{path}}"]
            """
        );
        return builder.AddHocon(listens.WithFallback(Config), HoconAddMode.Prepend);
    }
}
