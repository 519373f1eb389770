using System.Text;

namespace PbKv.Protocol;

/// <summary>
/// An immutable, binary-safe byte string with value equality. It may be a slice of a larger array (a received frame):
/// whoever keeps one for long keeps a <see cref="Compact"/> copy, so that a small value never holds a large frame
/// alive.
/// </summary>
public readonly struct Bytes : IEquatable<Bytes>, IComparable<Bytes>
{
    private readonly byte[]? _array;
    private readonly int _offset;

    /// <summary>Takes the array over: the caller changes it no more.</summary>
    public Bytes(byte[] array)
        : this(array, 0, array.Length) { }

    /// <summary>Takes a slice of the array over: the caller changes it no more.</summary>
    public Bytes(byte[] array, int offset, int length)
    {
        ArgumentNullException.ThrowIfNull(array);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, array.Length - offset);
        _array = length == 0 ? null : array;
        _offset = length == 0 ? 0 : offset;
        Length = length;
    }

    public static Bytes Empty => default;

    public int Length { get; }

    public bool IsEmpty => Length == 0;

    public ReadOnlySpan<byte> Span => new(_array, _offset, Length);

    public ReadOnlyMemory<byte> Memory => new(_array, _offset, Length);

    public static Bytes Utf8(string text) => new(Encoding.UTF8.GetBytes(text));

    public static Bytes CopyOf(ReadOnlySpan<byte> span) => new(span.ToArray());

    internal WireReader Reader() => new(_array ?? [], _offset, Length);

    /// <summary>The length of the array that it keeps alive.</summary>
    internal int ArrayLength => _array?.Length ?? 0;

    /// <summary>
    /// Large, and nearly all of its array: to keep it there takes little more memory than a copy, and copies nothing.
    /// </summary>
    internal bool IsLargeAndAlone => Length > RecordLog.FullSegment && Length >= ArrayLength / 8 * 7;

    /// <summary>The same bytes in an array that holds nothing else, or hardly anything.</summary>
    public Bytes Compact() => _array is null || _array.Length == Length || IsLargeAndAlone ? this : CopyOf(Span);

    public static Bytes Concat(Bytes first, Bytes second)
    {
        if (first.IsEmpty)
            return second.Compact();
        if (second.IsEmpty)
            return first.Compact();
        var joined = GC.AllocateUninitializedArray<byte>(first.Length + second.Length);
        first.Span.CopyTo(joined);
        second.Span.CopyTo(joined.AsSpan(first.Length));
        return new Bytes(joined);
    }

    public bool Equals(Bytes other) => Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is Bytes other && Equals(other);

    public override int GetHashCode() => (int)Hashing.Hash64(Span);

    public int CompareTo(Bytes other) => Span.SequenceCompareTo(other.Span);

    public static bool operator ==(Bytes left, Bytes right) => left.Equals(right);

    public static bool operator !=(Bytes left, Bytes right) => !left.Equals(right);

    public static bool operator <(Bytes left, Bytes right) => left.CompareTo(right) < 0;

    public static bool operator >(Bytes left, Bytes right) => left.CompareTo(right) > 0;

    public static bool operator <=(Bytes left, Bytes right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Bytes left, Bytes right) => left.CompareTo(right) >= 0;

    /// <summary>The bytes read as UTF-8, for people.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);
}
