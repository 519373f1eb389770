namespace PbKv.Protocol;

/// <summary>What a reset costs, in words. The view service knows roles, not data: it says who held what role.</summary>
internal static class ResetAccount
{
    public static string Of(ViewServiceMemory known, ServerTable servers, NodeAddress named)
    {
        if (known.View.Number == 0)
            return $"There is no view yet: nothing acknowledged by cluster {known.Cluster} is lost.";
        var text =
            $"The reset makes {named} primary with what it holds now, after view {known.View} "
            + $"({Facts(known.Acknowledged, known.Synced)}). "
            + $"Whatever it lacks of what was acknowledged to clients in the views up to {known.View.Number} is lost. ";
        var last = known.LastAcknowledged;
        if (last is null)
            return text + "No view was ever acknowledged, so nobody had been answered.";
        text += $"All of it was held by {Holder(servers, last.Primary!.Value, "primary", last)}";
        if (last.Backup is { } backup)
        {
            text += known.LastAcknowledgedSynced
                ? $" and by {Holder(servers, backup, "synced backup", last)}"
                : $"; {Holder(servers, backup, "unsynced backup", last)} held a part at most";
        }
        return text + ".";
    }

    /// <summary>Of a view service that knows nothing of what it takes over.</summary>
    public static string Of(ViewServiceMemory known, Strangers strangers, Stranger named)
    {
        var cluster = named.View.Cluster;
        var others = strangers.All.Where(other => other.Id != named.Id && other.View.Cluster == cluster).ToList();
        var text =
            $"The reset makes {named.Id} primary with what it holds now, "
            + (
                cluster == known.Cluster
                    ? "in a view after all that this view service knows of. "
                    : $"and this view service takes over its cluster {cluster}. "
            )
            + $"Whatever it lacks of what was acknowledged to clients in view {named.View.Number}, where it was, and "
            + "in later ones is lost.";
        return others.Count == 0
            ? text
            : $"{text} Also there: "
                + $"{string.Join(", ", others.Select(other => $"{other.Id} in view {other.View.Number}"))}.";
    }

    public static string Live(ServerTable servers, IEnumerable<Stranger> strangers)
    {
        var live = servers
            .Servers.Where(s => s.Pinged && s.Alive)
            .Select(s => s.Id.Address.Value)
            .Concat(strangers.Select(s => s.Id.Address.Value))
            .Distinct()
            .Order(StringComparer.Ordinal);
        var text = string.Join(", ", live);
        return text.Length == 0 ? "none is alive, start one first" : text;
    }

    private static string Holder(ServerTable servers, ServerId server, string role, View view)
    {
        var state =
            servers.Alive(server) ? "alive"
            : servers.Find(server) is null ? "restarted, so empty"
            : "dead";
        return $"{server} ({role} of view {view.Number}, {state})";
    }

    private static string Facts(bool acknowledged, bool synced) =>
        synced ? "acknowledged and synced"
        : acknowledged ? "acknowledged, not synced"
        : "not acknowledged";
}
