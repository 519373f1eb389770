using PbKv.Protocol;

namespace PbKv.Checking;

/// <summary>Several that watch, and what to do with a node that may stop.</summary>
internal sealed class WatchList(WorldWatch[] watches, Action<WorldHost> mayStop) : WorldWatch
{
    public override void OnStart(World world, WorldHost host)
    {
        foreach (var watch in watches)
            watch.OnStart(world, host);
    }

    public override void OnStop(World world, WorldHost host)
    {
        foreach (var watch in watches)
            watch.OnStop(world, host);
    }

    public override void OnInput(World world, WorldHost host, string? what, Envelope? envelope)
    {
        foreach (var watch in watches)
            watch.OnInput(world, host, what, envelope);
    }

    public override void OnSend(World world, WorldHost host, Envelope envelope)
    {
        foreach (var watch in watches)
            watch.OnSend(world, host, envelope);
    }

    public override void OnEffects(World world, WorldHost host, Effects effects)
    {
        foreach (var watch in watches)
            watch.OnEffects(world, host, effects);
    }

    public override void OnMayStop(World world, WorldHost host) => mayStop(host);
}
