namespace PbKv.Checking;

/// <summary>At rest, primary and synced backup are equal: data, sessions, positions.</summary>
internal static class ReplicasEqualAtRest
{
    public static void Check(SimulatedCluster cluster)
    {
        if (cluster.ViewService is not { Synced: true } service)
            return;
        if (
            cluster.Find(service.View.Primary) is not { } primary
            || cluster.Find(service.View.Backup) is not { } backup
        )
            return;
        if (primary.Position != backup.Position)
            ViolationException.Throw(
                nameof(ReplicasEqualAtRest),
                $"{primary.Id} is at position {primary.Position}, {backup.Id} at {backup.Position}"
            );
        if (primary.Store.Digest != backup.Store.Digest)
            ViolationException.Throw(
                nameof(ReplicasEqualAtRest),
                $"the data of {primary.Id} ({primary.Store.Count} keys) and of {backup.Id} ({backup.Store.Count} keys) differ"
            );
        if (primary.Sessions.Digest != backup.Sessions.Digest)
            ViolationException.Throw(
                nameof(ReplicasEqualAtRest),
                $"the sessions of {primary.Id} ({primary.Sessions.Count}) and of {backup.Id} ({backup.Sessions.Count}) differ"
            );
    }
}
