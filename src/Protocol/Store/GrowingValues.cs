using System.IO.Hashing;

namespace PbKv.Protocol;

/// <summary>
/// The large values that were appended to last, each in a buffer with room behind it, outside the log of records: there
/// an append copies and hashes all of its value, and a request full of appends to a large one would keep its node in
/// one turn for longer than a ping may be late.
/// </summary>
internal sealed class GrowingValues
{
    /// <summary>A smaller value is copied as quickly as it is found here.</summary>
    public const int WorthIt = 2048;

    private const int Most = 16;
    private const long MostBytes = 32 << 20;

    private readonly ulong[] _appended = new ulong[Most];
    private readonly List<GrowingValue> _values = [];
    private int _nextAppended;

    /// <summary>Bytes of all buffers.</summary>
    public long Capacity { get; private set; }

    /// <summary>The one that was appended to least lately.</summary>
    public GrowingValue? First => _values.Count > 0 ? _values[0] : null;

    /// <summary>One that has to go: there are too many, or they are too large together.</summary>
    public GrowingValue? Surplus =>
        _values.Count > Most || (Capacity > MostBytes && _values.Count > 1) ? _values[0] : null;

    public GrowingValue? Find(ulong hash, ReadOnlySpan<byte> key)
    {
        for (var i = _values.Count - 1; i >= 0; i--)
        {
            if (_values[i].Hash == hash && key.SequenceEqual(_values[i].Key))
                return _values[i];
        }
        return null;
    }

    /// <summary>Whether this key was appended to lately: one that never is again is not worth a buffer.</summary>
    public bool IsAppendedAgain(ulong hash)
    {
        if (_appended.AsSpan().Contains(hash))
            return true;
        _appended[_nextAppended] = hash;
        _nextAppended = (_nextAppended + 1) % Most;
        return false;
    }

    public GrowingValue Open(ulong hash, in Record record, Bytes value)
    {
        var growing = new GrowingValue(hash, record, value);
        _values.Add(growing);
        Capacity += growing.Capacity;
        return growing;
    }

    public void Append(GrowingValue growing, ReadOnlySpan<byte> tail, long revision)
    {
        var before = growing.Capacity;
        growing.Append(tail, revision);
        Capacity += growing.Capacity - before;
        if (_values[^1] != growing)
        {
            _values.Remove(growing);
            _values.Add(growing);
        }
    }

    public void Remove(GrowingValue growing)
    {
        _values.Remove(growing);
        Capacity -= growing.Capacity;
    }
}

/// <summary>One of them. What lies in a buffer is never changed: slices of it are handed out.</summary>
internal sealed class GrowingValue
{
    private readonly byte[] _key;
    private readonly XxHash3 _valueHash = new();
    private readonly ulong _recorded;
    private readonly Revisions _recordedRevisions;
    private byte[] _buffer;

    public GrowingValue(ulong hash, in Record record, Bytes value)
    {
        Hash = hash;
        _key = record.Key.ToArray();
        _recorded = record.Digest;
        _recordedRevisions = Revisions = record.Revisions;
        _buffer = [];
        Length = 0;
        Append(value.Span);
        Grown = 0;
    }

    public ulong Hash { get; }

    public ReadOnlySpan<byte> Key => _key;

    public Bytes Value => new(_buffer, 0, Length);

    public int Length { get; private set; }

    public Revisions Revisions { get; private set; }

    /// <summary>How many bytes longer it is than its record in the log.</summary>
    public int Grown { get; private set; }

    public int Capacity => _buffer.Length;

    /// <summary>What it adds to the digest of the store, beyond its record in the log.</summary>
    public ulong GrownDigest => unchecked(Record.DigestOf(Hash, _valueHash.GetCurrentHashAsUInt64()) - _recorded);

    /// <summary>What its revisions add to theirs.</summary>
    public ulong GrownRevisions => unchecked(Revisions.DigestOf(Hash) - _recordedRevisions.DigestOf(Hash));

    public void Append(ReadOnlySpan<byte> tail, long revision)
    {
        Revisions = Revisions with { Last = revision };
        Append(tail);
    }

    private void Append(ReadOnlySpan<byte> tail)
    {
        var length = Length + tail.Length;
        if (length > _buffer.Length)
        {
            var buffer = GC.AllocateUninitializedArray<byte>(length + (length / 2));
            _buffer.AsSpan(0, Length).CopyTo(buffer);
            _buffer = buffer;
        }
        tail.CopyTo(_buffer.AsSpan(Length));
        _valueHash.Append(tail);
        Grown += tail.Length;
        Length = length;
    }
}
