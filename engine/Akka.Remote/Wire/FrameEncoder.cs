namespace Akka.Remote.Wire;

/// <summary>Turns outbound messages into frame headers. One for each connection; guarded by its send queue's lock.</summary>
internal sealed class FrameEncoder(Address local)
{
    private readonly SentNames _paths = new(ReferenceEqualityComparer.Instance);
    private readonly SentNames _manifests = new(EqualityComparer<object>.Default);

    /// <summary>The limit holds for payloads; texts that are spelt out once may go on top of it.</summary>
    public const int LargestTexts = 2 * Frame.MaxPathBytes + Frame.MaxManifestBytes;

    /// <summary>Kind, references, lengths: what a frame holds besides texts and payload, with room to spare.</summary>
    private const int Overhead = 64;

    /// <summary>More than the header of a message can take: three references, two paths, one manifest.</summary>
    public static int HeaderBound(in Outbound message) =>
        Frame.LengthBytes + 1 + 4 * 5 + 2 * (Frame.MaxPathBytes + 5) + 3 * (message.Manifest?.Length ?? 0);

    /// <summary>Why the message cannot be a frame; null when it can.</summary>
    public static string Refusal(in Outbound message, int frameLimit)
    {
        if (TooLong(message.Recipient.WireText, Frame.MaxPathBytes)) return $"its recipient's path is longer than {Frame.MaxPathBytes} bytes";
        if (TooLong(message.Manifest, Frame.MaxManifestBytes)) return $"its manifest is longer than {Frame.MaxManifestBytes} bytes";
        return message.Payload.Length + message.Recipient.WireText.Length + Overhead <= frameLimit
            ? null
            : $"its {message.Payload.Length} bytes do not fit a frame of {frameLimit} (akka.remote.dot-netty.tcp.maximum-frame-size)";
    }

    /// <summary>Is it the path of the future behind an Ask?</summary>
    public static bool IsTemporary(ActorPath path) => path.Elements is ["temp", ..];

    /// <summary>Writes everything but the payload, at the position given; returns the position behind it.</summary>
    public int WriteHeader(in Outbound message, byte[] buffer, int position)
    {
        var writer = new ByteWriter(buffer, position);
        writer.Skip(Frame.LengthBytes);
        writer.Byte(Frame.Message);
        Path(ref writer, message.Recipient, message.Recipient.WireText, message.Recipient.IsTemporary);
        Sender(ref writer, message.Sender);
        writer.Signed(message.SerializerId);
        Manifest(ref writer, message.Manifest);
        writer.Int32At(position, writer.Position - position - Frame.LengthBytes + message.Payload.Length);
        return writer.Position;
    }

    private void Sender(ref ByteWriter writer, IActorRef sender)
    {
        if (sender is null or Nobody) writer.Number(Names.None);
        else if (sender is RemoteActorRef remote) Path(ref writer, remote, remote.WireText, remote.IsTemporary);
        else if (!_paths.TryWrite(ref writer, sender)) Spelt(ref writer, sender);
    }

    private void Spelt(ref ByteWriter writer, IActorRef sender)
    {
        var text = sender.Path.ToSerializationFormatWithAddress(local);
        // A sender whose path no peer would take cannot be answered; its message still arrives.
        if (TooLong(text, Frame.MaxPathBytes)) writer.Number(Names.None);
        else Path(ref writer, sender, text, IsTemporary(sender.Path));
    }

    /// <summary>UTF-8 takes three bytes for a character at most.</summary>
    private static bool TooLong(string text, int maxBytes) => text is not null && text.Length > maxBytes / 3;

    /// <summary>A temporary path is used once and would only fill the table.</summary>
    private void Path(ref ByteWriter writer, IActorRef key, string text, bool temporary)
    {
        if (temporary)
        {
            writer.Number(Names.Literal);
            writer.Text(text);
        }
        else if (!_paths.TryWrite(ref writer, key))
        {
            _paths.Define(ref writer, key, text);
        }
    }

    private void Manifest(ref ByteWriter writer, string manifest)
    {
        if (string.IsNullOrEmpty(manifest)) writer.Number(Names.None);
        else if (!_manifests.TryWrite(ref writer, manifest)) _manifests.Define(ref writer, manifest, manifest);
    }
}
