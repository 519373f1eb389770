using System.Runtime.CompilerServices;

namespace PbKv.Protocol;

/// <summary>
/// From the hash of a key to the slot of its record: branches of 64 by six bits of the hash, the highest first, and
/// below them leaves, which are open-addressed tables of slots. A leaf that is full is split by the next bit, so that
/// leaves are well filled at every size. Who owns a node edits it in place; a node shared with a snapshot is copied
/// first. A value type: copying it shares the nodes, and both copies then have to <see cref="Share"/>.
/// </summary>
internal struct RecordIndex
{
    private const int LeafSlots = 128;

    private readonly OwnerIds _ids;
    private object? _root;
    private long _owner;

    private RecordIndex(OwnerIds ids) => _ids = ids;

    public static RecordIndex Create() => new(new OwnerIds());

    /// <summary>From here on no node is this index's own.</summary>
    public void Share() => _owner = 0;

    public readonly Slot Find(ulong hash, ReadOnlySpan<byte> key, in RecordLog log)
    {
        var leaf = LeafOf(hash, out _);
        return leaf is null ? default : Leaf.SlotAt(leaf, Leaf.Find(leaf, hash, key, log));
    }

    /// <summary>The slot at the place where the search for a hash begins.</summary>
    public readonly Slot Home(ulong hash)
    {
        var leaf = LeafOf(hash, out _);
        return leaf is null ? default : Leaf.Home(leaf, hash);
    }

    /// <summary>The first slot whose tag matches: very likely that of the key, which is not looked at.</summary>
    public readonly Slot Guess(ulong hash)
    {
        var leaf = LeafOf(hash, out _);
        return leaf is null ? default : Leaf.Guess(leaf, hash);
    }

    /// <summary>Whether exactly this record is the one of its key.</summary>
    public readonly bool Holds(ulong hash, Slot slot)
    {
        var leaf = LeafOf(hash, out _);
        return leaf is not null && Leaf.IndexOf(leaf, hash, slot) >= 0;
    }

    /// <summary>Sets the slot of a key and returns the earlier one, or the empty slot.</summary>
    public Slot Set(ulong hash, ReadOnlySpan<byte> key, Slot slot, in RecordLog log)
    {
        while (true)
        {
            var leaf = OwnLeaf(hash, out var parent, out var depth);
            var index = Leaf.Find(leaf, hash, key, log);
            var earlier = Leaf.SlotAt(leaf, index);
            if (!earlier.IsEmpty || Leaf.HasRoom(leaf))
            {
                Leaf.Put(leaf, index, slot, earlier.IsEmpty);
                return earlier;
            }
            if (Leaf.Slots(leaf) < LeafSlots || Leaf.Depth(leaf) == 64)
                Place(Leaf.Grow(leaf), hash, parent, depth);
            else
                Split(leaf, hash, parent, depth, log);
        }
    }

    public void Remove(ulong hash, Slot slot)
    {
        var leaf = OwnLeaf(hash, out _, out _);
        Leaf.Remove(leaf, Leaf.IndexOf(leaf, hash, slot));
    }

    /// <summary>The record of a key was moved.</summary>
    public void Replace(ulong hash, Slot from, Slot to)
    {
        var leaf = OwnLeaf(hash, out _, out _);
        Leaf.Put(leaf, Leaf.IndexOf(leaf, hash, from), to, added: false);
    }

    /// <summary>The leaf of a hash, and how many of the leading bits all hashes in it share.</summary>
    public readonly ulong[]? LeafOf(ulong hash, out int depth)
    {
        var node = _root;
        var bits = hash;
        while (node is Branch branch)
        {
            node = branch[(int)(bits >> 58)];
            bits <<= Branch.Bits;
        }
        var leaf = Unsafe.As<ulong[]?>(node);
        depth = leaf is null ? 0 : Leaf.Depth(leaf);
        return leaf;
    }

    private ulong[] OwnLeaf(ulong hash, out Branch? parent, out int depth)
    {
        if (_owner == 0)
            _owner = _ids.Next();
        parent = null;
        depth = 0;
        var node = _root ??= Leaf.Create(_owner, 0, 4);
        while (node is Branch branch)
        {
            if (branch.Owner != _owner)
            {
                branch = branch.CopyFor(_owner);
                if (parent is null)
                    _root = branch;
                else
                    parent[Index(hash, depth - Branch.Bits)] = branch;
            }
            parent = branch;
            node = branch[Index(hash, depth)];
            depth += Branch.Bits;
        }
        var leaf = Unsafe.As<ulong[]>(node)!;
        if (Leaf.Owner(leaf) == _owner)
            return leaf;
        leaf = Leaf.CopyFor(leaf, _owner);
        Place(leaf, hash, parent, depth);
        return leaf;
    }

    /// <summary>Puts a leaf under its parent, at every child whose prefix the leaf covers.</summary>
    private void Place(ulong[] leaf, ulong hash, Branch? parent, int depth)
    {
        if (parent is null)
        {
            _root = leaf;
            return;
        }
        var children = 1 << (depth - Leaf.Depth(leaf));
        var first = Index(hash, depth - Branch.Bits) & ~(children - 1);
        for (var i = 0; i < children; i++)
            parent[first + i] = leaf;
    }

    private void Split(ulong[] leaf, ulong hash, Branch? parent, int depth, in RecordLog log)
    {
        var splitDepth = Leaf.Depth(leaf);
        var (zeros, ones) = Leaf.Split(leaf, _owner, log);
        if (splitDepth == depth)
        {
            // No bit is left that the parent tells apart: a branch takes the place of the leaf.
            var branch = new Branch(_owner);
            if (parent is null)
                _root = branch;
            else
                parent[Index(hash, depth - Branch.Bits)] = branch;
            parent = branch;
            depth += Branch.Bits;
        }
        var bit = 1UL << (63 - splitDepth);
        Place(zeros, hash & ~bit, parent, depth);
        Place(ones, hash | bit, parent, depth);
    }

    private static int Index(ulong hash, int depth) => (int)((hash << depth) >> 58);
}

/// <summary>Names of owners, different for all stores that may share a node.</summary>
internal sealed class OwnerIds
{
    private long _last;

    public long Next() => Interlocked.Increment(ref _last);
}

/// <summary>A node with 64 children, each a branch or a leaf (several may be the same leaf).</summary>
internal sealed class Branch(long owner)
{
    public const int Bits = 6;

    [InlineArray(1 << Bits)]
    private struct Children
    {
        private object? _first;
    }

    private Children _children;

    public long Owner { get; } = owner;

    public object? this[int index]
    {
        get => _children[index];
        set => _children[index] = value;
    }

    public Branch CopyFor(long owner) => new(owner) { _children = _children };
}
