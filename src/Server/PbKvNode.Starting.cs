namespace PbKv.Server;

/// <summary>How a node is started.</summary>
public sealed partial class PbKvNode
{
    /// <summary>
    /// Starts a server in an ActorSystem of its own. When it returns, the node listens; it pings its view service until
    /// that answers.
    /// </summary>
    /// <exception cref="PbKvStartException">It cannot listen there.</exception>
    public static PbKvNode StartReplica(PbKvSettings settings) => StartReplica(settings, NodeHooks.None);

    /// <param name="system">That of a host; null: it has one of its own.</param>
    internal static PbKvNode StartReplica(PbKvSettings settings, NodeHooks hooks, ActorSystem? system = null)
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

    /// <summary>
    /// Starts a view service in an ActorSystem of its own. When it returns, the node listens.
    /// </summary>
    /// <exception cref="PbKvStartException">It cannot listen there, or its memory is damaged or in use.</exception>
    public static PbKvNode StartViewService(PbKvSettings settings) => StartViewService(settings, NodeHooks.None);

    /// <param name="system">That of a host; null: it has one of its own.</param>
    internal static PbKvNode StartViewService(PbKvSettings settings, NodeHooks hooks, ActorSystem? system = null)
    {
        var file = Open(settings);
        try
        {
            var kept = Read(settings, file);
            system ??= NodeSystem.Create(NodePath.SystemName, settings);
            var address = NodeSystem.AddressOf(system);
            CheckPeers(settings, address);
            var self = new ServerId(new NodeAddress(address), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            var props = ViewService.CreateProps(self, kept, file is null ? null : file.Write, settings, hooks);
            return new PbKvNode(system, address, NodePath.ViewService, _ => props, file);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>For a host, which starts a view service only when its system listens.</summary>
    internal static void CheckMemory(PbKvSettings settings)
    {
        using var file = Open(settings);
        Read(settings, file);
    }

    private static void CheckPeers(PbKvSettings settings, string address)
    {
        if (PeerText.Wrong(settings.Id, settings.Peers) is { } wrong)
            throw new PbKvStartException($"the view services (--peers, pbkv.peers) cannot be: {wrong}");
        var self = settings.PeerNames.FirstOrDefault(peer => peer.Id == settings.Id);
        if (!settings.Peers.IsEmpty && self.Address.Value != address)
            throw new PbKvStartException(
                $"the others are told that '{settings.Id}' is at {self.Address} (--peers, pbkv.peers), but this view "
                    + $"service is reached at {address}: name the same by --advertise (pbkv.advertise)"
            );
    }

    private static RegisterState Read(PbKvSettings settings, ViewMemoryFile? file) =>
        file?.Read() is { } state ? state
        : settings.MayFound || settings.Peers.Length > 1 ? new RegisterState(ViewMemoryFile.FreshDisk(), 0, 0, null)
        : throw new PbKvStartException(
            $"there is no cluster in {(settings.DataDirectory is { } directory ? $"'{directory}'" : "memory")}, and "
                + "a new one is forbidden (--no-new-cluster, pbkv.new-cluster): name the directory that the view "
                + "service had by --data, or allow a new cluster"
        );

    private static ViewMemoryFile? Open(PbKvSettings settings) =>
        settings.DataDirectory is { } directory ? ViewMemoryFile.Open(directory, settings.Cluster) : null;
}
