namespace PbKv.Protocol;

/// <summary>What a ping proves: that its sender lives, and what it says of the present view.</summary>
public partial class ViewServiceNode
{
    private void OnPing(NodeAddress from, Ping ping, Effects effects)
    {
        // A server speaks for itself; and the number after the newest view, or incarnation, must not overflow.
        if (
            from != ping.Server.Address
            || ping.Server.Incarnation is < 0 or >= View.MostNumber
            || ping.View.Number is < 0 or > View.MostNumber / 2
        )
        {
            effects.Notice(
                NoticeKind.Refused,
                $"a ping of {ping.Server} in view {ping.View} from {from} is not believed"
            );
            return;
        }
        if (IsSuperseded(ping, effects) || IsStranger(ping, effects))
            return;
        Hear(ping, effects);
        var told = Acknowledged;
        LearnFacts(ping, effects);
        TakeStep(effects, backupSilent: IsSilenceReport(ping), answered: ping.Server, factIsNew: Acknowledged && !told);
        effects.Send(ping.Server.Address, new PingAnswer(ping.Server, View, Acknowledged, Now, Synced));
    }

    /// <summary>
    /// Judged before anything else of the ping: a late ping of a life that has ended must not even make a view service
    /// believe that there is another cluster.
    /// </summary>
    private bool IsSuperseded(Ping ping, Effects effects)
    {
        if (_servers.At(ping.Server.Address) is not { } known || known.Id.Incarnation <= ping.Server.Incarnation)
            return false;
        Refuse(ping, PingRefusal.OlderIncarnation, known.Id.Incarnation, $"{known.Id} is newer", effects);
        return true;
    }

    private protected virtual bool IsStranger(Ping ping, Effects effects)
    {
        if (ping.View == ViewId.None)
            return false;
        var other = ping.View.Cluster != Cluster;
        if (!other && ping.View.Number <= View.Number)
            return false;

        var what = other
            ? $"it holds data of another cluster: it is in view {ping.View}, and this is {Cluster}"
            : $"it is in view {ping.View}, newer than {View.Number}";
        _strangers.OnPing(ping);
        if (LastAcknowledged is null && !View.Reset && _lost is null)
        {
            _lost =
                $"somebody to say what to do, as this view service lost its memory: {ping.Server} pings, and {what}. "
                + "It makes no view. Start it with the --data "
                + "directory that it had; if that is gone, let it take over what a server holds: pbkv view reset "
                + "--primary HOST:PORT";
            WaitFor(_lost, worthSaying: true, effects);
        }
        Refuse(ping, other ? PingRefusal.OtherCluster : PingRefusal.NewerView, 0, what, effects);
        return true;
    }

    private void Refuse(Ping ping, PingRefusal reason, long known, string text, Effects effects)
    {
        effects.Send(ping.Server.Address, new PingRefused(ping.Server, reason, Cluster, known));
        if (_refusals.IsNew((ping.Server, reason)))
            effects.Notice(
                NoticeKind.Refused,
                $"the pings of {ping.Server} count for nothing: {text}"
                    + (
                        reason == PingRefusal.OlderIncarnation
                            ? ""
                            : ". Restart it to join empty, or bring its own view service back, or take over what it "
                                + "holds: pbkv view reset"
                    )
            );
    }

    private void Hear(Ping ping, Effects effects)
    {
        // A number that we have not reached yet is of an answer of an earlier life of ours: it proves nothing about
        // this one.
        var heard = ping.NewestAnswer > Now ? 0 : ping.NewestAnswer;
        var before = _servers.OnPing(ping, heard, View, LastAcknowledged);
        var id = ping.Server;
        if (before is null)
            effects.Notice(NoticeKind.ServerSeen, $"{id} is here");
        else if (before.Id != id)
        {
            effects.Notice(NoticeKind.ServerDead, $"{before.Id} is dead: it restarted");
            effects.Notice(NoticeKind.ServerSeen, $"{id} is here");
        }
        else if (!before.Alive && _servers.Alive(id))
        {
            SuspectedFalsely();
            effects.Notice(NoticeKind.ServerBack, $"{id} is alive again: {HowPatient}");
        }
        else if (WasNearlyDead(before) && FalseSuspicions < MostFalseSuspicions)
        {
            SuspectedFalsely();
            effects.Notice(NoticeKind.ServerLate, $"{id} did not ping for {before.PingAge} ticks: {HowPatient}");
        }
        if (before is { HintPending: true })
            effects.Cancel(new ConnectionLostTimer(before.Id));
        if (ping.Leaving && (before is null || before.Id != id || !before.Leaving))
            effects.Notice(NoticeKind.LeaveAsked, $"{id} asks to leave");
    }

    private void LearnFacts(Ping ping, Effects effects)
    {
        // A view service that lost its memory must not help an empty server to answer anybody.
        if (View.Number == 0 || _lost is not null)
            return;
        var exact = ping.View == View.Id;
        var acknowledges = exact && View.Primary == ping.Server;
        var synced = exact && View.Backup == ping.Server && ping.Synced;

        if ((acknowledges || synced) && !Acknowledged)
        {
            Remember(
                _known with
                {
                    Acknowledged = true,
                    LastAcknowledged = View,
                    LastAcknowledgedSynced = false,
                },
                effects
            );
            effects.Notice(NoticeKind.ViewAcknowledged, $"view {View} is acknowledged by {ping.Server}");
        }
        if (synced && !Synced)
        {
            Remember(_known with { Synced = true, LastAcknowledgedSynced = true }, effects);
            effects.Notice(NoticeKind.ViewSynced, $"view {View} is synced: {ping.Server} holds everything");
        }
    }

    /// <summary>A report of an earlier view speaks of another backup, or of an earlier pairing with this one.</summary>
    private bool IsSilenceReport(Ping ping) => ping.BackupSilent && ping.View == View.Id && View.Primary == ping.Server;

    private void Remember(ViewServiceMemory memory, Effects effects)
    {
        _known = memory;
        effects.Memory = memory;
    }
}
