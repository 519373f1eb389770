using System.Buffers.Binary;
using System.Numerics;

namespace PbKv.Protocol.Tests.Store;

/// <summary>Makes keys of a hash that is wanted, by going backwards through <see cref="Hashing.Hash64"/>.</summary>
internal static class Collisions
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;

    /// <summary>A key of 16 bytes that begins with this word and has this hash.</summary>
    public static Bytes Key(ulong first, ulong hash)
    {
        unchecked
        {
            var start = Prime3 + (16 * Prime1);
            var afterFirst = Hashing.Step(start, first);
            var beforeMix = Unmix(hash);
            // Step(h, w) = rotate(h ^ w * Prime2, 29) * Prime1, solved for w.
            var second = (BitOperations.RotateRight(beforeMix * Inverse(Prime1), 29) ^ afterFirst) * Inverse(Prime2);
            var key = new byte[16];
            BinaryPrimitives.WriteUInt64LittleEndian(key, first);
            BinaryPrimitives.WriteUInt64LittleEndian(key.AsSpan(8), second);
            return new Bytes(key);
        }
    }

    private static ulong Unmix(ulong hash)
    {
        unchecked
        {
            hash ^= hash >> 32;
            hash *= Inverse(Prime3);
            hash ^= (hash >> 29) ^ (hash >> 58);
            hash *= Inverse(Prime2);
            return hash ^ (hash >> 33);
        }
    }

    /// <summary>
    /// The number by which to multiply to undo a multiplication (Newton's steps double the bits that are right).
    /// </summary>
    private static ulong Inverse(ulong odd)
    {
        var inverse = odd;
        for (var i = 0; i < 6; i++)
            inverse = unchecked(inverse * (2 - (odd * inverse)));
        return inverse;
    }
}
