using Akka.Configuration;
using PbKv.Protocol;

namespace PbKv.Actors;

/// <summary>The layers of the configuration: what a user says, then hocon/pbkv.conf, which is part of the assembly.</summary>
internal static class PbKvConfig
{
    private const string FrameSize = "akka.remote.dot-netty.tcp.maximum-frame-size";
    private const string Gate = "akka.remote.retry-gate-closed-for";
    private const string PingInterval = "pbkv.ping-interval";

    /// <summary>What an envelope holds beside its largest message: more messages up to this, addresses, the stamp.</summary>
    private const int EnvelopeBytes = 1 << 20;

    public static string Text { get; } = ReadResource();

    public static Config Default => ConfigurationFactory.ParseString(Text);

    /// <summary>
    /// After a broken connection Akka sends nothing to that address for a while: a fraction of the ping interval, so that
    /// the next ping gets through. It follows the ping interval unless somebody says otherwise.
    /// </summary>
    public static Config Complete(Config user)
    {
        if (user.HasPath(Gate) || user.GetString(PingInterval) is not { } ping || !SettingText.TryDuration(ping, out var interval))
            return user.WithFallback(Default);
        var gate = Math.Max(1, (long)interval.TotalMilliseconds / 4);
        return user.WithFallback(ConfigurationFactory.ParseString($"{Gate} = {gate}ms")).WithFallback(Default);
    }

    /// <summary>A message that fits into no frame would be sent again for ever.</summary>
    public static void CheckFrameSize(Config config, ProtocolSettings protocol)
    {
        var text = config.GetString(FrameSize);
        if (!SettingText.TrySize(text ?? "", out var frame)) throw new SettingsException($"{FrameSize} is '{text}', allowed is a size such as 8MiB");
        var batch = Math.Max(protocol.RequestBytes, 0L) + protocol.MaxKeyBytes + protocol.MaxValueBytes;
        var needed = Math.Max(protocol.ForwardBytes, protocol.ChunkBytes) + batch + EnvelopeBytes;
        if (frame >= needed) return;
        throw new SettingsException(
            $"{FrameSize} is '{text}', allowed is {SettingText.OfSize(needed)} or more: the largest message of these settings has to fit");
    }

    private static string ReadResource()
    {
        using var stream = typeof(PbKvConfig).Assembly.GetManifestResourceStream("pbkv.conf")
            ?? throw new InvalidOperationException("pbkv.conf is not part of the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
