using System.Buffers.Binary;

namespace PbKv.Remoting;

/// <summary>
/// What a frame of Akka.Remote says, for those who look into one themselves. A frame is a protobuf message:
/// { 1: payload, 2: control message }; the payload is
/// { 2: { 1: { 1: recipient's path }, 2: { 1: bytes, 2: serializer, 3: manifest }, 5: number } }.
/// </summary>
internal static class AkkaFrame
{
    /// <summary>Of a message that is sent at most once: it has none.</summary>
    public const ulong NoNumber = ulong.MaxValue;

    /// <summary>
    /// Akka numbers what it must not lose between two systems (who watches whom), and answers with each number that it
    /// missed. One message with a wild number would have it count up to that, until there is no memory left.
    /// </summary>
    public const ulong LargestNumber = 1 << 20;

    /// <exception cref="InvalidDataException">Akka must not see it.</exception>
    public static void Check(ReadOnlySpan<byte> frame)
    {
        for (var fields = new ProtobufFields(frame); fields.MoveNext(); )
        {
            if (fields.Field == 1)
                CheckPayload(fields.Bytes);
        }
    }

    /// <summary>A field of a message: its bytes, or its number; neither where there is none.</summary>
    /// <exception cref="InvalidDataException">It is no message.</exception>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> message, int field, out ulong number)
    {
        number = 0;
        for (var fields = new ProtobufFields(message); fields.MoveNext(); )
        {
            if (fields.Field != field)
                continue;
            number = fields.Number;
            return fields.Bytes;
        }
        return default;
    }

    private static void CheckPayload(ReadOnlySpan<byte> payload)
    {
        for (var fields = new ProtobufFields(payload); fields.MoveNext(); )
        {
            if (fields.Field == 2)
                CheckEnvelope(fields.Bytes);
        }
    }

    /// <summary>Of a field that is there twice Akka takes the last: none may be wrong.</summary>
    private static void CheckEnvelope(ReadOnlySpan<byte> envelope)
    {
        for (var fields = new ProtobufFields(envelope); fields.MoveNext(); )
        {
            if (fields is { Field: 5, Number: > LargestNumber and not NoNumber })
                throw new InvalidDataException(
                    $"a system message with the number {fields.Number}, and the largest is {LargestNumber}"
                );
        }
    }
}

/// <summary>The fields of a protobuf message, one after the other.</summary>
internal ref struct ProtobufFields(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    public int Field { get; private set; }

    /// <summary>Of a field of bytes, otherwise empty.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Of a field with a number, otherwise zero.</summary>
    public ulong Number { get; private set; }

    /// <exception cref="InvalidDataException">It is no message.</exception>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
            return false;
        // Of tags and lengths all readers of protobuf take 32 bits.
        var tag = (uint)TakeVarint();
        (Field, Number) = ((int)(tag >> 3), 0);
        Bytes = default;
        switch (tag & 7)
        {
            case 0:
                Number = TakeVarint();
                break;
            case 1:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
                break;
            case 2:
                Bytes = Take((uint)TakeVarint());
                break;
            case 5:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
                break;
            default:
                throw new InvalidDataException($"a field of the unknown kind {tag & 7}");
        }
        return true;
    }

    private ulong TakeVarint()
    {
        ulong value = 0;
        for (var i = 0; i < _rest.Length && i < 10; i++)
        {
            var next = _rest[i];
            value |= (ulong)(next & 0x7f) << (7 * i);
            if (next > 0x7f)
                continue;
            _rest = _rest[(i + 1)..];
            return value;
        }
        throw new InvalidDataException("a number without an end");
    }

    private ReadOnlySpan<byte> Take(uint length)
    {
        if (length > _rest.Length)
            throw new InvalidDataException($"a field of {length} bytes where {_rest.Length} are left");
        var bytes = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return bytes;
    }
}
