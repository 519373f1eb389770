namespace PbKv.Protocol;

/// <summary>What a reset costs, in words. The view service knows roles, not data: it says who held what role.</summary>
internal static class ResetAccount
{
    public static string Of(ViewServiceMemory known, ServerTable servers, NodeAddress named)
    {
        if (known.View.Number == 0) return $"There is no view yet: nothing acknowledged by cluster {known.Cluster} is lost.";
        var text = $"The reset makes {named} primary with what it holds now, after view {known.View} ({Facts(known.Acknowledged, known.Synced)}). "
            + $"Whatever it lacks of what was acknowledged to clients in the views up to {known.View.Number} is lost. ";
        var last = known.LastAcknowledged;
        if (last is null) return text + "No view was ever acknowledged, so nobody had been answered.";
        text += $"All of it was held by {Holder(servers, last.Primary!.Value, "primary", last)}";
        if (last.Backup is { } backup)
        {
            text += known.LastAcknowledgedSynced
                ? $" and by {Holder(servers, backup, "synced backup", last)}"
                : $"; {Holder(servers, backup, "unsynced backup", last)} held a part at most";
        }
        return text + ".";
    }

    public static string Live(ServerTable servers)
    {
        var live = servers.Servers.Where(s => s.Pinged && servers.Alive(s)).Select(s => s.Id.Address.Value).Order(StringComparer.Ordinal);
        var text = string.Join(", ", live);
        return text.Length == 0 ? "none is alive, start one first" : text;
    }

    private static string Holder(ServerTable servers, ServerId server, string role, View view)
    {
        var state = servers.Alive(server) ? "alive" : servers.Find(server) is null ? "restarted, so empty" : "dead";
        return $"{server} ({role} of view {view.Number}, {state})";
    }

    private static string Facts(bool acknowledged, bool synced) =>
        synced ? "acknowledged and synced" : acknowledged ? "acknowledged, not synced" : "not acknowledged";
}
