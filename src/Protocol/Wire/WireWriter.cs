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
/// Writes into one array that grows and is used again by its thread: what leaves it is an exact copy, the only
/// allocation of an envelope.
/// </summary>
internal sealed class WireWriter
{
    private const int FirstCapacity = 4 << 10;
    private const int KeptCapacity = 1 << 20;

    [ThreadStatic]
    private static WireWriter? _ofThread;

    private byte[] _buffer = new byte[FirstCapacity];

    /// <summary>The thread's own writer, empty. Whoever has it gives it back by <see cref="TakeAll"/>.</summary>
    public static WireWriter Rent()
    {
        var writer = _ofThread ?? new WireWriter();
        _ofThread = null;
        writer.Length = 0;
        return writer;
    }

    public int Length { get; private set; }

    public byte[] TakeAll() => Return().ToArray();

    /// <summary>Gives the writer back.</summary>
    /// <returns>What was written: to be read before anything else is.</returns>
    public ReadOnlySpan<byte> Return()
    {
        if (_buffer.Length <= KeptCapacity)
            _ofThread = this;
        return _buffer.AsSpan(0, Length);
    }

    public void Byte(byte value)
    {
        Ensure(1);
        _buffer[Length++] = value;
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>Seven bits a byte, lowest first: small numbers are short. Negative ones take ten bytes.</summary>
    public void Varint(long value)
    {
        Ensure(10);
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            _buffer[Length++] = (byte)(rest | 0x80);
            rest /= 0x80;
        }
        _buffer[Length++] = (byte)rest;
    }

    /// <summary>For numbers that are small on either side of zero.</summary>
    public void Signed(long value) => Varint((value << 1) ^ (value >> 63));

    public void Fixed64(ulong value)
    {
        Ensure(8);
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(Length), value);
        Length += 8;
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        Ensure(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Bytes(Bytes bytes)
    {
        Varint(bytes.Length);
        Raw(bytes.Span);
    }

    public void Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Varint(length);
        Ensure(length);
        Length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(Length));
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

    /// <summary>Leaves room for the length of what follows; <see cref="EndBlock"/> fills it in.</summary>
    public int BeginBlock()
    {
        Ensure(4);
        Length += 4;
        return Length;
    }

    public void EndBlock(int start) =>
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(start - 4), Length - start);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Ensure(int room)
    {
        if (_buffer.Length - Length < room)
            Grow(room);
    }

    private void Grow(int room)
    {
        var capacity = Math.Max(checked(Length + room), (int)Math.Min(2L * _buffer.Length, Array.MaxLength));
        Array.Resize(ref _buffer, capacity);
    }
}
