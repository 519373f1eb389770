namespace PbKv.Protocol;

/// <summary>
/// Keys and values, copied into compact storage (<see cref="RecordLog"/>) and found by a hash trie
/// (<see cref="RecordIndex"/>). A snapshot and a clone cost the same whatever the store holds: they share all of it,
/// and what is shared is copied piece by piece when it is written to next. The cost of an operation does not grow with
/// the number of keys.
/// </summary>
internal sealed class KvStore
{
    /// <summary>
    /// How many bytes of a segment with holes are looked through for each byte written. The emptiest segment has holes
    /// in a fifth at least, so five keep the holes from growing.
    /// </summary>
    private const int CleaningRate = 5;

    /// <summary>Beside key and value: a header in the log and a place in the index.</summary>
    private const int EntryBytes = 32;

    /// <summary>A smaller store lies in the caches anyway.</summary>
    private const int WorthWarming = 4096;

    private RecordIndex _index;
    private RecordLog _log;
    private GrowingValues? _growing;

    public KvStore()
    {
        _index = RecordIndex.Create();
        _log = RecordLog.Create();
    }

    private KvStore(KvStore other)
    {
        _index = other._index;
        _log = other._log;
        _log.GiveUpTail();
        Count = other.Count;
        ByteCount = other.ByteCount;
        Digest = other.Digest;
    }

    public long Count { get; private set; }

    /// <summary>Bytes of all keys and values.</summary>
    public long ByteCount { get; private set; }

    /// <summary>
    /// About the memory of that, holes in segments included; it follows from the contents alone, so that all who hold
    /// the same say the same.
    /// </summary>
    public long Memory => WithHoles(ByteCount + (EntryBytes * Count));

    /// <summary>Bytes that were copied and hashed since it was made: what its writes cost.</summary>
    public long Written { get; private set; }

    /// <summary>A sum over all entries, equal for equal contents on every machine, however they came about.</summary>
    public ulong Digest { get; private set; }

    /// <summary>Bytes of storage held for records and growing values: with headers, holes and room.</summary>
    internal long Capacity => _log.Capacity + (_growing?.Capacity ?? 0);

    /// <summary>The value never changes. Where it is a slice of storage, it holds that storage alive.</summary>
    public bool TryGet(Bytes key, out Bytes value)
    {
        var hash = Hashing.Hash64(key.Span);
        if (_growing?.Find(hash, key.Span) is { } growing)
        {
            value = growing.Value;
            return true;
        }
        var slot = _index.Find(hash, key.Span, _log);
        value = slot.IsEmpty ? default : _log.Take(slot);
        return !slot.IsEmpty;
    }

    /// <summary>The length of a value; -1 where there is none.</summary>
    public int LengthOf(Bytes key)
    {
        var hash = Hashing.Hash64(key.Span);
        if (_growing?.Find(hash, key.Span) is { } growing)
            return growing.Length;
        var slot = _index.Find(hash, key.Span, _log);
        return slot.IsEmpty ? -1 : _log.Read(slot).ValueLength;
    }

    /// <summary>How much more memory there is after a value of this length was put, or appended.</summary>
    public long GrowthBy(Bytes key, int length, bool appends)
    {
        var earlier = LengthOf(key);
        return WithHoles(
            earlier < 0 ? EntryBytes + key.Length + length
            : appends ? length
            : length - earlier
        );
    }

    /// <summary>
    /// Looks at what these operations are going to look at, all of them before the first is executed: in a large store
    /// each look waits for main memory, and looks that do not depend on one another wait together. Changes nothing.
    /// </summary>
    /// <returns>Something of all that was read, so that the reads are not left out.</returns>
    public ulong Warm(ReadOnlySpan<Operation> operations)
    {
        ulong seen = 0;
        if (Count < WorthWarming || operations.Length < 2)
            return seen;
        foreach (ref readonly var operation in operations)
            seen ^= _index.Home(Hashing.Hash64(operation.Key.Span)).Value;
        foreach (ref readonly var operation in operations)
        {
            var slot = _index.Guess(Hashing.Hash64(operation.Key.Span));
            if (!slot.IsEmpty)
                seen ^= _log.Read(slot).Digest;
        }
        return seen;
    }

    public void Put(Bytes key, Bytes value)
    {
        var hash = Hashing.Hash64(key.Span);
        if (_growing?.Find(hash, key.Span) is { } growing)
            Forget(growing);
        Store(hash, key.Span, value, default);
    }

    /// <summary>
    /// Adds to the end of a value, or puts it where there was none. Returns the length that the value has now. Appends
    /// to a few values in turn cost what they add, however large the values are.
    /// </summary>
    public int Append(Bytes key, Bytes value)
    {
        var hash = Hashing.Hash64(key.Span);
        if (_growing?.Find(hash, key.Span) is { } growing)
            return Grow(growing, value.Span);
        var slot = _index.Find(hash, key.Span, _log);
        var earlier = slot.IsEmpty ? default : _log.ValueOf(slot);
        if (earlier.Length >= GrowingValues.WorthIt && (_growing ??= new()).IsAppendedAgain(hash))
        {
            Written += earlier.Length;
            return Grow(_growing.Open(hash, _log.Read(slot), earlier), value.Span);
        }
        Store(hash, key.Span, earlier, value.Span);
        return earlier.Length + value.Length;
    }

    /// <summary>An equal store; both go on independently.</summary>
    public KvStore Clone()
    {
        Share(forGood: true);
        return new KvStore(this);
    }

    /// <summary>The contents as they are now, until the snapshot is taken back.</summary>
    public StoreSnapshot Snapshot()
    {
        Share(forGood: false);
        return new StoreSnapshot(_index, _log, Count, ByteCount, Digest);
    }

    /// <summary>The last snapshot is not read any more: what it shared may be overwritten in its place again.</summary>
    public void TakeBack() => _log.TakeBack();

    private static long WithHoles(long bytes) => bytes + (bytes / 4);

    private void Share(bool forGood)
    {
        WriteBack();
        _index.Share();
        _log.Share(forGood);
    }

    private int Grow(GrowingValue growing, ReadOnlySpan<byte> tail)
    {
        var before = growing.GrownDigest;
        _growing!.Append(growing, tail);
        Digest += growing.GrownDigest - before;
        ByteCount += tail.Length;
        Written += tail.Length;
        while (_growing.Surplus is { } surplus)
            WriteBack(surplus);
        return growing.Length;
    }

    /// <summary>Every growing value becomes a record again: what is shared or told is in the log.</summary>
    private void WriteBack()
    {
        while (_growing?.First is { } growing)
            WriteBack(growing);
    }

    private void WriteBack(GrowingValue growing)
    {
        Forget(growing);
        Store(growing.Hash, growing.Key, growing.Value, default);
    }

    /// <summary>Its record in the log counts again.</summary>
    private void Forget(GrowingValue growing)
    {
        _growing!.Remove(growing);
        ByteCount -= growing.Grown;
        Digest -= growing.GrownDigest;
    }

    private void Store(ulong hash, ReadOnlySpan<byte> key, Bytes head, ReadOnlySpan<byte> tail)
    {
        var present = _index.Find(hash, key, _log);
        if (!present.IsEmpty)
        {
            var digest = _log.Read(present).Digest;
            if (tail.IsEmpty && _log.TryRewrite(present, hash, head.Span))
            {
                Digest += _log.Read(present).Digest - digest;
                Written += _log.Read(present).Size;
                return;
            }
        }
        var slot = _log.Append(hash, key, head, tail);
        var written = _log.Read(slot);
        Digest += written.Digest;
        Written += written.Size;
        ByteCount += key.Length + written.ValueLength;
        var earlier = _index.Set(hash, key, slot, _log);
        if (earlier.IsEmpty)
            Count++;
        else
        {
            var replaced = _log.Read(earlier);
            Digest -= replaced.Digest;
            ByteCount -= key.Length + replaced.ValueLength;
            _log.Forget(earlier, replaced.Size);
        }
        Clean(Math.Min(written.Size, RecordLog.FullSegment) * CleaningRate);
    }

    private void Clean(int bytes)
    {
        while (bytes > 0 && _log.TryNextOfVictim(out var place))
        {
            var record = _log.Read(place);
            bytes -= record.Size;
            var hash = Hashing.Hash64(record.Key);
            var slot = new Slot(hash, place.Segment, place.Offset);
            if (!_index.Holds(hash, slot))
                continue;
            _index.Replace(hash, slot, _log.Move(hash, slot));
            _log.Forget(slot, record.Size);
        }
    }
}
