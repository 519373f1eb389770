using System.Buffers.Binary;
using System.Numerics;

namespace PbKv.Protocol;

/// <summary>Hashes that are the same in every process and on every machine.</summary>
public static class Hashing
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;

    /// <summary>The hash of PutHash: 32-bit FNV-1a over the first and then the second byte string.</summary>
    public static uint Fnv1a(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => Fnv1a(second, Fnv1a(first));

    /// <summary>Goes on from a hash, that of nothing where none is given.</summary>
    internal static uint Fnv1a(ReadOnlySpan<byte> bytes, uint hash = 2166136261)
    {
        foreach (var b in bytes)
            hash = unchecked((hash ^ b) * 16777619);
        return hash;
    }

    /// <summary>A fast 64-bit hash of short strings, for tables; not against an adversary.</summary>
    public static ulong Hash64(ReadOnlySpan<byte> bytes, ulong seed = 0)
    {
        unchecked
        {
            var hash = seed + Prime3 + (ulong)bytes.Length * Prime1;
            while (bytes.Length >= 8)
            {
                hash = Step(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                bytes = bytes[8..];
            }
            if (bytes.Length > 0)
            {
                ulong rest = 0;
                for (var i = 0; i < bytes.Length; i++)
                    rest += (ulong)bytes[i] << (8 * i);
                hash = Step(hash, rest);
            }
            return Mix(hash);
        }
    }

    public static ulong Step(ulong hash, ulong word) =>
        unchecked(BitOperations.RotateLeft(hash ^ (word * Prime2), 29) * Prime1);

    public static ulong Mix(ulong hash)
    {
        unchecked
        {
            hash = (hash ^ (hash >> 33)) * Prime2;
            hash = (hash ^ (hash >> 29)) * Prime3;
            return hash ^ (hash >> 32);
        }
    }
}
