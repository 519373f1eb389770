using PbKv.Protocol;

namespace PbKv.Checking;

/// <summary>Is told of everything that happens in a world. Those who watch override what they need.</summary>
internal class WorldWatch
{
    public virtual void OnStart(World world, WorldHost host) { }

    public virtual void OnStop(World world, WorldHost host) { }

    /// <param name="what">Null for the routine: a tick, or an envelope.</param>
    public virtual void OnInput(World world, WorldHost host, string? what, Envelope? envelope) { }

    public virtual void OnSend(World world, WorldHost host, Envelope envelope) { }

    /// <summary>The effects are valid during the call only.</summary>
    public virtual void OnEffects(World world, WorldHost host, Effects effects) { }

    public virtual void OnMayStop(World world, WorldHost host) { }
}
