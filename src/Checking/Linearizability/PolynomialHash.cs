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
