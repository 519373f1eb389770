namespace PbKv.Protocol;

/// <summary>How a server learns of views and enters them.</summary>
public partial class ReplicaNode
{
    private void OnPingAnswer(NodeAddress from, PingAnswer answer, Effects effects)
    {
        if (!IsMe(answer.Server))
            return; // Meant for an earlier life.
        _views.OnAnswer(from);
        if (!BelievesCluster(answer.View, effects))
            return;
        _newestAnswer = answer.Answer;
        _lastRefusal = null;
        Learn(answer.View, answer.Acknowledged, effects);
        // Only what is said of the view that it is in now: an answer that was long on its way may be of a view before
        // the one that needs it.
        if (
            _leaving
            && answer.View == View
            && answer.Acknowledged
            && !View.Names(Id)
            && (View.Backup is null || answer.Synced)
        )
        {
            effects.Notice(NoticeKind.Left, $"view={answer.View}");
            effects.MayStop = true;
        }
    }

    private void OnPingRefused(PingRefused refused, Effects effects)
    {
        if (!IsMe(refused.Server))
            return;
        if (refused.Reason == PingRefusal.OlderIncarnation)
        {
            if (refused.Known > Id.Incarnation)
                TakeHigherIncarnation(refused.Known, effects);
            return;
        }
        if (_lastRefusal == refused.Reason)
            return;
        _lastRefusal = refused.Reason;
        effects.Notice(
            NoticeKind.WrongCluster,
            refused.Reason == PingRefusal.OtherCluster
                ? $"the view service serves cluster {refused.Cluster}, this server holds data of {View.Cluster}: it "
                    + "is ignored there; restart it empty to join, bring the old view service back, or reset that "
                    + "one to take over what is held here"
                : $"the view service has never made view {View.Number} that this server is in: it lost its memory; "
                    + "bring it back with its --data, or reset"
        );
    }

    private void Learn(View view, bool acknowledged, Effects effects)
    {
        if (view.Number == 0)
            return; // There is none yet.
        if (!view.IsWellFormed)
        {
            effects.Notice(NoticeKind.Refused, $"view {view} is not believed: no view service makes it");
            return;
        }
        if (view.Number < View.Number || !BelievesCluster(view, effects))
            return;
        if (view.Number > View.Number)
        {
            if (IsSuperseded(view.Primary, effects) || IsSuperseded(view.Backup, effects))
                return;
            if (view.Names(Id) && view.Level > Level)
            {
                effects.Notice(NoticeKind.Refused, $"view {view} is not entered: this server has level {Level}");
                return;
            }
            Enter(view, effects);
        }
        else if (view != View)
        {
            effects.Notice(NoticeKind.Refused, $"view {view} is not believed: {view.Number} is {View}, for ever");
            return;
        }
        if (!acknowledged || _primary is null || _primary.Confirmed)
            return;
        _primary.Confirm(effects);
        effects.Notice(NoticeKind.Confirmed, $"view={View.Number}");
    }

    private protected virtual bool BelievesCluster(View view, Effects effects)
    {
        if (View.Number == 0 || view.Cluster == View.Cluster)
            return true;
        effects.Notice(
            NoticeKind.WrongCluster,
            $"a view of cluster {view.Cluster} is not believed: this server is in {View.Cluster}"
        );
        return false;
    }

    private bool IsSuperseded(ServerId? named, Effects effects)
    {
        if (named is not { } server || server.Address != Id.Address || server.Incarnation <= Id.Incarnation)
            return false;
        TakeHigherIncarnation(server.Incarnation, effects);
        return true;
    }

    /// <summary>
    /// The clock of this machine went back: the server starts over, above the earlier life that is known, with no role
    /// and no data. There may be one above that, of which a late ping tells. But not many: then it is no earlier life
    /// but another server, and the two would drive each other out for ever. It goes on as what it is: nothing that is
    /// said stops a server.
    /// </summary>
    private void TakeHigherIncarnation(long known, Effects effects)
    {
        if (_superseded > MostSuperseded || known >= View.MostNumber)
            return;
        if (_superseded++ == MostSuperseded)
        {
            effects.Notice(
                NoticeKind.Superseded,
                $"another server lives at {Id.Address}, as incarnation {known}: this one gives way no more, "
                    + "and its pings count for nothing; give each an --advertise of its own; or, where there is none, "
                    + "the clock of this machine went back again and again: start again"
            );
            return;
        }
        effects.Notice(
            NoticeKind.Superseded,
            $"incarnation {Id.Incarnation} is older than {known}: going on as {known + 1}, empty"
        );
        StartOver(known + 1, effects);
    }

    private void StartOver(long incarnation, Effects effects)
    {
        DropAnswers(effects);
        LeaveRoles();
        Id = new ServerId(Id.Address, incarnation);
        View = View.None;
        _state = new ReplicatedState(_settings.Features);
        _idle = new IdleSessions(_settings);
        _newestAnswer = 0;
        Ping(effects);
    }

    private protected void Enter(View view, Effects effects)
    {
        var former = View;
        var formerRole = Role;
        var abandoned = _backup is { Installed: false } || _primary is { IsTransferring: true };
        View = view;
        if (IsMe(view.Primary))
            BecomePrimary(effects);
        else
        {
            DropAnswers(effects);
            LeaveRoles();
            if (IsMe(view.Backup))
                _backup = new BackupRole(view, _state, _settings);
        }
        if (abandoned)
            effects.Notice(NoticeKind.TransferAbandoned, $"view={former.Number}");
        effects.Notice(
            NoticeKind.RoleChanged,
            $"view={view} was={formerRole} now={Role} position={Position} keys={Store.Count}"
        );
        Ping(effects);
        _primary?.Begin(effects);
    }

    private void BecomePrimary(Effects effects)
    {
        // Views may have been skipped here. If another server was primary in one of them it never acknowledged it, or
        // this one could be primary again only by way of a transfer, which it would have entered as backup.
        var stays = _primary is not null && !View.Reset;
        var inherited = stays ? _primary!.Held : [];
        if (!stays)
            DropAnswers(effects);
        LeaveRoles();
        (_state.Era, _state.Level) = (View.Era, View.Level);
        _primary = new PrimaryRole(View, _state, _idle, inherited, _settings);
    }

    /// <summary>
    /// Whoever waits for one is told to ask elsewhere, with the same session and sequence: a clerk all of whose
    /// requests are held here would otherwise hear of the new view by a timeout only. It tells nothing of whether they
    /// were executed.
    /// </summary>
    private void DropAnswers(Effects effects)
    {
        if (_primary is not { Held: { Count: > 0 } held })
            return;
        effects.Notice(NoticeKind.AnswersDropped, $"view={View.Number} answers={held.Count}");
        foreach (var answer in held)
            effects.Send(answer.To, new Refusal(answer.Request, RefusalReason.NotPrimary, View));
    }

    private void LeaveRoles()
    {
        _executed += _primary?.Executed ?? 0;
        _deduplicated += _primary?.Deduplicated ?? 0;
        _primary?.EndTransfer();
        _primary = null;
        _backup = null;
    }

    private protected virtual bool IsMe(ServerId? server) => server == Id;
}
