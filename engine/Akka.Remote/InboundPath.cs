namespace Akka.Remote;

/// <summary>A path that a peer named, and the actor that was last found there.</summary>
internal sealed class InboundPath(string text)
{
    private InternalActorRef _found;

    public string Text => text;

    /// <summary>What is stored stays valid until the actor has stopped; then another may live at the path.</summary>
    public InternalActorRef Resolve(ActorSystemImpl system)
    {
        if (_found is not null && _found is not LocalActorRef { Cell.Mailbox.IsClosed: true }) return _found;
        if (!ActorPath.TryParse(text, out var path)) throw new FormatException($"'{text}' is no actor path");
        var found = system.Provider.Resolve(path);
        _found = found is LocalActorRef or RemoteActorRef ? found : null;
        return found;
    }

    /// <summary>The same for a recipient, which must be of this system.</summary>
    public InternalActorRef ResolveHere(ActorSystemImpl system)
    {
        var found = Resolve(system);
        return found.IsLocal ? found : throw new InvalidOperationException($"'{text}' is no actor of {system.Provider.DefaultAddress}");
    }
}
