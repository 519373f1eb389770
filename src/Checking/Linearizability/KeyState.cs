using System.Globalization;
using System.Text;
using PbKv.Protocol;

namespace PbKv.Checking;

/// <summary>The value of one key as the checker needs it: its length and two hashes, never its bytes.</summary>
/// <param name="Fnv">The running 32-bit FNV-1a hash that PutHash goes on from.</param>
internal readonly record struct KeyState(bool Exists, int Length, ulong Hash, uint Fnv)
{
    private const uint FnvOfNothing = 2166136261;

    public static KeyState Missing { get; } = new(false, 0, 0, FnvOfNothing);

    public static KeyState Of(ReadOnlySpan<byte> value) =>
        new(true, value.Length, PolynomialHash.Of(value), GoOn(FnvOfNothing, value));

    public KeyState Append(SearchOperation operation) =>
        new(
            true,
            Length + operation.Value.Length,
            PolynomialHash.Concat(Hash, operation.ValueHash, operation.ValuePower),
            GoOn(Fnv, operation.Value.Span)
        );

    public KeyState PutHash(ReadOnlySpan<byte> value)
    {
        Span<byte> text = stackalloc byte[10];
        GoOn(Fnv, value).TryFormat(text, out var length, provider: CultureInfo.InvariantCulture);
        return Of(text[..length]);
    }

    /// <summary>The decimal text that a PutHash stores over a value that is known.</summary>
    public static KeyState AfterPutHash(Observed previous, Bytes value) =>
        Of(Encoding.ASCII.GetBytes(Hashing.Fnv1a(previous.Span, value.Span).ToString(CultureInfo.InvariantCulture)));

    private static uint GoOn(uint fnv, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            fnv = unchecked((fnv ^ b) * 16777619);
        return fnv;
    }
}
