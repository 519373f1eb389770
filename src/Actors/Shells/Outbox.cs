using System.Collections.Concurrent;
using Akka.Actor;
using PbKv.Protocol;

namespace PbKv.Actors.Shells;

/// <summary>
/// Where the envelopes of a node leave. A test puts one of its own in between, to lose, delay, repeat or reorder.
/// </summary>
internal interface IOutbox
{
    void Send(Envelope envelope);
}

/// <summary>Sends to the actor of the receiver's name, found once and remembered.</summary>
internal sealed class Outbox(ExtendedActorSystem system, IEnumerable<NodeAddress> viewServices) : IOutbox
{
    /// <summary>Beyond this all are forgotten: whoever is still there is found again.</summary>
    private const int MostRemembered = 8192;

    private readonly HashSet<NodeAddress> _viewServices = [.. viewServices];
    private readonly ConcurrentDictionary<NodeAddress, IActorRef> _receivers = new();
    private int _remembered;

    public void Send(Envelope envelope)
    {
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
        return _receivers[to] = system.Provider.ResolveActorRef(NodePath.Of(to, _viewServices.Contains(to)));
    }
}
