using PbKv.Protocol;

namespace PbKv.Checking;

/// <summary>A machine in the simulated world: an address, and the node that lives there at present, if any.</summary>
internal sealed class WorldHost(NodeAddress address, int index)
{
    public NodeAddress Address { get; } = address;

    public int Index { get; } = index;

    public Node? Node { get; set; }

    public NodeClock Clock { get; set; } = new(null);

    public Dictionary<NodeTimer, long> Timers { get; } = [];

    /// <summary>The identity that the clock counts under; null for a clerk.</summary>
    public ServerId? Identity { get; set; }

    /// <summary>Stopped as by SIGSTOP: what comes in waits.</summary>
    public bool Paused { get; set; }

    public List<WorldEvent> Waiting { get; } = [];

    /// <summary>What one message costs it, in µs of virtual time; 0 for nothing.</summary>
    public int SlownessUs { get; set; }

    public long BusyUntil { get; set; }

    /// <summary>What it handed out to be kept (a view service's memory): survives its node.</summary>
    public ViewServiceMemory? Disk { get; set; }

    public Action<Completion>? OnCompletion { get; set; }

    public bool Up => Node is not null;

    public override string ToString() => Address.Value;
}
