using System.Runtime.InteropServices;

namespace PbKv.Checking;

/// <summary>A promise of the protocol was broken.</summary>
/// <param name="Invariant">Which one, by the name of its class.</param>
/// <param name="Text">How, for people.</param>
public sealed record Violation(string Invariant, string Text)
{
    public override string ToString() => $"{Invariant}: {Text}";
}

/// <summary>Ends a run or a search where an invariant was seen broken.</summary>
internal sealed class ViolationException(Violation violation) : Exception(violation.ToString())
{
    public Violation Violation { get; } = violation;

    public static void Throw(string invariant, string text) =>
        throw new ViolationException(new Violation(invariant, text));
}

/// <summary>View numbers never go back at any node, and one number never means two views.</summary>
internal sealed class ViewNumbersNeverRegress : WorldWatch
{
    private readonly Dictionary<Machine, (ServerId? Life, View View)> _last = [];
    private readonly Dictionary<ViewId, View> _views = [];

    public override void OnEffects(World world, Machine machine, Effects effects)
    {
        var view = machine.Node switch
        {
            ReplicaNode replica => replica.View,
            ViewServiceGroup { Member: { IsDeciding: false, Acting: { } service } } => service.View,
            ClerkNode clerk => clerk.View,
            _ => View.None,
        };
        if (view.Number == 0)
            return;
        var known = _last.TryGetValue(machine, out var last) && last.Life == machine.Identity;
        if (known && ReferenceEquals(last.View, view))
            return;
        if (known && view.Cluster == last.View.Cluster && view.Number < last.View.Number)
            Broken($"{machine} went back from view {last.View} to {view}");
        _last[machine] = (machine.Identity, view);
        if (!_views.TryAdd(view.Id, view) && _views[view.Id] != view)
            Broken($"at {machine} view {view.Number} is {view}, elsewhere {_views[view.Id]}");
    }

    public override void OnStop(World world, Machine machine) => _last.Remove(machine);
}

/// <summary>
/// What counts is one history: of one index there is one entry, and who leads knows the newest that counted before.
/// </summary>
internal sealed class EntriesAreOneHistory : WorldWatch
{
    private readonly Dictionary<(ClusterId Group, long Index), RegisterEntry> _counted = [];
    private readonly Dictionary<Machine, long> _terms = [];

    public RegisterEntry? Newest { get; private set; }

    public override void OnEffects(World world, Machine machine, Effects effects)
    {
        if (machine.Node is not ViewServiceGroup { Register: { Counting: { } entry } register })
            return;
        if (_terms.GetValueOrDefault(machine) != register.Term)
        {
            _terms[machine] = register.Term;
            if (Newest is { } before && before.Group == entry.Group && !entry.IsNewerThan(before.Term, before.Index))
                Broken($"{machine} leads term {register.Term} with {entry}, and {before} counted before");
        }
        var counted = CollectionsMarshal.GetValueRefOrAddDefault(_counted, (entry.Group, entry.Index), out _) ??= entry;
        if (counted.Term != entry.Term)
            Broken($"at {machine} {entry} counts, and so did {counted}");
        if (Newest?.Group != entry.Group || entry.IsNewerThan(Newest.Term, Newest.Index))
            Newest = entry;
    }

    public override void OnStop(World world, Machine machine) => _terms.Remove(machine);
}

/// <summary>
/// The primary of a view was primary or backup of an earlier view that was acknowledged; resets, and views made before
/// any was acknowledged, apart. A view service that forgot everything makes no view once a server has told it of
/// another cluster's.
/// </summary>
internal sealed class PrimariesDescend(SimulatedCluster cluster) : WorldWatch
{
    private readonly HashSet<ServerId> _descendants = [];
    private View _last = View.None;

    private bool _toldOfAnother;

    public override void OnStart(World world, Machine machine)
    {
        if (machine == cluster.ViewServices[0])
            _toldOfAnother = false;
    }

    public override void OnInput(World world, Machine machine, string? what, Envelope? envelope)
    {
        if (machine.Node is not ViewServiceGroup { Member.Acting: { Acknowledged: false } service } || envelope is null)
            return;
        foreach (var message in envelope.Messages)
            _toldOfAnother |= message is Ping { View: { Number: > 0 } view } && view.Cluster != service.View.Cluster;
    }

    public override void OnEffects(World world, Machine machine, Effects effects)
    {
        if (machine.Node is not ViewServiceGroup || cluster.Memory is not { } known)
            return;
        var view = known.View;
        if (cluster.Forgotten && known.Acknowledged && view.Cluster != _last.Cluster)
        {
            if (_toldOfAnother)
                Broken($"the view service lost its memory while servers held data, and made view {view}");
            cluster.BeganAnew = true;
        }
        if (view.Number == 0 || view.Cluster != _last.Cluster && _last.Number > 0)
            return;
        // One ping may acknowledge a view and lead to the next: what was acknowledged in between is in the memory
        // alone.
        if (known.LastAcknowledged is { } acknowledged)
            Descend(acknowledged);
        if (view != _last)
        {
            _last = view;
            if (_descendants.Count > 0 && !view.Reset && !_descendants.Contains(view.Primary!.Value))
                Broken($"the primary of view {view} was in no acknowledged view before");
        }
        if (known.Acknowledged)
            Descend(view);
    }

    private void Descend(View acknowledged)
    {
        _descendants.Add(acknowledged.Primary!.Value);
        if (acknowledged.Backup is { } backup)
            _descendants.Add(backup);
    }
}

/// <summary>At most one server at a time answers clients without asking a backup.</summary>
internal sealed class AtMostOnePrimaryCommits(SimulatedCluster cluster) : WorldWatch
{
    private readonly HashSet<Machine> _alone = [];

    public override void OnEffects(World world, Machine machine, Effects effects)
    {
        if (machine.Node is not ReplicaNode replica || cluster.BeganAnew)
            return;
        if (!replica.Confirmed || !replica.Alone)
        {
            _alone.Remove(machine);
            return;
        }
        if (!_alone.Add(machine) || _alone.Count == 1)
            return;
        var names = cluster
            .Replicas.Where(other => other.Confirmed && other.Alone)
            .Select(other => $"{other.Id} in view {other.View}");
        Broken($"two servers answer alone: {string.Join(", ", names)}");
    }

    public override void OnStop(World world, Machine machine) => _alone.Remove(machine);
}

/// <summary>No view has a level above that of a server that it names.</summary>
internal sealed class LevelNeverAboveServers(SimulatedCluster cluster) : WorldWatch
{
    public override void OnEffects(World world, Machine machine, Effects effects)
    {
        if (cluster.ViewService is not { } service)
            return;
        foreach (var replica in cluster.Replicas)
        {
            if (Breach(service.View, replica) is { } breach)
                Broken(breach);
        }
    }

    public static string? Breach(View view, Node node) =>
        node is ReplicaNode replica && view.Names(replica.Id) && view.Level > replica.Level
            ? $"view {view} is above level {replica.Level} of {replica.Id}"
            : null;
}

/// <summary>
/// An acknowledged operation is in the history of every server that may become primary: each of them is at least at the
/// position of the newest answer, and knows the result of every write of an open session that a client was told.
/// </summary>
internal sealed class NoAcknowledgedWriteLost(SimulatedCluster cluster) : WorldWatch
{
    private readonly Dictionary<(long Session, long Sequence), bool> _sent = [];
    private readonly Dictionary<(long Session, long Sequence), OperationResult> _told = [];
    private ViewServiceMemory? _checked;

    public override void OnSend(World world, Machine machine, Envelope envelope)
    {
        foreach (var message in envelope.Messages)
        {
            if (message is Request request)
                Note(request.Batch);
            else if (message is Reply reply)
                Note(reply);
        }
    }

    public override void OnEffects(World world, Machine machine, Effects effects)
    {
        if (cluster.Forgotten || ReferenceEquals(cluster.Memory, _checked))
            return;
        _checked = cluster.Memory;
        CheckAll();
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
            if (OperationKinds.IsOfClient(operation.Kind) && !operation.IsRead)
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
                Broken(
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
                Broken(
                    $"{holder.Id} may become primary and does not know write {name.Sequence} of session "
                        + $"{name.Session}, which was answered"
                );
        }
        if (forgotten is null || cluster.Holders().Count() > 1)
            return;
        foreach (var name in forgotten)
            _told.Remove(name);
    }
}

/// <summary>At rest, primary and synced backup are equal: data, sessions, positions.</summary>
internal static class ReplicasEqualAtRest
{
    public static void Check(SimulatedCluster cluster)
    {
        if (cluster.ViewService is not { Synced: true } service)
            return;
        if (
            cluster.Find(service.View.Primary) is not { } primary
            || cluster.Find(service.View.Backup) is not { } backup
        )
            return;
        var differs =
            primary.Position != backup.Position ? $"the positions {primary.Position} and {backup.Position}"
            : primary.Store.Digest != backup.Store.Digest
                ? $"the data ({primary.Store.Count} and {backup.Store.Count} keys)"
            : primary.Store.RevisionDigest != backup.Store.RevisionDigest ? "the revisions"
            : primary.Sessions.Digest != backup.Sessions.Digest
                ? $"the sessions ({primary.Sessions.Count} and {backup.Sessions.Count})"
            : null;
        if (differs is not null)
            ViolationException.Throw(nameof(ReplicasEqualAtRest), $"{differs} of {primary.Id} and {backup.Id} differ");
    }
}
