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
    private const int EntryBytes = 48;

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
        RevisionDigest = other.RevisionDigest;
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

    /// <summary>Likewise over the revisions of all entries.</summary>
    public ulong RevisionDigest { get; private set; }

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

    /// <summary>An entry with its revisions; otherwise as <see cref="TryGet"/>.</summary>
    public Entry? Look(Bytes key)
    {
        var hash = Hashing.Hash64(key.Span);
        if (_growing?.Find(hash, key.Span) is { } growing)
            return new Entry(key, growing.Value) { Revisions = growing.Revisions };
        var slot = _index.Find(hash, key.Span, _log);
        return slot.IsEmpty ? null : new Entry(key, _log.Take(slot)) { Revisions = _log.Read(slot).Revisions };
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

    /// <param name="revision">The position of the operation that does it; 0: not known.</param>
    public void Put(Bytes key, Bytes value, long revision = 0)
    {
        var hash = Hashing.Hash64(key.Span);
        if (_growing?.Find(hash, key.Span) is { } growing)
            Forget(growing);
        Store(hash, key.Span, value, default, new Revisions(revision, revision));
    }

    /// <summary>An entry of another store, whose key is not here.</summary>
    public void Load(Entry entry) =>
        Store(Hashing.Hash64(entry.Key.Span), entry.Key.Span, entry.Value, default, entry.Revisions);

    /// <returns>Whether there was anything.</returns>
    public bool Delete(Bytes key)
    {
        var hash = Hashing.Hash64(key.Span);
        if (_growing?.Find(hash, key.Span) is { } growing)
            Forget(growing);
        var slot = _index.Find(hash, key.Span, _log);
        if (slot.IsEmpty)
            return false;
        Count--;
        _index.Remove(hash, slot);
        Leave(hash, slot, out var size);
        Clean(size);
        return true;
    }

    /// <summary>
    /// Adds to the end of a value, or puts it where there was none. Returns the length that the value has now. Appends
    /// to a few values in turn cost what they add, however large the values are.
    /// </summary>
    public int Append(Bytes key, Bytes value, long revision = 0)
    {
        var hash = Hashing.Hash64(key.Span);
        if (_growing?.Find(hash, key.Span) is { } growing)
            return Grow(growing, value.Span, revision);
        var slot = _index.Find(hash, key.Span, _log);
        var earlier = slot.IsEmpty ? default : _log.ValueOf(slot);
        if (earlier.Length >= GrowingValues.WorthIt && (_growing ??= new()).IsAppendedAgain(hash))
        {
            Written += earlier.Length;
            return Grow(_growing.Open(hash, _log.Read(slot), earlier), value.Span, revision);
        }
        Store(hash, key.Span, earlier, value.Span, new Revisions(revision, revision));
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

    private int Grow(GrowingValue growing, ReadOnlySpan<byte> tail, long revision)
    {
        var before = (growing.GrownDigest, growing.GrownRevisions);
        _growing!.Append(growing, tail, revision);
        Digest += growing.GrownDigest - before.GrownDigest;
        RevisionDigest += growing.GrownRevisions - before.GrownRevisions;
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
        Store(growing.Hash, growing.Key, growing.Value, default, growing.Revisions);
    }

    /// <summary>Its record in the log counts again.</summary>
    private void Forget(GrowingValue growing)
    {
        _growing!.Remove(growing);
        ByteCount -= growing.Grown;
        Digest -= growing.GrownDigest;
        RevisionDigest -= growing.GrownRevisions;
    }

    /// <param name="revisions">Where the key is there, it was created when it was.</param>
    private void Store(ulong hash, ReadOnlySpan<byte> key, Bytes head, ReadOnlySpan<byte> tail, Revisions revisions)
    {
        var present = _index.Find(hash, key, _log);
        if (!present.IsEmpty)
        {
            var record = _log.Read(present);
            revisions = revisions with { Created = record.Revisions.Created };
            if (tail.IsEmpty && _log.TryRewrite(present, hash, head.Span, revisions))
            {
                Digest += _log.Read(present).Digest - record.Digest;
                RevisionDigest += revisions.DigestOf(hash) - record.Revisions.DigestOf(hash);
                Written += record.Size;
                return;
            }
        }
        var slot = _log.Append(hash, key, head, tail, revisions);
        var written = _log.Read(slot);
        Digest += written.Digest;
        RevisionDigest += revisions.DigestOf(hash);
        Written += written.Size;
        ByteCount += key.Length + written.ValueLength;
        var earlier = _index.Set(hash, key, slot, _log);
        if (earlier.IsEmpty)
            Count++;
        else
            Leave(hash, earlier, out _);
        Clean(written.Size);
    }

    /// <summary>A record is no longer that of its key.</summary>
    private void Leave(ulong hash, Slot slot, out int size)
    {
        var record = _log.Read(slot);
        size = record.Size;
        Digest -= record.Digest;
        RevisionDigest -= record.Revisions.DigestOf(hash);
        ByteCount -= record.KeyLength + record.ValueLength;
        _log.Forget(slot, size);
    }

    /// <param name="written">Bytes of a record, or of a hole.</param>
    private void Clean(int written)
    {
        var bytes = Math.Min(written, RecordLog.FullSegment) * CleaningRate;
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
