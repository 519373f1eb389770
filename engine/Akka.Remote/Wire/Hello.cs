namespace Akka.Remote.Wire;

/// <summary>
/// The first frame in each direction: who speaks, in which life, and to whom. The one who dialled speaks first; the
/// other answers, and says why when it refuses. Nothing else is accepted before it.
/// </summary>
internal sealed record Hello(long Uid, string From, string To, string Refusal)
{
    /// <summary>What one end may make the other hold before it has said who it is.</summary>
    public const int MaxBytes = 2048;

    private const int MaxText = 600;
    private const uint Magic = 0x31524B41;
    private const int PrefixBytes = 8;

    public byte[] Encode()
    {
        var buffer = new byte[PrefixBytes + sizeof(long) + 3 * (5 + MaxText)];
        var writer = new ByteWriter(buffer, PrefixBytes);
        writer.Int64(Uid);
        writer.Text(From);
        writer.Text(To);
        writer.Text(Cut(Refusal));
        writer.Int32At(0, writer.Position - sizeof(int));
        writer.Int32At(sizeof(int), unchecked((int)Magic));
        return buffer.AsSpan(0, writer.Position).ToArray();
    }

    /// <summary>Reads a hello off the front of the bytes, if all of it is there.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out Hello hello, out int consumed)
    {
        hello = null;
        consumed = 0;
        if (bytes.Length >= sizeof(int) && BinaryPrimitives.ReadUInt32LittleEndian(bytes) is (< sizeof(int) or > MaxBytes - sizeof(int)) and var announced)
            throw new WireException($"a handshake announces {announced} bytes; at most {MaxBytes} are allowed");
        if (bytes.Length >= PrefixBytes && BinaryPrimitives.ReadUInt32LittleEndian(bytes[sizeof(int)..]) != Magic)
            throw new WireException("the first bytes are not those of this engine's handshake: the other end speaks something else");
        if (bytes.Length < PrefixBytes) return false;
        var length = sizeof(int) + BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (bytes.Length < length) return false;
        var reader = new ByteReader(bytes[PrefixBytes..length]);
        hello = new Hello(reader.Int64(), reader.Text(MaxText), reader.Text(MaxText), reader.Text(MaxText));
        consumed = length;
        return true;
    }

    private static string Cut(string text) => Encoding.UTF8.GetByteCount(text) <= MaxText ? text : text[..(MaxText / 4)];
}
