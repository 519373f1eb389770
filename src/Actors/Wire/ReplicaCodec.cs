using System.Collections.Immutable;
using System.Runtime.InteropServices;
using PbKv.Protocol;

namespace PbKv.Actors.Wire;

/// <summary>The conversation between primary and backup.</summary>
internal static class ReplicaCodec
{
    private const int SmallestEntry = 2;
    private const int SmallestSession = 3;

    public static void Write(WireWriter writer, Forward forward)
    {
        ValueCodec.Write(writer, forward.View);
        writer.Varint(forward.Serial);
        writer.Varint(forward.FirstPosition);
        writer.Signed(forward.Marker);
        OperationCodec.Write(writer, forward.Batches);
    }

    public static Forward ReadForward(ref WireReader reader) =>
        new(
            ValueCodec.ReadViewId(ref reader),
            reader.Varint(),
            reader.Varint(),
            reader.Signed(),
            OperationCodec.ReadBatches(ref reader)
        );

    public static void Write(WireWriter writer, ForwardAck acknowledgement)
    {
        ValueCodec.Write(writer, acknowledgement.View);
        writer.Varint(acknowledgement.Serial);
    }

    public static ForwardAck ReadForwardAck(ref WireReader reader) =>
        new(ValueCodec.ReadViewId(ref reader), reader.Varint());

    public static void Write(WireWriter writer, ForwardWanted wanted)
    {
        ValueCodec.Write(writer, wanted.View);
        writer.Varint(wanted.Serial);
    }

    public static ForwardWanted ReadForwardWanted(ref WireReader reader) =>
        new(ValueCodec.ReadViewId(ref reader), reader.Varint());

    public static void Write(WireWriter writer, Chunk chunk)
    {
        ValueCodec.Write(writer, chunk.View);
        writer.Varint(chunk.Index);
        writer.Flag(chunk.Last);
        writer.Varint(chunk.Position);
        writer.Varint(chunk.Total);
        writer.Varint(chunk.Entries.Length);
        foreach (ref readonly var entry in chunk.Entries.AsSpan())
        {
            writer.Bytes(entry.Key);
            writer.Bytes(entry.Value);
        }
        writer.Varint(chunk.Sessions.Length);
        foreach (var session in chunk.Sessions)
        {
            writer.Varint(session.Session);
            writer.Varint(session.Floor);
            OperationCodec.Write(writer, session.Results);
        }
    }

    public static Chunk ReadChunk(ref WireReader reader) =>
        new(
            ValueCodec.ReadViewId(ref reader),
            reader.Varint(),
            reader.Flag(),
            reader.Varint(),
            reader.Varint(),
            ReadEntries(ref reader),
            ReadSessions(ref reader)
        );

    private static ImmutableArray<Entry> ReadEntries(ref WireReader reader)
    {
        var entries = new Entry[reader.Count(SmallestEntry)];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = new Entry(reader.Bytes(), reader.Bytes());
        return ImmutableCollectionsMarshal.AsImmutableArray(entries);
    }

    private static ImmutableArray<SessionImage> ReadSessions(ref WireReader reader)
    {
        var sessions = new SessionImage[reader.Count(SmallestSession)];
        for (var i = 0; i < sessions.Length; i++)
            sessions[i] = new SessionImage(reader.Varint(), reader.Varint(), OperationCodec.ReadResults(ref reader));
        return ImmutableCollectionsMarshal.AsImmutableArray(sessions);
    }

    public static void Write(WireWriter writer, ChunkAck acknowledgement)
    {
        ValueCodec.Write(writer, acknowledgement.View);
        writer.Varint(acknowledgement.Next);
    }

    public static ChunkAck ReadChunkAck(ref WireReader reader) =>
        new(ValueCodec.ReadViewId(ref reader), reader.Varint());

    public static void Write(WireWriter writer, Installed installed) => ValueCodec.Write(writer, installed.View);

    public static Installed ReadInstalled(ref WireReader reader) => new(ValueCodec.ReadViewId(ref reader));

    public static void Write(WireWriter writer, WrongView wrong) => ValueCodec.Write(writer, wrong.Known);

    public static WrongView ReadWrongView(ref WireReader reader) => new(ValueCodec.ReadView(ref reader));
}
