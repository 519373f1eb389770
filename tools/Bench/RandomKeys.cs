namespace PbKv.Bench;

/// <summary>
/// Keys of 16 bytes, key:000000000000 and up, drawn by a caller's own chance; each is written over the one before.
/// </summary>
public sealed class RandomKeys(long count, int caller)
{
    public const int Size = 16;

    private readonly byte[] _key = new byte[Size];

    /// <summary>What the last key was drawn from.</summary>
    public ulong Drawn { get; private set; } = ((ulong)caller + 1) * 0x9E3779B97F4A7C15;

    public ReadOnlyMemory<byte> Next()
    {
        Drawn ^= Drawn << 13;
        Drawn ^= Drawn >> 7;
        Drawn ^= Drawn << 17;
        Write(_key, (long)(Drawn % (ulong)count));
        return _key;
    }

    public static void Write(Span<byte> key, long number)
    {
        "key:"u8.CopyTo(key);
        for (var i = Size - 1; i >= 4; i--)
        {
            key[i] = (byte)('0' + number % 10);
            number /= 10;
        }
    }
}
