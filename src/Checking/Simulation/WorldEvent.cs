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
/// <param name="lateAt">Comes it then only, it comes late: by as much again as it was set for.</param>
internal sealed class TimerOver(WorldHost host, NodeTimer timer, long setting, long lateAt) : WorldEvent
{
    public NodeTimer Timer => timer;

    public long Setting => setting;

    public bool IsLate(long now) => now >= lateAt;

    public override void Happen(World world) => world.Fire(host, this);
}

/// <summary>Anything else: a client's next operation, the beginning or end of a fault.</summary>
internal sealed class Doing(Action action) : WorldEvent
{
    public override void Happen(World world) => action();
}
