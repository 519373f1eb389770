namespace Akka.Remote;

/// <summary>An actor of another system.</summary>
internal sealed class RemoteActorRef(ActorSystemImpl system, Remoting remoting, ActorPath path) : InternalActorRef
{
    private Association _association = remoting.With(path.Address);

    public override ActorPath Path => path;

    public override ActorSystemImpl System => system;

    public override bool IsLocal => false;

    public string WireText { get; } = path.ToSerializationFormat();
    public bool IsTemporary { get; } = FrameEncoder.IsTemporary(path);

    public override void SendSystemMessage(SystemMessage message) =>
        remoting.Log.Warning("[{0}] has no effect on [{1}]: watching, stopping and supervising end at the border of a system", message.GetType().Name, Path);

    public override void Tell(object message, IActorRef sender)
    {
        if (_association.IsRetired) _association = remoting.With(Path.Address);
        _association.Send(this, message, sender);
    }
}
