using PbKv.Protocol;

namespace PbKv.Checking;

/// <summary>At most one server at a time answers clients without asking a backup.</summary>
internal sealed class AtMostOnePrimaryCommits(SimulatedCluster cluster) : WorldWatch
{
    private readonly HashSet<WorldHost> _alone = [];

    public override void OnEffects(World world, WorldHost host, Effects effects)
    {
        if (host.Node is not ReplicaNode replica || cluster.BeganAnew)
            return;
        if (!replica.Confirmed || !replica.Alone)
        {
            _alone.Remove(host);
            return;
        }
        if (!_alone.Add(host) || _alone.Count == 1)
            return;
        var names = cluster
            .Replicas.Where(other => other.Confirmed && other.Alone)
            .Select(other => $"{other.Id} in view {other.View}");
        ViolationException.Throw(
            nameof(AtMostOnePrimaryCommits),
            $"two servers answer alone: {string.Join(", ", names)}"
        );
    }

    public override void OnStop(World world, WorldHost host) => _alone.Remove(host);
}
