namespace PbKv.Checking;

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
internal sealed class WorldNetwork(Chance chance, int hosts)
{
    private readonly int[] _cuts = new int[hosts * hosts];

    public NetworkQuality Quality { get; set; } = NetworkQuality.Calm;

    public long Lost { get; private set; }

    public long Repeated { get; private set; }

    public void Cut(WorldHost from, WorldHost to) => _cuts[from.Index * hosts + to.Index]++;

    public void Mend(WorldHost from, WorldHost to) => _cuts[from.Index * hosts + to.Index]--;

    public void MendAll() => Array.Clear(_cuts);

    public bool IsCut(WorldHost from, WorldHost to) => _cuts[from.Index * hosts + to.Index] > 0;

    /// <returns>How many copies arrive: 0 to 2.</returns>
    public int Copies(WorldHost from, WorldHost to)
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
