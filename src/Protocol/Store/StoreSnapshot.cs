namespace PbKv.Protocol;

/// <summary>What a store held at one moment. Immutable; may be read while the store is written to.</summary>
internal sealed class StoreSnapshot(RecordIndex index, RecordLog log, long count, long byteCount, ulong digest)
{
    public long Count { get; } = count;

    public long ByteCount { get; } = byteCount;

    public ulong Digest { get; } = digest;

    public bool TryGet(Bytes key, out Bytes value)
    {
        var slot = index.Find(Hashing.Hash64(key.Span), key.Span, log);
        value = slot.IsEmpty ? default : log.ValueOf(slot);
        return !slot.IsEmpty;
    }

    /// <summary>A cursor before the first entry.</summary>
    public StoreCursor Cursor() => new(this);

    /// <summary>
    /// The entries of the leaf that holds this hash, in order, and the first hash behind the leaf (0 behind the last).
    /// </summary>
    internal Slot[] LeafAt(ulong hash, out ulong next)
    {
        var leaf = index.LeafOf(hash, out var depth);
        var rest = depth == 64 ? 0 : ulong.MaxValue >> depth;
        next = unchecked((hash | rest) + 1);
        return leaf is null ? [] : Leaf.InOrder(leaf, log);
    }

    internal Entry Read(Slot slot)
    {
        var record = log.Read(slot);
        return new Entry(record.KeyBytes, log.ValueOf(slot)) { Revisions = record.Revisions };
    }
}

/// <summary>
/// Goes through a snapshot in the order of (hash of the key, key), which depends on nothing but the contents. It may be
/// left alone and taken up again at any time.
/// </summary>
internal sealed class StoreCursor(StoreSnapshot snapshot)
{
    private Slot[] _leaf = [];
    private int _index = -1;
    private ulong _next;
    private bool _last;

    /// <summary>The entry that MoveNext came to; slices of the store's storage.</summary>
    public Entry Current => snapshot.Read(_leaf[_index]);

    public bool MoveNext()
    {
        while (_index + 1 >= _leaf.Length)
        {
            if (_last)
                return false;
            _leaf = snapshot.LeafAt(_next, out _next);
            _last = _next == 0;
            _index = -1;
        }
        _index++;
        return true;
    }

    /// <summary>A cursor at the same place that goes on by itself.</summary>
    public StoreCursor Clone() => (StoreCursor)MemberwiseClone();
}
