using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace PbKv.Protocol;

/// <summary>What can be done to the store, and to the table of sessions.</summary>
public enum OperationKind : byte
{
    Get = 1,
    Put = 2,
    PutHash = 3,
    Append = 4,
    OpenSession = 5,
    CloseSession = 6,
    ExpireSession = 7,

    /// <summary>
    /// A write that would have made its value too large. It changes nothing, but it has a place in the history:
    /// otherwise a late copy of the request, after the value has become shorter or at a server that allows more, would
    /// do what its client was told is not done.
    /// </summary>
    TooLarge = 8,

    /// <summary>Likewise one for which no memory was left (<see cref="ProtocolSettings.MaxMemoryBytes"/>).</summary>
    Full = 9,

    /// <summary>
    /// In place of an operation above the view's feature level: it changes nothing, and has a place in the history as
    /// <see cref="TooLarge"/> has.
    /// </summary>
    Unsupported = 10,

    /// <summary>A Get that tells revisions too: its result is a <see cref="Finding"/>.</summary>
    Look = 11,

    /// <summary>A <see cref="Protocol.Change"/>; its result is a <see cref="Finding"/>.</summary>
    Change = 12,
}

internal static class OperationKinds
{
    /// <summary>Whether a client may ask for it.</summary>
    public static bool IsOfClient(OperationKind kind) =>
        kind is >= OperationKind.Get and <= OperationKind.Append or > OperationKind.Unsupported;

    public static bool IsRead(OperationKind kind) => kind is OperationKind.Get or OperationKind.Look;

    /// <summary>Whether its result may hold values, for as long as the client wants it.</summary>
    public static bool KeepsValues(OperationKind kind) => kind is OperationKind.PutHash or OperationKind.Change;

    public static bool IsWellFormed(OperationKind kind, Bytes value) =>
        kind == OperationKind.Change ? Change.Read(value) is not null : kind >= OperationKind.Get;

    /// <summary>What is wrong with the key.</summary>
    public static ResultStatus? CheckKey(OperationKind kind, Bytes key, int longest) =>
        kind == OperationKind.CloseSession ? null
        : key.IsEmpty ? ResultStatus.EmptyKey
        : key.Length > longest ? ResultStatus.KeyTooLong
        : null;

    /// <summary>Whether a value that it puts or compares with is longer than it may be.</summary>
    public static bool HoldsLonger(OperationKind kind, Bytes value, int longest) =>
        value.Length > longest && (kind != OperationKind.Change || Change.Read(value)!.Value.LongestValue > longest);
}

/// <summary>One operation of a session. Its sequence is kept by every retry.</summary>
public readonly record struct Operation(OperationKind Kind, long Sequence, Bytes Key, Bytes Value) : IListed<Operation>
{
    public bool IsRead => OperationKinds.IsRead(Kind);

    static int IListed<Operation>.Smallest => 4;

    void IListed<Operation>.Write(WireWriter writer)
    {
        writer.Byte((byte)Kind);
        writer.Varint(Sequence);
        writer.Bytes(Key);
        writer.Bytes(Value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Operation IListed<Operation>.Read(ref WireReader reader) =>
        new((OperationKind)reader.Enum(byte.MaxValue, "operation"), reader.Varint(), reader.Bytes(), reader.Bytes());
}

/// <summary>
/// Operations of one session that travel, are executed and are forwarded together. Each takes one position in the
/// history; executing the batch first moves the session's floor.
/// </summary>
/// <param name="Session">The session, or 0 where the batch opens one.</param>
/// <param name="Floor">The lowest sequence that the client still wants a result of.</param>
public sealed record Batch(long Session, long Floor, ImmutableArray<Operation> Operations) : IListed<Batch>
{
    /// <summary>What the batch costs on the wire, at most.</summary>
    public long Size { get; } = SizeOf(Operations);

    /// <summary>About what it costs in memory, as it came and with its operations taken apart.</summary>
    internal long Memory => 128 + Size + (48L * Operations.Length);

    /// <summary>Where the batch came from the wire: its bytes there, for whoever sends it on unchanged.</summary>
    internal EncodedForm Encoded { get; init; }

    /// <summary>A copy is made to be changed: it is no longer what came from the wire.</summary>
    private Batch(Batch original)
    {
        (Session, Floor, Operations) = (original.Session, original.Floor, original.Operations);
        Size = original.Size;
    }

    /// <summary>
    /// For whoever keeps it beyond its turn: where the frame that it came in holds much else (large requests that were
    /// refused, a part of a transfer), a copy that does not keep the frame alive.
    /// </summary>
    internal Batch Compact()
    {
        var frame = Encoded.Bytes.ArrayLength;
        for (var i = 0; frame == 0 && i < Operations.Length; i++)
            frame = Math.Max(Operations[i].Key.ArrayLength, Operations[i].Value.ArrayLength);
        return frame <= 1024 + (2 * Size) ? this : new Batch(Session, Floor, [.. Operations.Select(Copy)]);

        static Operation Copy(Operation operation) =>
            operation with
            {
                Key = operation.Key.Compact(),
                Value = operation.Value.Compact(),
            };
    }

    static int IListed<Batch>.Smallest => 7;

    /// <summary>A batch that came from the wire and goes on unchanged is copied once, as it came.</summary>
    internal void Write(WireWriter writer)
    {
        var start = writer.BeginBlock();
        if (Encoded.Bytes is { IsEmpty: false } encoded)
            writer.Note(encoded);
        else
        {
            writer.Varint(Session);
            writer.Varint(Floor);
            writer.List(Operations);
        }
        writer.EndBlock(start);
    }

    internal static Batch Read(ref WireReader reader)
    {
        var block = reader.Block();
        var encoded = new EncodedForm(block.Rest());
        return new Batch(block.Varint(), block.Varint(), block.List<Operation>()) { Encoded = encoded };
    }

    void IListed<Batch>.Write(WireWriter writer) => Write(writer);

    static Batch IListed<Batch>.Read(ref WireReader reader) => Read(ref reader);

    internal void AddTo(ref Fingerprint fingerprint)
    {
        var writer = WireWriter.Rent();
        Write(writer);
        fingerprint.Add(writer.Return());
    }

    private static long SizeOf(ImmutableArray<Operation> operations)
    {
        long size = 32;
        foreach (ref readonly var operation in operations.AsSpan())
            size += 16 + operation.Key.Length + operation.Value.Length;
        return size;
    }
}

/// <summary>The bytes of something as it came from the wire. Never tells two things apart: all are equal.</summary>
internal readonly struct EncodedForm(Bytes bytes) : IEquatable<EncodedForm>
{
    public Bytes Bytes { get; } = bytes;

    public bool Equals(EncodedForm other) => true;

    public override bool Equals(object? obj) => obj is EncodedForm;

    public override int GetHashCode() => 0;
}

/// <summary>How one operation ended at the primary.</summary>
public enum ResultStatus : byte
{
    /// <summary>Done; the value is the one read, or the previous one of a PutHash.</summary>
    Ok = 1,

    /// <summary>A Get of a key never stored, or a PutHash that found none before it.</summary>
    Missing = 2,

    EmptyKey = 3,
    KeyTooLong = 4,
    ValueTooLarge = 5,

    /// <summary>
    /// The sequence lies below the session's floor: its client said that it wants no result any more.
    /// </summary>
    BelowFloor = 6,

    /// <summary>It would have needed memory that there is not: nothing was changed.</summary>
    Full = 7,

    /// <summary>The view's feature level does not have this operation: nothing is changed.</summary>
    Unsupported = 8,
}

/// <summary>The result of one operation, by its sequence.</summary>
public readonly record struct OperationResult(long Sequence, ResultStatus Status, Bytes Value)
    : IListed<OperationResult>
{
    internal long Size => 16 + Value.Length;

    static int IListed<OperationResult>.Smallest => 3;

    void IListed<OperationResult>.Write(WireWriter writer)
    {
        writer.Varint(Sequence);
        writer.Byte((byte)Status);
        writer.Bytes(Value);
    }

    static OperationResult IListed<OperationResult>.Read(ref WireReader reader) =>
        new(reader.Varint(), (ResultStatus)reader.Enum((int)ResultStatus.Unsupported, "result"), reader.Bytes());
}
