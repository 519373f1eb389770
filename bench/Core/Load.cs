namespace PbKv.Bench.Core;

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
