using PbKv.Protocol;

namespace PbKv.Checking;

/// <summary>
/// An acknowledged operation is in the history of every server that may become primary: each of them is at least at the
/// position of the newest answer, and knows the result of every write of an open session that a client was told.
/// </summary>
internal sealed class NoAcknowledgedWriteLost(SimulatedCluster cluster) : WorldWatch
{
    private readonly Dictionary<(long Session, long Sequence), bool> _sent = [];
    private readonly Dictionary<(long Session, long Sequence), OperationResult> _told = [];
    private ViewServiceMemory? _checked;

    public override void OnSend(World world, WorldHost host, Envelope envelope)
    {
        foreach (var message in envelope.Messages)
        {
            if (message is Request request)
                Note(request.Batch);
            else if (message is Reply reply)
                Note(reply);
        }
    }

    public override void OnEffects(World world, WorldHost host, Effects effects)
    {
        if (cluster.Forgotten || host != cluster.ViewServiceHost || ReferenceEquals(host.Disk, _checked))
            return;
        _checked = host.Disk;
        foreach (var holder in cluster.Holders())
            Check((ReplicaNode)holder.Node!);
    }

    /// <summary>Also at the end of a run, when nothing moves any more.</summary>
    public void CheckAll()
    {
        foreach (var holder in cluster.Holders())
            Check((ReplicaNode)holder.Node!);
    }

    private void Note(Batch batch)
    {
        foreach (var operation in batch.Operations)
        {
            if (NextBuild.Meant(operation.Kind) is OperationKind.Put or OperationKind.PutHash or OperationKind.Append)
                _sent.TryAdd((batch.Session, operation.Sequence), true);
        }
    }

    private void Note(Reply reply)
    {
        foreach (var result in reply.Results)
        {
            if (result.Status is not (ResultStatus.Ok or ResultStatus.Missing))
                continue;
            var name = (reply.Session, result.Sequence);
            if (!_sent.ContainsKey(name))
                continue;
            if (!_told.TryAdd(name, result) && _told[name] != result)
                ViolationException.Throw(
                    nameof(NoAcknowledgedWriteLost),
                    $"write {result.Sequence} of session {reply.Session} was answered {_told[name]} and then {result}"
                );
        }
    }

    private void Check(ReplicaNode holder)
    {
        List<(long, long)>? forgotten = null;
        foreach (var (name, result) in _told)
        {
            // A session that is gone was closed or expired by an operation in the history; its clients ask no more.
            if (holder.Sessions.Find(name.Session) is not { } session || name.Sequence < session.Floor)
            {
                if (holder.Position >= name.Session)
                    (forgotten ??= []).Add(name);
                continue;
            }
            if (!session.TryResult(name.Sequence, out var known) || known != result)
                ViolationException.Throw(
                    nameof(NoAcknowledgedWriteLost),
                    $"{holder.Id} may become primary and does not know write {name.Sequence} of session {name.Session}, which was answered"
                );
        }
        if (forgotten is null || cluster.Holders().Count() > 1)
            return;
        foreach (var name in forgotten)
            _told.Remove(name);
    }
}
