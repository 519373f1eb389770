using System.Runtime.CompilerServices;

namespace PbKv.Protocol;

/// <summary>
/// The leaf of a <see cref="RecordIndex"/>, in one array without references: its owner, its depth and count, and then
/// an open-addressed table of slots with linear probing.
/// </summary>
internal static class Leaf
{
    private const int HeaderWords = 2;

    public static ulong[] Create(long owner, int depth, int slots)
    {
        var leaf = new ulong[HeaderWords + slots];
        leaf[0] = (ulong)owner;
        leaf[1] = (ulong)depth << 32;
        return leaf;
    }

    public static long Owner(ulong[] leaf) => (long)leaf[0];

    /// <summary>How many leading bits the hashes of all keys in here have in common.</summary>
    public static int Depth(ulong[] leaf) => (int)(leaf[1] >> 32);

    public static int Count(ulong[] leaf) => (int)(uint)leaf[1];

    public static int Slots(ulong[] leaf) => leaf.Length - HeaderWords;

    public static bool HasRoom(ulong[] leaf) => Count(leaf) < Slots(leaf) * 13L / 16;

    public static Slot SlotAt(ulong[] leaf, int index) => new(leaf[HeaderWords + index]);

    /// <summary>Where the slot of a key is, or the empty slot where it would go.</summary>
    public static int Find(ulong[] leaf, ulong hash, ReadOnlySpan<byte> key, in RecordLog log)
    {
        var mask = Slots(leaf) - 1;
        for (var i = (int)(hash & 0xFFFF) & mask; ; i = (i + 1) & mask)
        {
            var slot = SlotAt(leaf, i);
            if (slot.IsEmpty)
                return i;
            if (slot.TagMatches(hash) && log.Read(slot).Key.SequenceEqual(key))
                return i;
        }
    }

    public static Slot Home(ulong[] leaf, ulong hash) => SlotAt(leaf, (int)(hash & 0xFFFF) & (Slots(leaf) - 1));

    /// <summary>The first slot with the tag of a hash, or the empty slot.</summary>
    public static Slot Guess(ulong[] leaf, ulong hash)
    {
        var mask = Slots(leaf) - 1;
        for (var i = (int)(hash & 0xFFFF) & mask; ; i = (i + 1) & mask)
        {
            var slot = SlotAt(leaf, i);
            if (slot.IsEmpty || slot.TagMatches(hash))
                return slot;
        }
    }

    /// <summary>Where exactly this slot is, or -1.</summary>
    public static int IndexOf(ulong[] leaf, ulong hash, Slot slot)
    {
        var mask = Slots(leaf) - 1;
        for (var i = (int)(hash & 0xFFFF) & mask; ; i = (i + 1) & mask)
        {
            var found = SlotAt(leaf, i);
            if (found == slot)
                return i;
            if (found.IsEmpty)
                return -1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(ulong[] leaf, int index, Slot slot, bool added)
    {
        leaf[HeaderWords + index] = slot.Value;
        if (added)
            leaf[1]++;
    }

    /// <summary>What was put behind it, because its place was taken, moves up: no search ends too early.</summary>
    public static void Remove(ulong[] leaf, int index)
    {
        var mask = Slots(leaf) - 1;
        for (var i = (index + 1) & mask; !SlotAt(leaf, i).IsEmpty; i = (i + 1) & mask)
        {
            var home = (int)(leaf[HeaderWords + i] >> 48) & mask;
            if (((i - home) & mask) < ((i - index) & mask))
                continue;
            leaf[HeaderWords + index] = leaf[HeaderWords + i];
            index = i;
        }
        leaf[HeaderWords + index] = 0;
        leaf[1]--;
    }

    public static ulong[] CopyFor(ulong[] leaf, long owner)
    {
        var copy = leaf.AsSpan().ToArray();
        copy[0] = (ulong)owner;
        return copy;
    }

    public static ulong[] Grow(ulong[] leaf)
    {
        var larger = Create(Owner(leaf), Depth(leaf), Slots(leaf) * 2);
        // The tag is the low bits of the hash, from which the place follows: no key is read.
        foreach (var value in leaf.AsSpan(HeaderWords))
        {
            if (value != 0)
                Add(larger, value >> 48, new Slot(value));
        }
        return larger;
    }

    /// <summary>Two leaves, by the first bit behind the prefix that the hashes have in common.</summary>
    public static (ulong[] Zeros, ulong[] Ones) Split(ulong[] leaf, long owner, in RecordLog log)
    {
        var depth = Depth(leaf);
        var halves = (Zeros: Create(owner, depth + 1, Slots(leaf)), Ones: Create(owner, depth + 1, Slots(leaf)));
        foreach (var value in leaf.AsSpan(HeaderWords))
        {
            if (value == 0)
                continue;
            var slot = new Slot(value);
            var hash = Hashing.Hash64(log.Read(slot).Key);
            Add((hash << depth) >> 63 == 0 ? halves.Zeros : halves.Ones, hash, slot);
        }
        return halves;
    }

    /// <summary>
    /// The slots in the order of (hash, key): the same for equal contents, whatever was written before.
    /// </summary>
    public static Slot[] InOrder(ulong[] leaf, RecordLog log)
    {
        var slots = new Slot[Count(leaf)];
        var hashes = new ulong[slots.Length];
        var count = 0;
        foreach (var value in leaf.AsSpan(HeaderWords))
        {
            if (value == 0)
                continue;
            slots[count] = new Slot(value);
            hashes[count] = Hashing.Hash64(log.Read(slots[count]).Key);
            count++;
        }
        Array.Sort(hashes, slots);
        Comparison<Slot> byKey = (a, b) => log.Read(a).Key.SequenceCompareTo(log.Read(b).Key);
        for (int start = 0, end; start != count; start = end)
        {
            for (end = start + 1; end < count && hashes[end] == hashes[start]; )
                end++;
            slots.AsSpan(start, end - start).Sort(byKey);
        }
        return slots;
    }

    private static void Add(ulong[] leaf, ulong hash, Slot slot)
    {
        var mask = Slots(leaf) - 1;
        var i = (int)(hash & 0xFFFF) & mask;
        while (!SlotAt(leaf, i).IsEmpty)
            i = (i + 1) & mask;
        Put(leaf, i, slot, added: true);
    }
}
