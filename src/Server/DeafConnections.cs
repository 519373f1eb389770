using Akka.Remote;

namespace PbKv.Server;

/// <summary>
/// Where two systems dial each other at the same moment, as view services do whose leader was killed, Akka may keep the
/// connection of which one of them reads no more: it hears nothing of the other for as long as that lasts. Whoever
/// expects answers, and hears none, gives up what connection there is, and dials again.
/// </summary>
internal sealed class DeafConnections(ExtendedActorSystem system, int silentTicks)
{
    private readonly Dictionary<NodeAddress, int> _silent = [];

    /// <summary>Only an answer shows that the other one hears: it may ask and ask, and read nothing.</summary>
    public void Hear(Envelope envelope)
    {
        if (
            _silent.ContainsKey(envelope.From)
            && envelope.Messages.Any(message => message is Vote or Kept or ViewServices)
        )
            _silent[envelope.From] = 0;
    }

    /// <param name="peers">All of whom answers are expected now.</param>
    public void Tick(IEnumerable<NodeAddress> peers)
    {
        foreach (var peer in peers)
        {
            var ticks = _silent.GetValueOrDefault(peer) + 1;
            _silent[peer] = ticks % silentTicks;
            if (ticks == silentTicks)
                GiveUp(peer);
        }
    }

    /// <summary>Without the number of its life nobody is quarantined: what there is is closed.</summary>
    public void GiveUp(NodeAddress peer)
    {
        // What an earlier release kept has no address until it acts again.
        if (!HostPort.TryParse(peer.Value, out var address))
            return;
        var remote = new Address("akka.tcp", system.Name, address.Host, address.Port);
        ((RemoteActorRefProvider)system.Provider).Quarantine(remote, null);
    }
}
