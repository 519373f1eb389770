namespace PbKv.Checking;

/// <summary>
/// A stream of random numbers that is a function of its seed alone, in every version and on every machine (SplitMix64).
/// </summary>
public sealed class Chance(ulong seed)
{
    private ulong _state = Hashing.Mix(seed + 0x9E3779B97F4A7C15);

    public ulong Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var word = _state;
            word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9;
            word = (word ^ (word >> 27)) * 0x94D049BB133111EB;
            return word ^ (word >> 31);
        }
    }

    /// <summary>0 to limit - 1.</summary>
    public int Below(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return (int)(((UInt128)Next() * (uint)limit) >> 64);
    }

    /// <summary>Both ends included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    public bool Percent(double percent) => Next() >> 11 < percent / 100 * (1UL << 53);

    public T OneOf<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    /// <summary>A stream of its own, so that what one part draws does not shift what another does.</summary>
    public Chance Fork(ulong name) => new(Next() ^ Hashing.Mix(name));
}
