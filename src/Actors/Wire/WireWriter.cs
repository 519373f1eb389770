using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using PbKv.Protocol;

namespace PbKv.Actors.Wire;

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

    public byte[] TakeAll()
    {
        var all = _buffer.AsSpan(0, Length).ToArray();
        if (_buffer.Length <= KeptCapacity)
            _ofThread = this;
        return all;
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
            rest >>= 7;
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

    public void Double(double value) => Fixed64(BitConverter.DoubleToUInt64Bits(value));

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
