namespace PbKv.Protocol;

/// <summary>The steps from view to view: decided in one place, made in another, told in a third.</summary>
public sealed partial class ViewServiceNode
{
    /// <summary>Takes the next step, where there is one, and says what is new.</summary>
    /// <param name="answered">Whose ping this is part of: it gets an answer and needs no news.</param>
    /// <param name="factIsNew">The present view has just been acknowledged.</param>
    private void TakeStep(Effects effects, bool backupSilent = false, ServerId? answered = null, bool factIsNew = false)
    {
        if (_lost is not null)
        {
            WaitFor(_lost, worthSaying: true, effects);
            return;
        }
        var old = View;
        var decision = ViewDecision.Decide(_known, _servers, _rules, listening: _ticks < _settings.DeadPings, backupSilent);
        switch (decision.Kind)
        {
            case DecisionKind.Next or DecisionKind.FallBack:
                if (backupSilent && old.Backup is { } silent && decision.Primary == old.Primary) _servers.OnReportedSilent(silent);
                Make(new View(Cluster, old.Number + 1, decision.Primary, decision.Backup), decision, effects);
                Tell(old, answered, effects);
                break;
            case DecisionKind.Blocked or DecisionKind.Pending:
                WaitFor(decision.Reason, decision.Kind == DecisionKind.Blocked, effects);
                break;
            default:
                _waitingFor = null;
                break;
        }
        if (factIsNew && View == old) TellAcknowledged(answered, effects);
    }

    private void Make(View view, Decision decision, Effects effects)
    {
        Invariant.Assert(view.Number == View.Number + 1, $"view {view} follows {View}");
        Invariant.Assert(view.Primary is not null && view.Primary?.Address != view.Backup?.Address, $"view {view} names two servers");
        var fellBack = decision.Kind == DecisionKind.FallBack;
        effects.Notice(NoticeKind.NewView, $"view {view} after {View}: {decision.Reason}");
        if (fellBack) effects.Notice(NoticeKind.FellBack, $"view {view} falls back past {View}: {decision.Reason}");
        Remember(_known with { View = view, Acknowledged = false, Synced = false }, effects);
        _waitingFor = $"{view.Primary} to acknowledge view {view.Number}";
    }

    /// <summary>The servers of the old view and of the new one, those that live and may be needed next, and the clerks that asked.</summary>
    private void Tell(View old, ServerId? answered, Effects effects)
    {
        var news = new ViewNews(View, Acknowledged);
        foreach (var server in _servers.Servers)
        {
            if (server.Id == answered || !(_servers.Alive(server) || old.Names(server.Id) || View.Names(server.Id))) continue;
            effects.Send(server.Id.Address, news);
        }
        _audience.Tell(news, effects);
    }

    /// <summary>The primary may answer clients now, and one that waits to leave may be free to go; idle servers need not know.</summary>
    private void TellAcknowledged(ServerId? answered, Effects effects)
    {
        var news = new ViewNews(View, Acknowledged);
        foreach (var server in _servers.Servers)
        {
            if (server.Id == answered || !_servers.Alive(server)) continue;
            if (server.Leaving || _servers.Same(View.Primary, server.Id)) effects.Send(server.Id.Address, news);
        }
        _audience.Tell(news, effects);
    }

    private void WaitFor(string reason, bool worthSaying, Effects effects)
    {
        if (_waitingFor == reason) return;
        _waitingFor = reason;
        if (worthSaying) effects.Notice(NoticeKind.Waiting, $"view {View} stays: waiting for {reason}");
    }

    private void OnReset(NodeAddress from, ResetRequest request, Effects effects)
    {
        var old = View;
        var account = ResetAccount.Of(_known, _servers, request.Primary);
        if (_servers.At(request.Primary) is not { Pinged: true } server || !_servers.Alive(server))
        {
            var refusal = $"{request.Primary} is not alive here; name one of: {ResetAccount.Live(_servers)}";
            effects.Notice(NoticeKind.Refused, $"reset asked by {from} refused: {refusal}");
            effects.Send(from, new ResetAnswer(View, refusal, account));
            return;
        }
        _lost = null;
        var decision = Decision.Next(server.Id, null, $"reset asked by {from}");
        Make(new View(Cluster, old.Number + 1, server.Id, null, Reset: true), decision, effects);
        effects.Notice(NoticeKind.ResetDone, $"view {View} is a reset. {account}");
        Tell(old, null, effects);
        effects.Send(from, new ResetAnswer(View, null, account));
    }
}
