using PbKv.Protocol;

namespace PbKv.Checking;

/// <summary>One thing that happens in a world, at its time.</summary>
internal abstract class WorldEvent
{
    public abstract void Happen(World world);
}

/// <summary>An envelope arrives where it was sent, at whoever lives there now.</summary>
internal sealed class Arrival(Envelope envelope, WorldHost host) : WorldEvent
{
    public override void Happen(World world) => world.Deliver(envelope, host);
}

/// <summary>A timer is over, if it is still the one that was set.</summary>
internal sealed class TimerOver(WorldHost host, NodeTimer timer, long setting) : WorldEvent
{
    public override void Happen(World world) => world.Fire(host, timer, setting);
}

/// <summary>Anything else: a client's next operation, the beginning or end of a fault.</summary>
internal sealed class Doing(Action action) : WorldEvent
{
    public override void Happen(World world) => action();
}
