namespace Akka.Remote;

/// <summary>An actor of another system.</summary>
internal sealed class RemoteActorRef : InternalActorRef
{
    private readonly ActorSystemImpl _system;
    private readonly Remoting _remoting;
    private Association _association;

    public RemoteActorRef(ActorSystemImpl system, Remoting remoting, ActorPath path)
    {
        _system = system;
        _remoting = remoting;
        _association = remoting.With(path.Address);
        Path = path;
        WireText = path.ToSerializationFormat();
        IsTemporary = RemotePaths.IsTemporary(path);
    }

    public override ActorPath Path { get; }

    public override ActorSystemImpl System => _system;

    public override bool IsLocal => false;

    public string WireText { get; }
    public bool IsTemporary { get; }

    public override void SendSystemMessage(SystemMessage message) =>
        _remoting.Log.Warning("[{0}] has no effect on [{1}]: watching, stopping and supervising end at the border of a system", message.GetType().Name, Path);

    public override void Tell(object message, IActorRef sender)
    {
        if (_association.IsRetired) _association = _remoting.With(Path.Address);
        _association.Send(this, message, sender);
    }
}
