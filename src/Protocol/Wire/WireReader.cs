using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PbKv.Protocol;

/// <summary>
/// Reads a part of a received array. Whatever it is asked for is checked against what is there, before anything is
/// allocated. Byte strings are slices of the array, not copies.
/// </summary>
internal ref struct WireReader
{
    private readonly byte[] _array;
    private readonly Texts _texts;
    private readonly int _end;
    private int _position;

    public WireReader(byte[] array, Texts texts)
        : this(array, texts, 0, array.Length) { }

    /// <summary>Of a part that holds no texts.</summary>
    public WireReader(byte[] array, int start, int length)
        : this(array, null!, start, start + length) { }

    private WireReader(byte[] array, Texts texts, int start, int end)
    {
        _array = array;
        _texts = texts;
        _position = start;
        _end = end;
    }

    public readonly int Left => _end - _position;

    /// <summary>Whether a field follows: one that was added later is read only then.</summary>
    public readonly bool More => _position < _end;

    public byte Byte()
    {
        Need(1);
        return _array[_position++];
    }

    public bool Flag()
    {
        var value = Byte();
        if (value > 1)
            WireFormatException.Throw($"a flag is {value} at byte {_position - 1}, allowed are 0 and 1");
        return value == 1;
    }

    public long Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift <= 63; shift += 7)
        {
            var part = Byte();
            value += (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                if (shift == 63 && part > 1)
                    break;
                return (long)value;
            }
        }
        WireFormatException.Throw($"a number before byte {_position} is longer than 64 bits");
        return 0;
    }

    /// <summary>A field that an earlier release did not write.</summary>
    public long VarintIfAny(long otherwise = 0) => More ? Varint() : otherwise;

    public long Signed()
    {
        var value = (ulong)Varint();
        return (long)(value / 2) ^ -(long)(value & 1);
    }

    public ulong Fixed64()
    {
        Need(8);
        var value = BinaryPrimitives.ReadUInt64LittleEndian(_array.AsSpan(_position));
        _position += 8;
        return value;
    }

    public Bytes Bytes()
    {
        var length = Length();
        var bytes = new Bytes(_array, _position, length);
        _position += length;
        return bytes;
    }

    public string Text() => _texts.Of(Bytes().Span);

    public string? OptionalText() => Flag() ? Text() : null;

    /// <summary>How many items follow, each of at least so many bytes: never more than the rest can hold.</summary>
    public int Count(int bytesEach)
    {
        var count = Varint();
        if (count < 0 || count > Left / bytesEach)
            WireFormatException.Throw(
                $"{(ulong)count} items are announced before byte {_position}, and {Left} bytes are left"
            );
        return (int)count;
    }

    public ImmutableArray<T> List<T>()
        where T : IListed<T>
    {
        var items = new T[Count(T.Smallest)];
        for (var i = 0; i < items.Length; i++)
            items[i] = T.Read(ref this);
        return ImmutableCollectionsMarshal.AsImmutableArray(items);
    }

    public int Level()
    {
        var level = Varint();
        if (level is < 1 or > int.MaxValue)
            WireFormatException.Throw($"a feature level is {level} before byte {_position}, the lowest is 1");
        return (int)level;
    }

    /// <summary>A value of an enumeration that begins at 1: one beyond those known is of a later release.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Enum(int highest, string name)
    {
        var value = Byte();
        if (value == 0 || value > highest)
            UnknownValueException.Throw($"{name} {value}");
        return value;
    }

    /// <summary>The block that follows, by its length; this reader goes on behind it.</summary>
    public WireReader Block()
    {
        Need(4);
        var length = BinaryPrimitives.ReadInt32LittleEndian(_array.AsSpan(_position));
        _position += 4;
        if (length < 0 || length > Left)
            WireFormatException.Throw(
                $"a block of {(uint)length} bytes is announced before byte {_position}, and {Left} are left"
            );
        var block = new WireReader(_array, _texts, _position, _position + length);
        _position += length;
        return block;
    }

    /// <summary>What has not been read yet, without reading it.</summary>
    public readonly Bytes Rest() => new(_array, _position, Left);

    private int Length()
    {
        var length = Varint();
        if (length < 0 || length > Left)
            WireFormatException.Throw(
                $"{(ulong)length} bytes are announced before byte {_position}, and {Left} are left"
            );
        return (int)length;
    }

    private readonly void Need(int count)
    {
        if (Left < count)
            WireFormatException.Throw($"the bytes end at {_end}, where {count - Left} more are needed");
    }
}
