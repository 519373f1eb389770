namespace Akka.Remote;

/// <summary>Turns the frames of one connection into messages in mailboxes, on the thread that reads them.</summary>
internal sealed class Receiver(Remoting remoting, Connection connection)
{
    private readonly ReceivedNames<InboundPath> _paths = new(Frame.MaxPathBytes, text => new InboundPath(text));
    private readonly ReceivedNames<string> _manifests = new(Frame.MaxManifestBytes, text => text);
    private readonly LogLimit _limit = new();

    public void DeliverAll(FrameBuffer buffer)
    {
        while (buffer.TryTake(out var frame)) Deliver(frame);
    }

    private void Deliver(ReadOnlySpan<byte> frame)
    {
        var reader = new ByteReader(frame);
        var kind = reader.Byte();
        if (kind != Frame.Message) throw new WireException($"a frame of the unknown kind {kind}");
        var recipient = _paths.Read(ref reader) ?? throw new WireException("a message without a recipient");
        var sender = _paths.Read(ref reader);
        var serializer = reader.Signed();
        var manifest = _manifests.Read(ref reader) ?? "";
        var payload = reader.Rest.ToArray();
        try
        {
            var message = remoting.System.Serialization.Deserialize(payload, serializer, manifest);
            recipient.ResolveHere(remoting.System).Tell(message, sender?.Resolve(remoting.System));
        }
        catch (Exception e)
        {
            // Foreign code ran on foreign bytes: whatever it threw, the message is lost and the connection goes on.
            if (_limit.Allows(out var unsaid))
                remoting.Log.Error(e, "A message from [{0}] to [{1}] is dropped: serializer [{2}], manifest [{3}], [{4}] bytes; [{5}] more went unsaid",
                    connection.Remote, Remoting.Printable(recipient.Text), serializer, Remoting.Printable(manifest), payload.Length, unsaid);
        }
    }
}
