using System.Collections.Concurrent;

namespace PbKv.Actors.Shells;

/// <summary>
/// Where the envelopes of a node leave. A test puts one of its own in between, to lose, delay, repeat or reorder.
/// </summary>
internal interface IOutbox
{
    void Send(Envelope envelope);
}

/// <summary>Sends to the actor of the receiver's name, found once and remembered.</summary>
internal sealed class Outbox(ExtendedActorSystem system, ViewServicePaths viewServices) : IOutbox
{
    /// <summary>Beyond this all are forgotten: whoever is still there is found again.</summary>
    private const int MostRemembered = 8192;

    private readonly ConcurrentDictionary<NodeAddress, IActorRef> _receivers = new();
    private int _known;
    private int _remembered;

    public void Send(Envelope envelope)
    {
        if (_known != viewServices.Count)
        {
            _receivers.Clear();
            _known = viewServices.Count;
        }
        if (!_receivers.TryGetValue(envelope.To, out var receiver))
            receiver = Find(envelope.To);
        receiver.Tell(envelope, ActorRefs.NoSender);
    }

    private IActorRef Find(NodeAddress to)
    {
        if (Interlocked.Increment(ref _remembered) > MostRemembered)
        {
            _receivers.Clear();
            _remembered = 1;
        }
        return _receivers[to] = system.Provider.ResolveActorRef(NodePath.Of(to, viewServices.Contains(to)));
    }
}

/// <summary>
/// Which addresses are those of view services: those that one was given, and those that they tell of.
/// </summary>
internal sealed class ViewServicePaths(IEnumerable<NodeAddress> given)
{
    private const int Most = 1000;

    private readonly HashSet<NodeAddress> _addresses = [.. given];

    public int Count => _addresses.Count;

    public bool Contains(NodeAddress address) => _addresses.Contains(address);

    /// <summary>Who is none is not believed: what is meant for a server would go to nobody.</summary>
    public void Learn(NodeAddress from, Message message)
    {
        switch (message)
        {
            case ViewServices told when Contains(from):
                foreach (var member in told.Members)
                    Add(member.Address);
                break;
            case Keep keep when Contains(from):
                foreach (var member in keep.Entry.Members)
                    Add(member.Address);
                break;
            case Joining:
                Add(from);
                break;
        }
    }

    private void Add(NodeAddress address)
    {
        if (_addresses.Count < Most)
            _addresses.Add(address);
    }
}

/// <summary>
/// Names of nodes and paths of their actors. A server and a view service are known by host:port, a clerk, which may
/// live in any ActorSystem, by the whole path of its actor.
/// </summary>
internal static class NodePath
{
    public const string SystemName = "pbkv";
    public const string Guardian = "pbkv";
    public const string ViewService = "view";
    public const string Replica = "replica";

    /// <summary>
    /// That of remoting: what a turn sends leaves together, and no change of threads lies between connection and actor.
    /// </summary>
    public const string Dispatcher = "akka.remote.default-remote-dispatcher";

    public static string Of(NodeAddress node, bool isViewService) =>
        node.Value.Contains("://", StringComparison.Ordinal)
            ? node.Value
            : $"akka.tcp://{SystemName}@{node.Value}/user/{Guardian}/{(isViewService ? ViewService : Replica)}";

    /// <summary>
    /// The server or view service at the other end of a connection; null for anything else, such as a client.
    /// </summary>
    public static NodeAddress? At(Address remote) =>
        remote is { System: SystemName, Host: { } host, Port: { } port } ? new NodeAddress($"{host}:{port}") : null;

    /// <summary>How others reach this actor.</summary>
    public static NodeAddress OfSelf(ExtendedActorSystem system, IActorRef self) =>
        new(self.Path.ToStringWithAddress(system.Provider.DefaultAddress));
}
