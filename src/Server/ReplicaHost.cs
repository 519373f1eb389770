namespace PbKv.Server;

/// <summary>Starts a server in an ActorSystem of its own.</summary>
public static class ReplicaHost
{
    /// <summary>When it returns, the node listens; it pings its view service until that answers.</summary>
    /// <exception cref="PbKvStartException">It cannot listen there.</exception>
    public static PbKvNode Start(PbKvSettings settings) => Start(settings, NodeHooks.None);

    /// <param name="system">That of a host; null: it has one of its own.</param>
    internal static PbKvNode Start(PbKvSettings settings, NodeHooks hooks, ActorSystem? system = null)
    {
        system ??= NodeSystem.Create(NodePath.SystemName, settings);
        var address = NodeSystem.AddressOf(system);
        var self = new ServerId(new NodeAddress(address), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return new PbKvNode(
            system,
            address,
            NodePath.Replica,
            mayStop => KvReplica.CreateProps(self, settings, mayStop, hooks)
        );
    }
}
