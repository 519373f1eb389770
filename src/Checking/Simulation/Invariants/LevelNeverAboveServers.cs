using PbKv.Protocol;

namespace PbKv.Checking;

/// <summary>No view has a level above that of a server that it names.</summary>
internal sealed class LevelNeverAboveServers(SimulatedCluster cluster) : WorldWatch
{
    public override void OnEffects(World world, WorldHost host, Effects effects)
    {
        if (cluster.ViewService is not { } service)
            return;
        foreach (var replica in cluster.Replicas)
        {
            if (Breach(service.View, replica) is { } breach)
                ViolationException.Throw(nameof(LevelNeverAboveServers), breach);
        }
    }

    public static string? Breach(View view, Node node) =>
        node is ReplicaNode replica && view.Names(replica.Id) && view.Level > replica.Level
            ? $"view {view} is above level {replica.Level} of {replica.Id}"
            : null;
}
