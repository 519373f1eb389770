using System.Diagnostics;

namespace PbKv.Bench.Core;

/// <summary>Measures and prints, a line at a time.</summary>
internal sealed class Table
{
    private string _part = "";

    /// <summary>
    /// Runs the work once to warm up and then a few times, and prints the best rate, by the clock and by the processor
    /// time of the whole process (which counts the garbage collector's threads, and does not count what other programs
    /// take).
    /// </summary>
    public void Rate(string part, string what, long operations, Action work, int runs = 5)
    {
        work();
        var (best, bestProcessor) = (double.MaxValue, double.MaxValue);
        var collections = GC.CollectionCount(2);
        var paused = GC.GetTotalPauseDuration();
        for (var i = 0; i < runs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var processor = Environment.CpuUsage.TotalTime;
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            bestProcessor = Math.Min(bestProcessor, (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
        }
        var pauses = (GC.GetTotalPauseDuration() - paused).TotalMilliseconds;
        Line(
            part,
            what,
            $"{operations / best / 1e6, 8:0.00} M/s {operations / bestProcessor / 1e6, 8:0.00} M per processor "
                + $"second {bestProcessor / operations * 1e9, 6:0} ns"
                + $"   GC: {pauses:0} ms, {GC.CollectionCount(2) - collections} full"
        );
    }

    public void Line(string part, string what, string figures)
    {
        if (part != _part)
            Console.WriteLine($"\n{part}");
        _part = part;
        Console.WriteLine($"  {what, -52} {figures}");
    }
}

/// <summary>Keys and values of the sizes that the goals are stated for, in a fixed, scattered order.</summary>
internal static class Load
{
    public const int KeyBytes = 16;
    public const int ValueBytes = 100;

    /// <summary>Slices of one array, as they come out of a received frame.</summary>
    public static Bytes[] Keys(int count)
    {
        var keys = new Bytes[count];
        for (var i = 0; i < count; i += 4096)
        {
            var frame = new byte[Math.Min(4096, count - i) * KeyBytes];
            for (var j = i; j < Math.Min(count, i + 4096); j++)
            {
                var key = frame.AsSpan((j - i) * KeyBytes, KeyBytes);
                BitConverter.TryWriteBytes(key, Hashing.Mix((ulong)j + 1));
                BitConverter.TryWriteBytes(key[8..], (long)j);
                keys[j] = new Bytes(frame, (j - i) * KeyBytes, KeyBytes);
            }
        }
        return keys;
    }

    public static Bytes[] Values()
    {
        var values = new Bytes[256];
        for (var i = 0; i < values.Length; i++)
        {
            var value = new byte[ValueBytes];
            Array.Fill(value, (byte)i);
            values[i] = new Bytes(value);
        }
        return values;
    }

    /// <summary>
    /// A walk over [0, count) that jumps about and meets every index once in count steps (count has no factor 7919).
    /// </summary>
    public static int Scatter(int step, int count) => (int)((long)step * 7919 % count);
}
