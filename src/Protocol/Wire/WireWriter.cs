using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace PbKv.Protocol;

/// <summary>What travels in lists: how one is written, and read again.</summary>
internal interface IListed<T>
    where T : IListed<T>
{
    /// <summary>The fewest bytes that one takes: a list longer than the bytes can hold is refused unread.</summary>
    static abstract int Smallest { get; }

    void Write(WireWriter writer);

    static abstract T Read(ref WireReader reader);
}

/// <summary>
/// Writes into one array that grows and is used again by its thread. A long byte string is only noted, and copied once:
/// to its place in what leaves the writer, which is the only allocation of an envelope.
/// </summary>
internal sealed class WireWriter
{
    private const int FirstCapacity = 4 << 10;
    private const int KeptCapacity = 1 << 20;

    /// <summary>One of many that are shorter is copied twice as quickly as it is noted.</summary>
    private const int LongBytes = 512;

    [ThreadStatic]
    private static WireWriter? _ofThread;

    private readonly List<(int At, Bytes Bytes)> _noted = [];
    private byte[] _buffer = new byte[FirstCapacity];
    private int _used;
    private int _notedBytes;

    /// <summary>The thread's own writer, empty. Whoever has it gives it back by <see cref="TakeAll"/>.</summary>
    public static WireWriter Rent()
    {
        var writer = _ofThread ?? new WireWriter();
        _ofThread = null;
        (writer._used, writer._notedBytes) = (0, 0);
        return writer;
    }

    public int Length => _used + _notedBytes;

    public byte[] TakeAll()
    {
        var all = GC.AllocateUninitializedArray<byte>(Length);
        var rest = all.AsSpan();
        var from = 0;
        foreach (var (at, bytes) in _noted)
        {
            _buffer.AsSpan(from, at - from).CopyTo(rest);
            bytes.Span.CopyTo(rest[(at - from)..]);
            rest = rest[(at - from + bytes.Length)..];
            from = at;
        }
        _buffer.AsSpan(from, _used - from).CopyTo(rest);
        _noted.Clear();
        if (_buffer.Length <= KeptCapacity)
            _ofThread = this;
        return all;
    }

    /// <summary>Gives the writer back.</summary>
    /// <returns>What was written: to be read before anything else is.</returns>
    public ReadOnlySpan<byte> Return()
    {
        if (_noted.Count > 0 || _buffer.Length > KeptCapacity)
            return TakeAll();
        _ofThread = this;
        return _buffer.AsSpan(0, _used);
    }

    public void Byte(byte value)
    {
        Ensure(1);
        _buffer[_used++] = value;
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>Seven bits a byte, lowest first: small numbers are short. Negative ones take ten bytes.</summary>
    public void Varint(long value)
    {
        Ensure(10);
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            _buffer[_used++] = (byte)(rest | 0x80);
            rest /= 0x80;
        }
        _buffer[_used++] = (byte)rest;
    }

    /// <summary>For numbers that are small on either side of zero.</summary>
    public void Signed(long value) => Varint((value << 1) ^ (value >> 63));

    public void Fixed64(ulong value)
    {
        Ensure(8);
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(_used), value);
        _used += 8;
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        Ensure(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    public void Bytes(Bytes bytes)
    {
        Varint(bytes.Length);
        if (bytes.Length < LongBytes)
            Raw(bytes.Span);
        else
            Note(bytes);
    }

    /// <summary>Like <see cref="Raw"/>, and copied once, however short.</summary>
    public void Note(Bytes bytes)
    {
        _noted.Add((_used, bytes));
        _notedBytes = checked(_notedBytes + bytes.Length);
    }

    public void Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Varint(length);
        Ensure(length);
        _used += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_used));
    }

    public void List<T>(ImmutableArray<T> items)
        where T : IListed<T>
    {
        var array = ImmutableCollectionsMarshal.AsArray(items)!;
        Varint(array.Length);
        for (var i = 0; i < array.Length; i++)
            array[i].Write(this);
    }

    public void OptionalText(string? text)
    {
        Flag(text is not null);
        if (text is not null)
            Text(text);
    }

    /// <summary>
    /// Leaves room for the length of what follows, where it says meanwhile how much was noted before;
    /// <see cref="EndBlock"/> fills it in.
    /// </summary>
    public int BeginBlock()
    {
        Ensure(4);
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_used), _notedBytes);
        _used += 4;
        return _used;
    }

    public void EndBlock(int start)
    {
        var length = _buffer.AsSpan(start - 4);
        var noted = _notedBytes - BinaryPrimitives.ReadInt32LittleEndian(length);
        BinaryPrimitives.WriteInt32LittleEndian(length, _used - start + noted);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Ensure(int room)
    {
        if (_buffer.Length - _used < room)
            Grow(room);
    }

    private void Grow(int room)
    {
        var capacity = Math.Max(checked(_used + room), (int)Math.Min(2L * _buffer.Length, Array.MaxLength));
        Array.Resize(ref _buffer, capacity);
    }
}
