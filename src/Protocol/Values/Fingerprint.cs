using System.Runtime.InteropServices;

namespace PbKv.Protocol;

/// <summary>A running 64-bit hash of a state by value: what is added, in the order in which it is added.</summary>
public struct Fingerprint
{
    private ulong _hash;

    public readonly ulong Value => Hashing.Mix(_hash);

    public void Add(ulong value) => _hash = Hashing.Step(_hash + 0x9E3779B97F4A7C15, value);

    public void Add(long value) => Add(unchecked((ulong)value));

    public void Add(bool value) => Add(value ? 2UL : 1UL);

    public void Add(Bytes value) => Add(value.Span);

    internal void Add(ReadOnlySpan<byte> value) => Add(Hashing.Hash64(value));

    public void Add(string? value) => Add(value is null ? 0 : Hashing.Hash64(MemoryMarshal.AsBytes(value.AsSpan()), 1));
}
