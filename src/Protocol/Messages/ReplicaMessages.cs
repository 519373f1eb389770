using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>Primary → backup: the next part of the history, in order, executed or about to be answered.</summary>
/// <param name="Serial">The index of this forward within the view, from 1.</param>
/// <param name="FirstPosition">The position of the first operation (of the next one, where there is none).</param>
/// <param name="Marker">Everything ever answered alone in this view lies at or before this position; -1 before the
/// switch.</param>
public sealed record Forward(ViewId View, long Serial, long FirstPosition, long Marker, ImmutableArray<Batch> Batches)
    : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(21);
        View.AddTo(ref fingerprint);
        fingerprint.Add(Serial);
        fingerprint.Add(FirstPosition);
        fingerprint.Add(Marker);
        fingerprint.Add(Batches.Length);
        foreach (var batch in Batches)
            batch.AddTo(ref fingerprint);
    }
}

/// <summary>Backup → primary: I hold every forward of this view up to this serial.</summary>
public sealed record ForwardAck(ViewId View, long Serial) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(22);
        View.AddTo(ref fingerprint);
        fingerprint.Add(Serial);
    }
}

/// <summary>Backup → primary: a forward came past a gap; send again from this serial.</summary>
public sealed record ForwardWanted(ViewId View, long Serial) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(23);
        View.AddTo(ref fingerprint);
        fingerprint.Add(Serial);
    }
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
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(24);
        View.AddTo(ref fingerprint);
        fingerprint.Add(Index);
        fingerprint.Add(Last);
        fingerprint.Add(Position);
        fingerprint.Add(Total);
        fingerprint.Add(Entries.Length);
        foreach (var entry in Entries)
            entry.AddTo(ref fingerprint);
        fingerprint.Add(Sessions.Length);
        foreach (var session in Sessions)
            session.AddTo(ref fingerprint);
    }
}

/// <summary>Backup → primary: I hold every chunk before this index; more may come.</summary>
public sealed record ChunkAck(ViewId View, long Next) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(25);
        View.AddTo(ref fingerprint);
        fingerprint.Add(Next);
    }
}

/// <summary>
/// Backup → primary: the snapshot is installed. From here on the primary answers nothing alone in this view.
/// </summary>
public sealed record Installed(ViewId View) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(26);
        View.AddTo(ref fingerprint);
    }
}

/// <summary>Replica → replica: your message was of an older view; this is the newer one.</summary>
public sealed record WrongView(View Known) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(27);
        Known.AddTo(ref fingerprint);
    }
}

/// <summary>One key and its value, as they travel in a snapshot.</summary>
public readonly record struct Entry(Bytes Key, Bytes Value)
{
    public void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(Key);
        fingerprint.Add(Value);
    }
}

/// <summary>
/// One session as it travels in a snapshot: its floor and the results of mutations that are still wanted.
/// </summary>
public sealed record SessionImage(long Session, long Floor, ImmutableArray<OperationResult> Results)
{
    public void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(Session);
        fingerprint.Add(Floor);
        fingerprint.Add(Results.Length);
        foreach (var result in Results)
            result.AddTo(ref fingerprint);
    }
}
