using System.Numerics;

namespace PbKv.Host.Bench;

/// <summary>Counts durations in buckets of at most 1.6 % width, from a nanosecond to hours: no allocation, one increment each.</summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int Sub = 1 << SubBits;

    private readonly long[] _counts = new long[(64 - SubBits) * Sub];
    private long _sum;

    public long Count { get; private set; }

    public long Max { get; private set; }

    public double Mean => Count == 0 ? 0 : (double)_sum / Count;

    public void Add(long value)
    {
        if (value < 0) value = 0;
        _counts[Index(value)]++;
        _sum += value;
        Count++;
        if (value > Max) Max = value;
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        _sum += other._sum;
        Count += other.Count;
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>The value below or at which this share of all values lies (the upper end of its bucket).</summary>
    public long Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(share * Count);
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted && seen > 0) return Math.Min(UpperEnd(i), Max);
        }
        return Max;
    }

    private static int Index(long value)
    {
        if (value < Sub) return (int)value;
        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return ((shift + 1) * Sub) + (int)((value >> shift) - Sub);
    }

    private static long UpperEnd(int index)
    {
        if (index < Sub) return index;
        var shift = (index / Sub) - 1;
        return ((long)((index % Sub) + Sub + 1) << shift) - 1;
    }
}
