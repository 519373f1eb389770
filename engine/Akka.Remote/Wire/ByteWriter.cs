namespace Akka.Remote.Wire;

/// <summary>Writes the elements of a frame into a buffer whose owner has made sure of the room.</summary>
internal struct ByteWriter(byte[] buffer, int position)
{
    private readonly byte[] _buffer = buffer;

    public int Position { get; private set; } = position;

    public void Byte(byte value) => _buffer[Position++] = value;

    public void Int32At(int position, int value) => BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(position), value);

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(Position), value);
        Position += sizeof(long);
    }

    public void Skip(int bytes) => Position += bytes;

    public void Number(uint value)
    {
        while (value >= 0x80)
        {
            _buffer[Position++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _buffer[Position++] = (byte)value;
    }

    /// <summary>A signed number, small in bytes when it is small in size.</summary>
    public void Signed(int value) => Number((uint)((value << 1) ^ (value >> 31)));

    public void Text(string value)
    {
        Number((uint)Encoding.UTF8.GetByteCount(value));
        Position += Encoding.UTF8.GetBytes(value, _buffer.AsSpan(Position));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(_buffer.AsSpan(Position));
        Position += value.Length;
    }
}
