using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PbKv.Protocol;

/// <summary>
/// One entry as it lies in a segment: its digest (8 bytes), the lengths of key and value (4 each), its revisions (8
/// each), key, value (which <see cref="RecordLog.ValueOf"/> finds: a large one may lie elsewhere). The digest lies
/// beside the entry so that an overwrite need not hash the old value again.
/// </summary>
internal readonly ref struct Record
{
    public const int HeaderBytes = 32;

    private readonly byte[] _segment;
    private readonly int _offset;

    public Record(byte[] segment, int offset)
    {
        _segment = segment;
        _offset = offset;
        ref var start = ref MemoryMarshal.GetReference(segment.AsSpan(offset, HeaderBytes));
        Digest = Unsafe.ReadUnaligned<ulong>(ref start);
        KeyLength = Unsafe.ReadUnaligned<int>(ref Unsafe.Add(ref start, 8));
        ValueLength = Unsafe.ReadUnaligned<int>(ref Unsafe.Add(ref start, 12));
        Revisions = Unsafe.ReadUnaligned<Revisions>(ref Unsafe.Add(ref start, 16));
    }

    public ulong Digest { get; }

    public int KeyLength { get; }

    public int ValueLength { get; }

    public Revisions Revisions { get; }

    public int Size => HeaderBytes + KeyLength + ValueLength;

    public ReadOnlySpan<byte> Key => _segment.AsSpan(_offset + HeaderBytes, KeyLength);

    public Bytes KeyBytes => new(_segment, _offset + HeaderBytes, KeyLength);

    public Bytes ValueBehindKey => new(_segment, _offset + HeaderBytes + KeyLength, ValueLength);

    public static int SizeOf(int key, int head, int tail) => checked(HeaderBytes + key + head + tail);

    /// <summary>Writes all but the value, and the digest, which is known only when that lies in one piece.</summary>
    /// <returns>Where the value goes that lies behind the key.</returns>
    public static Span<byte> Write(byte[] segment, int offset, ReadOnlySpan<byte> key, int valueLength)
    {
        var target = segment.AsSpan(offset);
        ref var start = ref MemoryMarshal.GetReference(target[..HeaderBytes]);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref start, 8), key.Length);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref start, 12), valueLength);
        key.CopyTo(target[HeaderBytes..]);
        return target[(HeaderBytes + key.Length)..];
    }

    public static void WriteDigest(byte[] segment, int offset, ulong digest) =>
        Unsafe.WriteUnaligned(ref MemoryMarshal.GetReference(segment.AsSpan(offset, sizeof(ulong))), digest);

    public static void WriteRevisions(byte[] segment, int offset, Revisions revisions) =>
        Unsafe.WriteUnaligned(ref MemoryMarshal.GetReference(segment.AsSpan(offset + 16, 16)), revisions);

    /// <summary>
    /// What an entry adds to the digest of a store. Mixed, so that sums of different entries do not cancel out.
    /// </summary>
    public static ulong DigestOf(ulong keyHash, ReadOnlySpan<byte> value) =>
        DigestOf(keyHash, XxHash3.HashToUInt64(value));

    public static ulong DigestOf(ulong keyHash, ulong valueHash) => Hashing.Mix(Hashing.Step(keyHash, valueHash));
}

/// <summary>
/// The positions of the operation that wrote an entry last, and of the one since which it has been there.
/// </summary>
internal readonly record struct Revisions(long Last, long Created)
{
    /// <summary>
    /// Of what comes from a release that knows none: position 1 opens a session, and wrote no key.
    /// </summary>
    public static Revisions Unknown { get; } = new(1, 1);

    public void Write(WireWriter writer)
    {
        writer.Varint(Last);
        writer.Varint(Created);
    }

    public static Revisions Read(ref WireReader reader) => new(reader.Varint(), reader.Varint());

    /// <summary>What they add to the digest of a store.</summary>
    public ulong DigestOf(ulong keyHash) =>
        Hashing.Mix(Hashing.Step(Hashing.Step(keyHash, (ulong)Last), (ulong)Created));
}

/// <summary>
/// Where a record lies, in 64 bits without a reference: 16 low bits of the key's hash, so that a table compares few
/// keys, the number of its segment, and the offset in it. Zero is no record.
/// </summary>
internal readonly record struct Slot(ulong Value)
{
    public const int MaxSegments = (1 << 24) - 1;

    public Slot(ulong hash, int segment, int offset)
        : this((hash << 48) | ((ulong)(uint)(segment + 1) << 24) | (uint)offset) { }

    public bool IsEmpty => Value == 0;

    public int Segment => (int)((Value >> 24) & 0xFFFFFF) - 1;

    public int Offset => (int)(Value & 0xFFFFFF);

    public bool TagMatches(ulong hash) => (Value ^ (hash << 48)) >> 48 == 0;
}
