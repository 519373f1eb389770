using PbKv.Protocol;

namespace PbKv.Checking;

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

    public override void OnStart(World world, WorldHost host)
    {
        if (host == cluster.ViewServiceHost)
            _toldOfAnother = false;
    }

    public override void OnInput(World world, WorldHost host, string? what, Envelope? envelope)
    {
        if (host.Node is not ViewServiceNode { Acknowledged: false } service || envelope is null)
            return;
        foreach (var message in envelope.Messages)
            _toldOfAnother |= message is Ping { View: { Number: > 0 } view } && view.Cluster != service.View.Cluster;
    }

    public override void OnEffects(World world, WorldHost host, Effects effects)
    {
        if (host.Node is not ViewServiceNode service)
            return;
        var view = service.View;
        if (cluster.Forgotten && service.Acknowledged && view.Cluster != _last.Cluster)
        {
            if (_toldOfAnother)
                ViolationException.Throw(
                    nameof(PrimariesDescend),
                    $"the view service lost its memory while servers held data, and made view {view}"
                );
            cluster.BeganAnew = true;
        }
        if (view.Number == 0 || view.Cluster != _last.Cluster && _last.Number > 0)
            return;
        // One ping may acknowledge a view and lead to the next: what was acknowledged in between is in the memory
        // alone.
        if (effects.Memory?.LastAcknowledged is { } acknowledged)
            Descend(acknowledged);
        if (view != _last)
        {
            _last = view;
            if (_descendants.Count > 0 && !view.Reset && !_descendants.Contains(view.Primary!.Value))
                ViolationException.Throw(
                    nameof(PrimariesDescend),
                    $"the primary of view {view} was in no acknowledged view before"
                );
        }
        if (service.Acknowledged)
            Descend(view);
    }

    private void Descend(View acknowledged)
    {
        _descendants.Add(acknowledged.Primary!.Value);
        if (acknowledged.Backup is { } backup)
            _descendants.Add(backup);
    }
}
