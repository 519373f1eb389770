using Akka.Configuration;
using Akka.Hosting;

namespace PbKv.Remoting;

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
