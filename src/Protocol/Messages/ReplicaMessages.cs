using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace PbKv.Protocol;

/// <summary>Primary → backup: the next part of the history, in order, executed or about to be answered.</summary>
/// <param name="Serial">The index of this forward within the view, from 1.</param>
/// <param name="FirstPosition">The position of the first operation (of the next one, where there is none).</param>
/// <param name="Marker">Everything ever answered alone in this view lies at or before this position; -1 before the
/// switch.</param>
public sealed record Forward(ViewId View, long Serial, long FirstPosition, long Marker, ImmutableArray<Batch> Batches)
    : Message
{
    /// <summary>
    /// The state behind this forward, and all else that it says, in one number: the backup compares it with its own.
    /// Where it was lost on the way it is 0, and compared like any other.
    /// </summary>
    public ulong Digest { get; init; }

    internal override byte Kind => 21;

    internal override long Size
    {
        get
        {
            var size = 64L;
            foreach (var batch in Batches)
                size += batch.Size;
            return size;
        }
    }

    internal override void Write(WireWriter writer)
    {
        View.Write(writer);
        writer.Varint(Serial);
        writer.Varint(FirstPosition);
        writer.Signed(Marker);
        writer.List(Batches);
        writer.Fixed64(Digest);
    }

    internal static Forward Read(ref WireReader reader) =>
        new(ViewId.Read(ref reader), reader.Varint(), reader.Varint(), reader.Signed(), reader.List<Batch>())
        {
            Digest = reader.More ? reader.Fixed64() : 0,
        };

    internal ulong DigestWith(ulong state)
    {
        var digest = new Fingerprint();
        View.AddTo(ref digest);
        digest.Add(Serial);
        digest.Add(FirstPosition);
        digest.Add(Marker);
        digest.Add(state);
        return digest.Value;
    }
}

/// <summary>Backup → primary: I hold every forward of this view up to this serial.</summary>
/// <param name="Waiting">Bytes of these that wait until the snapshot is installed, or behind it.</param>
public sealed record ForwardAck(ViewId View, long Serial, long Waiting = 0) : Message
{
    internal override byte Kind => 22;

    internal override void Write(WireWriter writer)
    {
        View.Write(writer);
        writer.Varint(Serial);
        writer.Varint(Waiting);
    }

    internal static ForwardAck Read(ref WireReader reader) =>
        new(ViewId.Read(ref reader), reader.Varint(), reader.VarintIfAny());
}

/// <summary>Backup → primary: a forward came past a gap; send again from this serial.</summary>
public sealed record ForwardWanted(ViewId View, long Serial) : Message
{
    internal override byte Kind => 23;

    internal override void Write(WireWriter writer)
    {
        View.Write(writer);
        writer.Varint(Serial);
    }

    internal static ForwardWanted Read(ref WireReader reader) => new(ViewId.Read(ref reader), reader.Varint());
}

/// <summary>Primary → backup: a part of the snapshot that the primary took when it entered the view.</summary>
/// <param name="Index">From 0, without gaps.</param>
/// <param name="Last">Whether the snapshot ends with this one.</param>
/// <param name="Position">The position of the last operation that the snapshot holds.</param>
/// <param name="Total">About the bytes of the whole snapshot, for progress.</param>
public sealed record Chunk(
    ViewId View,
    long Index,
    bool Last,
    long Position,
    long Total,
    ImmutableArray<Entry> Entries,
    ImmutableArray<SessionImage> Sessions
) : Message
{
    /// <summary>How many entries and sessions the whole snapshot holds.</summary>
    public long Count { get; init; }

    /// <summary>All that the snapshot holds, and what this chunk says, in one number.</summary>
    public ulong Digest { get; init; }

    internal override byte Kind => 24;

    internal override long Size
    {
        get
        {
            var size = 64L;
            foreach (ref readonly var entry in Entries.AsSpan())
                size += 24 + entry.Key.Length + entry.Value.Length;
            foreach (var session in Sessions)
            {
                foreach (ref readonly var result in session.Results.AsSpan())
                    size += result.Size;
            }
            return size;
        }
    }

    internal override void Write(WireWriter writer)
    {
        View.Write(writer);
        writer.Varint(Index);
        writer.Flag(Last);
        writer.Varint(Position);
        writer.Varint(Total);
        writer.List(Entries);
        writer.List(Sessions);
        writer.Varint(Count);
        writer.Fixed64(Digest);
        foreach (ref readonly var entry in Entries.AsSpan())
            entry.Revisions.Write(writer);
    }

    internal static Chunk Read(ref WireReader reader)
    {
        var chunk = new Chunk(
            ViewId.Read(ref reader),
            reader.Varint(),
            reader.Flag(),
            reader.Varint(),
            reader.Varint(),
            reader.List<Entry>(),
            reader.List<SessionImage>()
        )
        {
            Count = reader.VarintIfAny(),
            Digest = reader.More ? reader.Fixed64() : 0,
        };
        return reader.More ? chunk with { Entries = WithRevisions(chunk.Entries, ref reader) } : chunk;
    }

    /// <summary>An earlier release knows none, and does not read them.</summary>
    private static ImmutableArray<Entry> WithRevisions(ImmutableArray<Entry> entries, ref WireReader reader)
    {
        var all = ImmutableCollectionsMarshal.AsArray(entries)!;
        for (var i = 0; i < all.Length; i++)
            all[i] = all[i] with { Revisions = Revisions.Read(ref reader) };
        return entries;
    }

    internal ulong DigestWith(ulong state)
    {
        var digest = new Fingerprint();
        View.AddTo(ref digest);
        digest.Add(Index);
        digest.Add(Position);
        digest.Add(Count);
        digest.Add(state);
        return digest.Value;
    }
}

/// <summary>Backup → primary: I hold every chunk before this index; more may come.</summary>
public sealed record ChunkAck(ViewId View, long Next) : Message
{
    internal override byte Kind => 25;

    internal override void Write(WireWriter writer)
    {
        View.Write(writer);
        writer.Varint(Next);
    }

    internal static ChunkAck Read(ref WireReader reader) => new(ViewId.Read(ref reader), reader.Varint());
}

/// <summary>
/// Backup → primary: the snapshot is installed. From here on the primary answers nothing alone in this view.
/// </summary>
/// <param name="MaxMemory">What the backup allows: the primary lets the data grow only as far as both do.</param>
public sealed record Installed(ViewId View, long MaxMemory = long.MaxValue) : Message
{
    internal override byte Kind => 26;

    internal override void Write(WireWriter writer)
    {
        View.Write(writer);
        writer.Varint(MaxMemory);
    }

    internal static Installed Read(ref WireReader reader) =>
        new(ViewId.Read(ref reader), reader.VarintIfAny(long.MaxValue));
}

/// <summary>Replica → replica: your message was of an older view; this is the newer one.</summary>
public sealed record WrongView(View Known) : Message
{
    internal override byte Kind => 27;

    internal override void Write(WireWriter writer) => Known.Write(writer);

    internal static WrongView Read(ref WireReader reader) => new(View.Read(ref reader));
}

/// <summary>One key and its value, as they travel in a snapshot.</summary>
public readonly record struct Entry(Bytes Key, Bytes Value) : IListed<Entry>
{
    internal Revisions Revisions { get; init; }

    static int IListed<Entry>.Smallest => 2;

    void IListed<Entry>.Write(WireWriter writer)
    {
        writer.Bytes(Key);
        writer.Bytes(Value);
    }

    static Entry IListed<Entry>.Read(ref WireReader reader) =>
        new(reader.Bytes(), reader.Bytes()) { Revisions = Revisions.Unknown };
}

/// <summary>
/// One session as it travels in a snapshot: its floor and the results of mutations that are still wanted.
/// </summary>
public sealed record SessionImage(long Session, long Floor, ImmutableArray<OperationResult> Results)
    : IListed<SessionImage>
{
    static int IListed<SessionImage>.Smallest => 3;

    void IListed<SessionImage>.Write(WireWriter writer)
    {
        writer.Varint(Session);
        writer.Varint(Floor);
        writer.List(Results);
    }

    static SessionImage IListed<SessionImage>.Read(ref WireReader reader) =>
        new(reader.Varint(), reader.Varint(), reader.List<OperationResult>());
}
