using PbKv.Protocol;

namespace PbKv.Checking;

/// <summary>View numbers never go back at any node, and one number never means two views.</summary>
internal sealed class ViewNumbersNeverRegress : WorldWatch
{
    private readonly Dictionary<WorldHost, (ServerId? Life, View View)> _last = [];
    private readonly Dictionary<ViewId, View> _views = [];

    public override void OnEffects(World world, WorldHost host, Effects effects)
    {
        var view = host.Node switch
        {
            ReplicaNode replica => replica.View,
            ViewServiceNode service => service.View,
            ClerkNode clerk => clerk.View,
            _ => View.None,
        };
        if (view.Number == 0)
            return;
        var known = _last.TryGetValue(host, out var last) && last.Life == host.Identity;
        if (known && ReferenceEquals(last.View, view))
            return;
        if (known && view.Cluster == last.View.Cluster && view.Number < last.View.Number)
            ViolationException.Throw(
                nameof(ViewNumbersNeverRegress),
                $"{host} went back from view {last.View} to {view}"
            );
        _last[host] = (host.Identity, view);
        if (!_views.TryAdd(view.Id, view) && _views[view.Id] != view)
            ViolationException.Throw(
                nameof(ViewNumbersNeverRegress),
                $"at {host} view {view.Number} is {view}, elsewhere {_views[view.Id]}"
            );
    }

    public override void OnStop(World world, WorldHost host) => _last.Remove(host);
}
