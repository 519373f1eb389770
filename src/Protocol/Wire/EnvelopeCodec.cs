using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// An envelope on the wire: the format (1 byte), the header as a block (from, to, Lamport time, vector,
/// the name of the cluster where it is another than the default), then every
/// message as the number of its type (1 byte) and a block of its fields. A block is its length (4 bytes, little-endian)
/// and so many bytes; what is left of a block when all known fields are read belongs to a later release and is passed
/// over. The format changes only when older releases must not even try.
/// </summary>
internal static class EnvelopeCodec
{
    public const byte Format = 1;

    private const int SmallestVectorEntry = 3;
    private const int MostVectorEntries = 256;
    private const int MostNotUnderstood = 64;
    private const long HighestLamport = long.MaxValue / 2;

    public static byte[] Write(Envelope envelope)
    {
        var writer = WireWriter.Rent();
        writer.Byte(Format);
        var header = writer.BeginBlock();
        writer.Text(envelope.From.Value);
        writer.Text(envelope.To.Value);
        WriteStamp(writer, envelope.Stamp);
        if (envelope.Cluster != Envelope.DefaultCluster)
            writer.Text(envelope.Cluster);
        writer.EndBlock(header);
        foreach (var message in envelope.Messages)
            Write(writer, message);
        return writer.TakeAll();
    }

    public static void Write(WireWriter writer, Message message)
    {
        writer.Byte(message.Kind);
        var fields = writer.BeginBlock();
        message.Write(writer);
        writer.EndBlock(fields);
    }

    /// <param name="notUnderstood">Is told of every message that only a later release can read; the envelope has their
    /// kinds, and the others.</param>
    /// <exception cref="WireFormatException">The bytes are damaged: nothing of them counts.</exception>
    public static Envelope Read(byte[] bytes, Texts texts, Action<string> notUnderstood)
    {
        var reader = new WireReader(bytes, texts);
        var format = reader.Byte();
        if (format != Format)
            WireFormatException.Throw($"format {format}, known is {Format}");
        var header = reader.Block();
        var from = new NodeAddress(header.Text());
        var to = new NodeAddress(header.Text());
        var stamp = ReadStamp(ref header);
        var cluster = header.More ? header.Text() : Envelope.DefaultCluster;
        ImmutableArray<byte> unknown = [];
        var messages = ReadMessages(ref reader, notUnderstood, ref unknown);
        return new Envelope(from, to, stamp, messages) { Cluster = cluster, NotUnderstood = unknown };
    }

    private static ImmutableArray<Message> ReadMessages(
        ref WireReader reader,
        Action<string> notUnderstood,
        ref ImmutableArray<byte> unknown
    )
    {
        if (!reader.More)
            return [];
        var first = ReadMessage(ref reader, notUnderstood, ref unknown);
        if (!reader.More)
            return first is null ? [] : [first];

        var messages = ImmutableArray.CreateBuilder<Message>();
        if (first is not null)
            messages.Add(first);
        while (reader.More)
        {
            if (ReadMessage(ref reader, notUnderstood, ref unknown) is { } next)
                messages.Add(next);
        }
        return messages.DrainToImmutable();
    }

    private static Message? ReadMessage(
        ref WireReader reader,
        Action<string> notUnderstood,
        ref ImmutableArray<byte> unknown
    )
    {
        var number = reader.Byte();
        var fields = reader.Block();
        var length = fields.Left;
        try
        {
            if (Message.Read(number, ref fields) is { } message)
                return message;
            notUnderstood($"a message of the unknown type {number}, {length} bytes");
        }
        catch (UnknownValueException value)
        {
            notUnderstood($"a message of type {number}: unknown {value.Message}");
        }
        if (unknown.Length == MostNotUnderstood)
            WireFormatException.Throw($"more than {MostNotUnderstood} messages that are not understood");
        unknown = unknown.Add(number);
        return null;
    }

    private static void WriteStamp(WireWriter writer, in Stamp stamp)
    {
        writer.Varint(stamp.Lamport);
        var entries = stamp.Vector.Entries;
        writer.Varint(entries.Length);
        foreach (ref readonly var entry in entries)
        {
            entry.Node.Write(writer);
            writer.Varint(entry.Count);
        }
    }

    /// <summary>
    /// Times near the end of the numbers are refused: a clock that took one over could count no further.
    /// </summary>
    private static Stamp ReadStamp(ref WireReader reader)
    {
        var lamport = reader.Varint();
        if (lamport is < 0 or > HighestLamport)
            WireFormatException.Throw($"a Lamport time of {lamport}");
        var count = reader.Count(SmallestVectorEntry);
        if (count > MostVectorEntries)
            WireFormatException.Throw($"a vector of {count} entries, allowed are {MostVectorEntries}");
        var entries = new VectorEntry[count];
        for (var i = 0; i < count; i++)
        {
            entries[i] = new VectorEntry(ServerId.Read(ref reader), reader.Varint());
            if (entries[i].Count is < 0 or > HighestLamport)
                WireFormatException.Throw($"a vector that counts {entries[i].Count} events");
        }
        return new Stamp(lamport, VectorClock.Of(entries));
    }
}
