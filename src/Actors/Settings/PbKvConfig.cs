namespace PbKv.Actors;

/// <summary>
/// The layers of the configuration: what a user says, then hocon/pbkv.conf and hocon/remoting.conf, which are parts of
/// the assembly.
/// </summary>
internal static class PbKvConfig
{
    private const string Gate = "akka.remote.retry-gate-closed-for";
    private const string PingInterval = "pbkv.ping-interval";

    /// <summary>
    /// What an envelope holds beside its largest message: more messages up to this, addresses, the stamp.
    /// </summary>
    private const int EnvelopeBytes = 1 << 20;

    private const long LeastFrame = 8 << 20;

    public static string Text { get; } = ReadResource("pbkv.conf");

    /// <summary>What an ActorSystem needs to send envelopes.</summary>
    public static string Remoting { get; } = ReadResource("remoting.conf");

    public static Config Default =>
        ConfigurationFactory.ParseString(Text).WithFallback(ConfigurationFactory.ParseString(Remoting));

    /// <summary>
    /// After a broken connection Akka sends nothing to that address for a while: a fraction of the ping interval, so
    /// that the next ping gets through. It follows the ping interval unless somebody says otherwise.
    /// </summary>
    public static Config Complete(Config user)
    {
        if (
            user.HasPath(Gate)
            || user.GetString(PingInterval) is not { } ping
            || !SettingText.TryDuration(ping, out var interval)
        )
            return user.WithFallback(Default);
        var gate = Math.Max(1, (long)interval.TotalMilliseconds / 4);
        return user.WithFallback(ConfigurationFactory.ParseString($"{Gate} = {gate}ms")).WithFallback(Default);
    }

    /// <exception cref="SettingsException">It is no HOCON.</exception>
    public static Config Parse(string hocon)
    {
        try
        {
            return ConfigurationFactory.ParseString(hocon);
        }
        catch (Exception failure) when (failure is ConfigurationException or FormatException)
        {
            throw new SettingsException($"the settings are no HOCON: {failure.Message}", failure);
        }
    }

    /// <summary>
    /// The transport and where it listens; a frame that holds the largest message, which would else be sent again for
    /// ever.
    /// </summary>
    public static Config Listening(PbKvSettings settings)
    {
        var path = settings.UsesSockets ? "akka.remote.sockets" : "akka.remote.dot-netty.tcp";
        var told =
            settings.Advertise is { } advertise && HostPort.TryParse(advertise, out var address)
                ? $"public-hostname = \"{address.Host}\", public-port = {address.Port}"
                : "";
        return ConfigurationFactory.ParseString(
            $$"""
            akka.remote.enabled-transports = ["{{path}}"]
            {{path}} {
              hostname = "{{HostPort.OneName(settings.Host)}}", port = {{settings.Port}}
              maximum-frame-size = {{FrameBytes(settings.Protocol)}}b
              {{told}}
            }
            """
        );
    }

    public static long FrameBytes(ProtocolSettings protocol)
    {
        var batch = (long)protocol.RequestBytes + protocol.MaxKeyBytes + protocol.MaxValueBytes;
        return Math.Max(LeastFrame, Math.Max(protocol.ForwardBytes, protocol.ChunkBytes) + batch + EnvelopeBytes);
    }

    private static string ReadResource(string name)
    {
        using var stream =
            typeof(PbKvConfig).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not part of the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
