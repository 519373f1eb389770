namespace PbKv.Protocol;

/// <summary>The steps from view to view: decided in one place, made in another, told in a third.</summary>
public partial class ViewServiceNode
{
    /// <summary>Between the newest view that a stranger knows of and the one that takes over its cluster.</summary>
    private const long NumbersLeftOut = 1000;

    /// <summary>Takes the next step, where there is one, and says what is new.</summary>
    /// <param name="answered">Whose ping this is part of: it gets an answer and needs no news.</param>
    /// <param name="factIsNew">The present view has just been acknowledged.</param>
    private void TakeStep(Effects effects, bool backupSilent = false, ServerId? answered = null, bool factIsNew = false)
    {
        if (_lost is not null)
            return;
        var old = View;
        var decision = Decide(_known, backupSilent);
        switch (decision.Kind)
        {
            case DecisionKind.Next or DecisionKind.FallBack:
                if (backupSilent && old.Backup is { } silent && decision.Primary == old.Primary)
                    _servers.OnReportedSilent(silent);
                Make(decision, reset: false, effects);
                Tell(old, answered, effects);
                break;
            case DecisionKind.Blocked or DecisionKind.Pending:
                WaitFor(decision.Reason, decision.Kind == DecisionKind.Blocked, effects);
                break;
            default:
                _waitingFor = null;
                break;
        }
        if (factIsNew && View == old)
            TellAcknowledged(answered, effects);
    }

    private protected virtual Decision Decide(ViewServiceMemory known, bool backupSilent) =>
        ViewDecision.Decide(known, _servers, listening: _ticks < _settings.DeadPings, backupSilent);

    private void Make(Decision decision, bool reset, Effects effects)
    {
        var number = View.Number + 1;
        var view = new View(Cluster, number, decision.Primary, decision.Backup, reset ? number : View.Era);
        Invariant.Assert(
            view.Primary is not null && view.Primary?.Address != view.Backup?.Address,
            $"view {view} names two servers"
        );
        view = view with { Level = LevelOf(view) };
        var fellBack = decision.Kind == DecisionKind.FallBack;
        effects.Notice(NoticeKind.NewView, $"view {view} after {View}: {decision.Reason}");
        if (fellBack)
            effects.Notice(NoticeKind.FellBack, $"view {view} falls back past {View}: {decision.Reason}");
        Remember(_known with { View = view, Acknowledged = false, Synced = false }, effects);
        _waitingFor = $"{view.Primary} to acknowledge view {view.Number}";
    }

    private protected virtual int LevelOf(View view)
    {
        var level = Math.Min(_settings.Features.Level, _servers.LevelOf(view.Primary!.Value));
        return view.Backup is { } backup ? Math.Min(level, _servers.LevelOf(backup)) : level;
    }

    /// <summary>
    /// The servers of the old view and of the new one, those that live and may be needed next, and the clerks that
    /// asked.
    /// </summary>
    private void Tell(View old, ServerId? answered, Effects effects)
    {
        var news = new ViewNews(View, Acknowledged);
        foreach (var server in _servers.Servers)
        {
            if (server.Id == answered || !(server.Alive || old.Names(server.Id) || View.Names(server.Id)))
                continue;
            effects.Send(server.Id.Address, news);
        }
        _audience.Tell(news, effects);
    }

    /// <summary>
    /// The primary may answer clients now, and one that waits to leave may be free to go; idle servers need not know.
    /// </summary>
    private void TellAcknowledged(ServerId? answered, Effects effects)
    {
        var news = new ViewNews(View, Acknowledged);
        foreach (var server in _servers.Servers)
        {
            if (server.Id == answered || !server.Alive)
                continue;
            if (server.Leaving || server.Id == View.Primary)
                effects.Send(server.Id.Address, news);
        }
        _audience.Tell(news, effects);
    }

    private void WaitFor(string reason, bool worthSaying, Effects effects)
    {
        if (_waitingFor == reason)
            return;
        _waitingFor = reason;
        if (worthSaying)
            effects.Notice(NoticeKind.Waiting, $"view {View} stays: waiting for {reason}");
    }

    private void OnReset(NodeAddress from, ResetRequest request, Effects effects)
    {
        var old = View;
        string account;
        if (_servers.At(request.Primary) is { Pinged: true, Alive: true } server)
        {
            account = ResetAccount.Of(_known, _servers, request.Primary);
            Make(Decision.Next(server.Id, null, $"reset asked by {from}"), reset: true, effects);
        }
        else if (_strangers.At(request.Primary) is { } stranger && MayTakeOver(stranger.View.Cluster))
        {
            account = ResetAccount.Of(_known, _strangers, stranger);
            TakeOver(stranger, from, effects);
        }
        else
        {
            var refusal =
                $"{request.Primary} is not alive here; name one of: "
                + $"{ResetAccount.Live(_servers, _strangers.All.Where(s => MayTakeOver(s.View.Cluster)))}";
            effects.Notice(NoticeKind.Refused, $"reset asked by {from} refused: {refusal}");
            effects.Send(from, new ResetAnswer(View, refusal, ResetAccount.Of(_known, _servers, request.Primary)));
            return;
        }
        _lost = null;
        effects.Notice(NoticeKind.ResetDone, $"view {View} is a reset. {account}");
        Tell(old, null, effects);
        effects.Send(from, new ResetAnswer(View, null, account));
    }

    /// <summary>
    /// Nobody has acknowledged the view that took over yet: where the wrong server was named, another one may be.
    /// </summary>
    private bool IsTakingOver => !Acknowledged && View == LastAcknowledged;

    /// <summary>
    /// Its own cluster's data is not given up for another's: then the server is simply at the wrong view service.
    /// </summary>
    private bool MayTakeOver(ClusterId cluster) => cluster == Cluster || LastAcknowledged is null || IsTakingOver;

    /// <summary>
    /// From here on this is the view service of the stranger's cluster. The number leaves room: there may have been
    /// views that none of those who ping was ever told of, and no number may mean two. Whatever happens before the view
    /// is acknowledged, nobody but this server is fallen back to: it counts as acknowledged before.
    /// </summary>
    private void TakeOver(Stranger stranger, NodeAddress from, Effects effects)
    {
        var cluster = stranger.View.Cluster;
        var number = Math.Max(_strangers.NewestViewOf(cluster), View.Number) + NumbersLeftOut;
        var view = new View(cluster, number, stranger.Id, null, Era: number);
        effects.Notice(
            NoticeKind.NewView,
            $"view {view} after {View}: reset asked by {from}, cluster {cluster} is taken over"
        );
        Remember(new ViewServiceMemory(cluster, view, false, false, view, false), effects);
        _waitingFor = $"{stranger.Id} to acknowledge view {view.Number}";
        _servers.Expect(stranger.Id);
        _strangers.Clear();
    }
}
