namespace PbKv.Checking;

/// <summary>
/// A hash of byte strings whose value for a concatenation follows from those of its parts: a checker can append to
/// values of any length, and ask for the hash of any beginning, without holding the bytes. Modulo 2^61 - 1.
/// </summary>
internal static class PolynomialHash
{
    private const ulong Modulus = (1UL << 61) - 1;
    private const ulong Base = 0x0B4E7A1D5C93F26B;

    public static ulong Next(ulong hash, byte next) => Reduce(Times(hash, Base) + next + 1);

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 0;
        foreach (var b in bytes)
            hash = Next(hash, b);
        return hash;
    }

    /// <summary>What the hash of a first part is multiplied by when a second of this length follows.</summary>
    public static ulong Power(int length)
    {
        ulong power = 1,
            factor = Base;
        for (var rest = length; rest > 0; rest >>= 1)
        {
            if ((rest & 1) != 0)
                power = Times(power, factor);
            factor = Times(factor, factor);
        }
        return power;
    }

    public static ulong Concat(ulong first, ulong second, ulong powerOfSecond) =>
        Reduce(Times(first, powerOfSecond) + second);

    /// <summary>The hash of the second part of a concatenation.</summary>
    public static ulong Rest(ulong whole, ulong first, ulong powerOfSecond) =>
        Reduce(whole + Modulus - Times(first, powerOfSecond));

    private static ulong Times(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return Reduce((low & Modulus) + ((low >> 61) | (high << 3)));
    }

    private static ulong Reduce(ulong value)
    {
        value = (value & Modulus) + (value >> 61);
        return value >= Modulus ? value - Modulus : value;
    }
}

/// <summary>
/// Values that were read of one key, each the beginning of the next: so a history of long appended values stays as
/// small as the last of them.
/// </summary>
internal sealed class ObservedBuffer
{
    private byte[] _bytes = [];
    private ulong[]? _hashes;

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    public bool TryShare(ReadOnlySpan<byte> value)
    {
        var common = Math.Min(value.Length, Length);
        if (!Span[..common].SequenceEqual(value[..common]))
            return false;
        if (value.Length <= Length)
            return true;
        if (_bytes.Length < value.Length)
            Array.Resize(ref _bytes, Length == 0 ? value.Length : Math.Max(value.Length, 2 * _bytes.Length));
        value.CopyTo(_bytes);
        Length = value.Length;
        return true;
    }

    /// <summary>The hash of the first bytes, for any number of them.</summary>
    public ulong HashOfFirst(int length)
    {
        if (_hashes is null || _hashes.Length <= Length)
        {
            var hashes = new ulong[Length + 1];
            for (var i = 0; i < Length; i++)
                hashes[i + 1] = PolynomialHash.Next(hashes[i], _bytes[i]);
            _hashes = hashes;
        }
        return _hashes[length];
    }
}

/// <summary>A value that a client was told: nothing, or the first bytes of a buffer.</summary>
internal readonly record struct Observed(ObservedBuffer? Buffer, int Length)
{
    public static Observed Nothing => default;

    public static Observed Of(Bytes value)
    {
        var buffer = new ObservedBuffer();
        buffer.TryShare(value.Span);
        return new Observed(buffer, value.Length);
    }

    public ReadOnlySpan<byte> Span => Buffer is null ? default : Buffer.Span[..Length];

    public ulong Hash => Buffer?.HashOfFirst(Length) ?? 0;

    /// <summary>Whether a client that found the key in this state may have been told so.</summary>
    public bool Matches(in KeyState state) =>
        Length == state.Length && (Length == 0 ? Buffer is not null || !state.Exists : Hash == state.Hash);

    /// <summary>Whether this value can come out of the state by appending alone.</summary>
    public bool StartsWith(in KeyState state) =>
        StartsWith(state.Length, state.Hash) && (Buffer is not null || !state.Exists);

    public bool StartsWith(int length, ulong hash) =>
        length <= Length && (length == 0 || Buffer!.HashOfFirst(length) == hash);

    public override string ToString() => Buffer is null ? "missing" : HistoryOperation.Shorten(Bytes.CopyOf(Span));
}
