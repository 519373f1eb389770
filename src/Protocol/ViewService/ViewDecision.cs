namespace PbKv.Protocol;

internal enum DecisionKind
{
    /// <summary>All is as it should be.</summary>
    Nothing,

    /// <summary>A step is under way that a live server has to take.</summary>
    Pending,

    /// <summary>Nothing can be done until somebody comes back.</summary>
    Blocked,

    /// <summary>The next view.</summary>
    Next,

    /// <summary>The next view, past one that was never acknowledged.</summary>
    FallBack,
}

/// <param name="Reason">Why, for people: of the new view, or of the waiting.</param>
internal readonly record struct Decision(DecisionKind Kind, ServerId? Primary, ServerId? Backup, string Reason)
{
    public static Decision Nothing { get; } = new(DecisionKind.Nothing, null, null, "");

    public static Decision Pending(string reason) => new(DecisionKind.Pending, null, null, reason);

    public static Decision Blocked(string reason) => new(DecisionKind.Blocked, null, null, reason);

    public static Decision Next(ServerId primary, ServerId? backup, string reason) =>
        new(DecisionKind.Next, primary, backup, reason);

    public static Decision FallBack(ServerId primary, ServerId? backup, string reason) =>
        new(DecisionKind.FallBack, primary, backup, reason);
}

/// <summary>
/// Who is primary and who is backup next: the only place where that is decided (a reset apart), a function of what is
/// known. It changes nothing and tells nobody: a view will one day be stored elsewhere between being decided and being
/// told.
/// </summary>
internal static class ViewDecision
{
    /// <param name="listening">The view service has not listened long enough to know who is there.</param>
    /// <param name="backupSilent">The primary reports, in this very view, that its backup does not acknowledge.</param>
    public static Decision Decide(ViewServiceMemory known, ServerTable servers, bool listening, bool backupSilent)
    {
        if (known.View.Primary is not { } primary)
            return First(servers, listening);

        if (!servers.Alive(primary))
        {
            if (!known.Acknowledged)
                return FallBack(known, servers, primary);
            return Promotable(known, servers) is { } heir
                ? Next(servers, heir, $"the primary {primary} is dead and the backup {heir} is synced")
                : NoHeir(known, servers, primary);
        }
        if (!known.Acknowledged)
            return Decision.Pending($"{primary} to acknowledge view {known.View.Number}");

        // Handed to a backup that leaves as well, the role would only have to move again.
        if (servers.Leaving(primary) && Promotable(known, servers) is { } successor && !servers.Leaving(successor))
            return Next(servers, successor, $"the primary {primary} leaves and the backup {successor} is synced");
        return Backup(known, servers, primary, backupSilent);
    }

    /// <summary>The backup that may be promoted now.</summary>
    private static ServerId? Promotable(ViewServiceMemory known, ServerTable servers) =>
        known.Synced && servers.Alive(known.View.Backup) ? known.View.Backup : null;

    private static Decision First(ServerTable servers, bool listening)
    {
        // A view service that has just started would otherwise hand the cluster to whoever pings first, and learn a
        // tick later that the others are in a view of a cluster that it has forgotten.
        if (listening)
            return Decision.Pending("the first pings, before it makes a first view");
        return servers.FirstAlive() is { } first
            ? Decision.Next(first, null, $"{first} is the first live server")
            : Decision.Blocked("a server to ping: none is alive, and there is no view yet");
    }

    private static Decision Next(ServerTable servers, ServerId primary, string reason) =>
        Decision.Next(primary, servers.Idle(primary), reason);

    private static Decision Backup(ViewServiceMemory known, ServerTable servers, ServerId primary, bool silent)
    {
        if (known.View.Backup is not { } backup)
        {
            return servers.Idle(primary) is { } idle
                ? Decision.Next(primary, idle, $"{idle} is idle and becomes backup")
                : Decision.Nothing;
        }
        var why =
            !servers.Alive(backup) ? "is dead"
            : servers.Leaving(backup) ? "leaves"
            : silent ? "is reported silent by its primary"
            : null;
        return why is null
            ? Decision.Nothing
            : Decision.Next(primary, servers.Idle(primary, not: backup), $"the backup {backup} {why}");
    }

    /// <summary>
    /// The primary is dead and nobody may take its place. Not even the backup changes: a new backup could not be given
    /// anything, and to drop the old one would drop a server that may yet prove to hold everything.
    /// </summary>
    private static Decision NoHeir(ViewServiceMemory known, ServerTable servers, ServerId primary)
    {
        var backup = known.View.Backup;
        if (backup is null)
            return Decision.Blocked(
                $"{Return(servers, primary)}, which alone holds the data of view {known.View.Number}"
            );
        return known.Synced
            ? Decision.Blocked(
                $"{Return(servers, primary)} or {Return(servers, backup.Value)}, which hold the data of view "
                    + $"{known.View.Number}"
            )
            : Decision.Blocked(
                $"{Return(servers, primary)}: it is dead, and its backup {backup} is not synced, so it lacks "
                    + "acknowledged writes"
            );
    }

    /// <summary>
    /// The primary of a view that was never acknowledged is dead. It has answered nobody (see
    /// ConfirmedBeforeAnswering), so whoever held everything in the last acknowledged view still does.
    /// </summary>
    private static Decision FallBack(ViewServiceMemory known, ServerTable servers, ServerId primary)
    {
        var reason = $"the primary {primary} of view {known.View.Number} is dead and never acknowledged it";
        if (known.LastAcknowledged is not { } last)
        {
            return (servers.FirstAlive() ?? servers.FirstAlive(leaving: true)) is { } any
                ? Decision.FallBack(any, servers.Idle(any), $"{reason}; {any} is alive")
                : Decision.Blocked($"any server: {reason}");
        }
        var holder =
            servers.Alive(last.Primary) ? last.Primary
            : known.LastAcknowledgedSynced && servers.Alive(last.Backup) ? last.Backup
            : null;
        if (holder is { } id)
            return Decision.FallBack(id, servers.Idle(id), $"{reason}; {id} holds everything since view {last.Number}");
        var holders = known.LastAcknowledgedSynced
            ? $"{Return(servers, last.Primary!.Value)} or {Return(servers, last.Backup!.Value)}"
            : Return(servers, last.Primary!.Value);
        return Decision.Blocked($"{holders}, holding everything since view {last.Number}: {reason}");
    }

    private static string Return(ServerTable servers, ServerId server) =>
        servers.Find(server) is null ? $"{server} (which cannot come back: the address restarted)" : server.ToString();
}
