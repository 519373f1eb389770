namespace PbKv.Client;

/// <summary>
/// Those of an application's ActorSystem. Clients that mean the same cluster by the same settings share one: a message
/// costs Akka.Remote the same whatever it holds, and a clerk sends together what its callers ask for.
/// </summary>
internal sealed class JoinedConnections(ActorSystem system) : IExtension
{
    private readonly Lock _gate = new();
    private readonly Dictionary<
        (string ViewServices, string Cluster, GroupName Group, int MaxPending, ProtocolSettings Protocol),
        ClientConnection
    > _all = [];

    public static JoinedConnections In(ActorSystem system) => new Id().Apply(system);

    /// <summary>To be given back by whoever takes it.</summary>
    public ClientConnection Take(PbKvSettings settings)
    {
        var key = (
            string.Join(',', settings.ViewServices),
            settings.Cluster,
            settings.Group,
            settings.MaxPending,
            settings.Protocol
        );
        lock (_gate)
        {
            if (!_all.TryGetValue(key, out var shared) || shared.HasEnded)
                _all[key] = shared = ClientConnection.In(system, this, settings);
            shared.Users++;
            return shared;
        }
    }

    /// <returns>Whether nobody has it any more.</returns>
    public bool GiveBack(ClientConnection connection)
    {
        lock (_gate)
        {
            // One that had ended may be forgotten already, and another have its place.
            var (key, shared) = _all.FirstOrDefault(pair => pair.Value == connection);
            if (shared is null)
                return true;
            if (--shared.Users > 0)
                return false;
            _all.Remove(key);
            return true;
        }
    }

    private sealed class Id : ExtensionIdProvider<JoinedConnections>
    {
        public override JoinedConnections CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
