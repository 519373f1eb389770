namespace PbKv.Checking;

/// <summary>A machine in the simulated world: an address, and the node that lives there at present, if any.</summary>
internal sealed class Machine(NodeAddress address, int index)
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

    public List<Action> Waiting { get; } = [];

    /// <summary>What one message costs it, in µs of virtual time; 0 for nothing.</summary>
    public int SlownessUs { get; set; }

    public long BusyUntil { get; set; }

    /// <summary>What it handed out to be kept: survives its node.</summary>
    public RegisterState? Disk { get; set; }

    public Action<Completion>? OnCompletion { get; set; }

    public bool Up => Node is not null;

    public override string ToString() => Address.Value;
}

/// <summary>Is told of everything that happens in a world. Those who watch override what they need.</summary>
internal class WorldWatch
{
    public virtual void OnStart(World world, Machine machine) { }

    public virtual void OnStop(World world, Machine machine) { }

    /// <param name="what">Null for the routine: a tick, or an envelope.</param>
    public virtual void OnInput(World world, Machine machine, string? what, Envelope? envelope) { }

    public virtual void OnSend(World world, Machine machine, Envelope envelope) { }

    /// <summary>The effects are valid during the call only.</summary>
    public virtual void OnEffects(World world, Machine machine, Effects effects) { }

    /// <summary>What this watches over does not hold.</summary>
    protected void Broken(string text) => ViolationException.Throw(GetType().Name, text);
}

/// <summary>How well messages travel: shares in percent, times in µs of virtual time.</summary>
internal sealed record NetworkQuality(
    double Loss,
    double Repetition,
    int MinDelayUs,
    int MaxDelayUs,
    double Late,
    int LateUs
)
{
    public static NetworkQuality Calm { get; } = new(0, 0, 200, 800, 0, 0);
}

/// <summary>What becomes of an envelope on its way: lost, late, twice, or cut off in one direction.</summary>
internal sealed class WorldNetwork(Chance chance, int machines)
{
    private readonly int[] _cuts = new int[machines * machines];

    public NetworkQuality Quality { get; set; } = NetworkQuality.Calm;

    public long Lost { get; private set; }

    public long Repeated { get; private set; }

    public void Cut(Machine from, Machine to) => _cuts[from.Index * machines + to.Index]++;

    public void Mend(Machine from, Machine to) => _cuts[from.Index * machines + to.Index]--;

    public void MendAll() => Array.Clear(_cuts);

    public bool IsCut(Machine from, Machine to) => _cuts[from.Index * machines + to.Index] > 0;

    /// <returns>How many copies arrive: 0 to 2.</returns>
    public int Copies(Machine from, Machine to)
    {
        if (IsCut(from, to) || (Quality.Loss > 0 && chance.Percent(Quality.Loss)))
        {
            Lost++;
            return 0;
        }
        if (Quality.Repetition <= 0 || !chance.Percent(Quality.Repetition))
            return 1;
        Repeated++;
        return 2;
    }

    public long DelayUs()
    {
        long delay = chance.Between(Quality.MinDelayUs, Quality.MaxDelayUs);
        if (Quality.Late > 0 && chance.Percent(Quality.Late))
            delay += chance.Below(Quality.LateUs);
        return delay;
    }
}
