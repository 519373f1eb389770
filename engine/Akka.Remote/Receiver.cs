using Akka.Event;
using Akka.Actor;
using Akka.Remote.Wire;

namespace Akka.Remote;

/// <summary>Turns the frames of one connection into messages in mailboxes, on the thread that reads them.</summary>
internal sealed class Receiver
{
    private readonly Remoting _remoting;
    private readonly Connection _connection;
    private readonly ReceivedNames<InboundPath> _paths = new();
    private readonly ReceivedNames<string> _manifests = new();
    private readonly LogLimit _limit = new();

    public Receiver(Remoting remoting, Connection connection)
    {
        _remoting = remoting;
        _connection = connection;
    }

    public void DeliverAll(FrameBuffer buffer)
    {
        while (buffer.TryTake(out var frame)) Deliver(frame);
    }

    private void Deliver(ReadOnlySpan<byte> frame)
    {
        var reader = new ByteReader(frame);
        var kind = reader.Byte();
        if (kind != Frame.Message) throw new WireException($"a frame of the unknown kind {kind}");
        var recipient = Path(ref reader) ?? throw new WireException("a message without a recipient");
        var sender = Path(ref reader);
        var serializer = reader.Signed();
        var manifest = Manifest(ref reader);
        var payload = reader.Rest.ToArray();
        try
        {
            var message = _remoting.System.Serialization.Deserialize(payload, serializer, manifest);
            recipient.ResolveHere(_remoting.System).Tell(message, sender?.Resolve(_remoting.System));
        }
        catch (Exception e)
        {
            // Foreign code ran on foreign bytes: whatever it threw, the message is lost and the connection goes on.
            if (_limit.Allows(out var unsaid))
                _remoting.Log.Error(e, "A message from [{0}] to [{1}] is dropped: serializer [{2}], manifest [{3}], [{4}] bytes; [{5}] more went unsaid",
                    _connection.Remote, Remoting.Printable(recipient.Text), serializer, Remoting.Printable(manifest), payload.Length, unsaid);
        }
    }

    private InboundPath Path(ref ByteReader reader)
    {
        var reference = reader.Number();
        return reference switch
        {
            Names.None => null,
            Names.Literal => new InboundPath(reader.Text(Frame.MaxPathBytes)),
            Names.Definition => _paths.Define(new InboundPath(reader.Text(Frame.MaxPathBytes))),
            _ => _paths.Get(reference),
        };
    }

    private string Manifest(ref ByteReader reader)
    {
        var reference = reader.Number();
        return reference switch
        {
            Names.None => "",
            Names.Literal => reader.Text(Frame.MaxManifestBytes),
            Names.Definition => _manifests.Define(reader.Text(Frame.MaxManifestBytes)),
            _ => _manifests.Get(reference),
        };
    }
}
