namespace PbKv.Checking;

/// <summary>Who may become primary.</summary>
internal static partial class Without
{
    /// <summary>A server that restarted, and is empty, is taken for the one that was at its address.</summary>
    private sealed class IdentityIncludesIncarnation : RuleLeftOut
    {
        public override Ping Hear(ViewServiceNode service, Ping ping) =>
            service.Servers.Where(known => known.Server.Address == ping.Server.Address).ToList() is [var known, ..]
                ? ping with
                {
                    Server = known.Server,
                }
                : ping;
    }

    /// <summary>Whatever backup there is counts as synced when its primary dies.</summary>
    private sealed class OnlySyncedIsPromoted : RuleLeftOut
    {
        public override ViewServiceMemory Believe(ViewServiceMemory known) => known with { Synced = true };
    }

    /// <summary>A ping of the backup that says synced says it of the present view.</summary>
    private sealed class SyncedMatchesView : RuleLeftOut
    {
        public override Ping Hear(ViewServiceNode service, Ping ping) =>
            ping.Synced && ping.Server == service.View.Backup && ping.View.Number < service.View.Number
                ? ping with
                {
                    View = service.View.Id,
                }
                : ping;
    }

    /// <summary>A backup says synced as soon as the transfer is installed.</summary>
    private sealed class MarkerCoversAnsweredAlone : RuleLeftOut
    {
        public override void Then(ReplicaWithout server, NodeAddress from, Message? heard, Effects effects) =>
            Replace<Ping>(effects, (_, ping) => ping with { Synced = server.Installed });
    }

    /// <summary>When the primary of a view dies unconfirmed, whoever is alive is taken.</summary>
    private sealed class FallBackOnlyToHolder : RuleLeftOut
    {
        public override ViewServiceMemory Believe(ViewServiceMemory known) => known with { LastAcknowledged = null };
    }

    /// <summary>A view is built upon as soon as it is made.</summary>
    private sealed class ChangeOnlyAcknowledged : RuleLeftOut
    {
        public override ViewServiceMemory Believe(ViewServiceMemory known) => known with { Acknowledged = true };
    }

    /// <summary>Any ping of the primary is one of the present view.</summary>
    private sealed class AcknowledgedMatchesView : RuleLeftOut
    {
        public override Ping Hear(ViewServiceNode service, Ping ping) =>
            ping.Server == service.View.Primary && ping.View.Number < service.View.Number
                ? ping with
                {
                    View = service.View.Id,
                    BackupSilent = false,
                }
                : ping;
    }

    /// <summary>A late tick is one like any other.</summary>
    private sealed class SleptTicksDoNotCount : RuleLeftOut
    {
        public override NodeTimer Hear(NodeTimer timer) => timer with { Late = false };
    }

    /// <summary>Changes what is said in this step.</summary>
    private static void Replace<T>(Effects effects, Func<NodeAddress, T, Message> change)
        where T : Message
    {
        for (var i = 0; i < effects.Messages.Count; i++)
        {
            if (effects.Messages[i] is { To: var to, Message: T said })
                effects.Messages[i] = new Outgoing(to, change(to, said));
        }
    }
}
