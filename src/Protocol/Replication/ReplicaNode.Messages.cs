namespace PbKv.Protocol;

/// <summary>
/// What a server does with the messages of clerks and of the other replica, before its role sees them.
/// </summary>
public partial class ReplicaNode
{
    /// <summary>Its host has no room for a request, and did not keep it.</summary>
    public void RefuseAsBusy(NodeAddress clerk, long request, Effects effects)
    {
        effects.Notice(
            NoticeKind.Busy,
            $"view={View.Number} request={request} of {clerk}: too many wait for their turn"
        );
        effects.Send(clerk, new Refusal(request, RefusalReason.Busy, View));
    }

    private void OnRequest(NodeAddress clerk, Request request, Effects effects)
    {
        if (!IsWellFormed(request.Batch))
            return;
        if (Refuses(request.Group, request.View, opens: false, effects) is { } reason)
        {
            if (reason == RefusalReason.Busy)
                effects.Notice(NoticeKind.Busy, $"view={View.Number} request={request.Number} of {clerk}");
            effects.Send(clerk, new Refusal(request.Number, reason, View));
            return;
        }
        _primary!.Execute(clerk, request, NewerThan(request.View), effects);
    }

    private void OnOpenSession(NodeAddress clerk, OpenSession open, Effects effects)
    {
        if (Refuses(open.Group, open.View, opens: true, effects) is { } reason)
            effects.Send(clerk, new Refusal(open.Request, reason, View));
        else
            _primary!.Open(clerk, open, NewerThan(open.View), effects);
    }

    private RefusalReason? Refuses(GroupName asked, ViewId known, bool opens, Effects effects)
    {
        if (asked != group)
            return RefusalReason.WrongGroup;
        if (known.Cluster != View.Cluster && known.Number > 0)
            return RefusalReason.NotPrimary;
        if (known.Number > View.Number)
        {
            AskForView(known.Number, effects);
            return RefusalReason.NotReady;
        }
        return _primary is null ? RefusalReason.NotPrimary : _primary.Refuses(opens);
    }

    private View? NewerThan(ViewId known) => known == View.Id ? null : View;

    private void OnForward(NodeAddress from, Forward forward, Effects effects)
    {
        if (!Matches(forward.View, effects))
        {
            Refuse(from, forward.View, $"forward {forward.Serial}", effects);
            return;
        }
        if (_backup is null || from != PrimaryAddress)
            return;
        if (HasOtherThanHistory(forward))
        {
            effects.Notice(
                NoticeKind.Refused,
                $"forward {forward.Serial} has an operation that has no place in a history of level {View.Level}"
            );
            return;
        }
        var synced = Synced;
        _backup.OnForward(from, forward, effects);
        Compare(effects);
        if (!Synced || synced)
            return;
        effects.Notice(NoticeKind.Synced, $"view={View.Number} position={Position} keys={Store.Count}");
        Ping(effects);
    }

    private void OnChunk(NodeAddress from, Chunk chunk, Effects effects)
    {
        if (!Matches(chunk.View, effects))
        {
            Refuse(from, chunk.View, $"chunk {chunk.Index}", effects);
            return;
        }
        if (_backup is null || from != PrimaryAddress)
            return;
        if (!IsWellFormed(chunk))
        {
            effects.Notice(
                NoticeKind.Refused,
                $"chunk {chunk.Index} has a session that its position {chunk.Position} never opened"
            );
            return;
        }
        if (_backup.OnChunk(from, chunk, effects) is { } installed)
        {
            _state = installed;
            _idle = new IdleSessions(_settings);
        }
        Compare(effects);
    }

    /// <summary>
    /// What differs from its primary must never be promoted, and nobody knows why it differs: it starts over, as after
    /// a crash. What it acknowledged in this step is lost with it like all that it acknowledged before.
    /// </summary>
    private void Compare(Effects effects)
    {
        if (!ComparesCopies || _backup?.Difference is not { } difference)
            return;
        effects.Notice(
            NoticeKind.CopyDiffers,
            $"view={View.Number} {difference}, is not what {View.Primary} has: {Id} gives up its copy and goes on as "
                + $"{Id.Incarnation + 1}, empty"
        );
        StartOver(Id.Incarnation + 1, effects);
    }

    private protected virtual bool ComparesCopies => true;

    private bool IsFromBackup(NodeAddress from, ViewId view, Effects effects) =>
        Matches(view, effects) && _primary is not null && View.Backup?.Address == from;

    /// <summary>
    /// Whether a replica's message is of the present view; a newer one is asked for, and the message not processed.
    /// </summary>
    private bool Matches(ViewId view, Effects effects)
    {
        if (view == View.Id)
            return true;
        if (view.Number > View.Number && (View.Number == 0 || view.Cluster == View.Cluster))
            AskForView(view.Number, effects);
        return false;
    }

    private void Refuse(NodeAddress from, ViewId theirs, string what, Effects effects)
    {
        if (theirs.Cluster != View.Cluster || theirs.Number > View.Number)
            return;
        effects.Notice(
            NoticeKind.ForwardRefused,
            $"{what} of view {theirs.Number} from {from}: view {View.Number} is known here"
        );
        effects.Send(from, new WrongView(View));
    }

    private void AskForView(long number, Effects effects)
    {
        // Once a tick for the same number is enough: there may be a queue of messages behind this one.
        if (_askedForView >= number)
            return;
        _askedForView = number;
        foreach (var to in PingsGoTo)
            effects.Send(to, new ViewRequest(View.Id));
    }

    private bool HasOtherThanHistory(Forward forward)
    {
        foreach (var batch in forward.Batches)
        {
            foreach (ref readonly var operation in batch.Operations.AsSpan())
            {
                if (
                    operation.IsRead
                    || !OperationKinds.IsWellFormed(operation.Kind, operation.Value)
                    || Features.LevelOf(operation.Kind) > View.Level
                )
                    return true;
            }
        }
        return false;
    }

    /// <summary>A session above the position would be opened a second time.</summary>
    private static bool IsWellFormed(Chunk chunk)
    {
        if (chunk.Position is < 0 or > View.MostNumber)
            return false;
        foreach (var session in chunk.Sessions)
        {
            if (session.Session <= 0 || session.Session > chunk.Position)
                return false;
        }
        return true;
    }

    private static bool IsWellFormed(Batch batch)
    {
        if (batch.Operations.IsDefaultOrEmpty || batch.Session <= 0 || batch.Floor < 0)
            return false;
        foreach (ref readonly var operation in batch.Operations.AsSpan())
        {
            if (operation.Sequence < 0 || !OperationKinds.IsWellFormed(operation.Kind, operation.Value))
                return false;
            if (OperationKinds.IsOfClient(operation.Kind))
                continue;
            if (operation.Kind != OperationKind.CloseSession || batch.Operations.Length != 1)
                return false;
        }
        return true;
    }
}
