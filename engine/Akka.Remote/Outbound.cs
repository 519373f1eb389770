namespace Akka.Remote;

/// <summary>A message on its way out: serialized by the thread that sent it, before any lock is taken.</summary>
internal readonly record struct Outbound(
    RemoteActorRef Recipient, IActorRef Sender, object Message, int SerializerId, string Manifest, byte[] Payload);
