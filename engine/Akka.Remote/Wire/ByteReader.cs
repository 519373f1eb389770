namespace Akka.Remote.Wire;

/// <summary>Reads the elements of one frame. It trusts nothing: what does not fit is a WireException.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position = 0;

    public readonly ReadOnlySpan<byte> Rest => _bytes[_position..];

    public byte Byte()
    {
        if (_position >= _bytes.Length) throw EndsEarly("a byte");
        return _bytes[_position++];
    }

    public long Int64()
    {
        if (_bytes.Length - _position < sizeof(long)) throw EndsEarly("an eight-byte number");
        var value = BinaryPrimitives.ReadInt64LittleEndian(_bytes[_position..]);
        _position += sizeof(long);
        return value;
    }

    public uint Number()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = Byte();
            if (shift == 28 && next > 0x0F) break;
            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
        throw new WireException($"a number at byte {_position} of a frame does not fit 32 bits");
    }

    public int Signed()
    {
        var value = Number();
        return (int)(value >> 1) ^ -(int)(value & 1);
    }

    public string Text(int maxBytes)
    {
        var length = Number();
        if (length > maxBytes) throw new WireException($"a text of {length} bytes where at most {maxBytes} are allowed");
        if (length > _bytes.Length - _position) throw EndsEarly($"a text of {length} bytes");
        try
        {
            var text = Utf8.GetString(_bytes.Slice(_position, (int)length));
            _position += (int)length;
            return text;
        }
        catch (DecoderFallbackException e)
        {
            throw new WireException($"a text of {length} bytes is not UTF-8", e);
        }
    }

    private readonly WireException EndsEarly(string wanted) =>
        new($"a frame of {_bytes.Length} bytes ends where {wanted} should follow (byte {_position})");
}
