using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>Clerk → primary: open a session for me. A lost answer costs an idle session, which expires.</summary>
/// <param name="Request">Chosen by the clerk, and named by the answer.</param>
/// <param name="Level">The client's feature level: what is above it is not said to it.</param>
public sealed record OpenSession(GroupName Group, ViewId View, long Request, int Level = 1) : Message
{
    internal override byte Kind => 11;

    internal override void Write(WireWriter writer)
    {
        writer.Text(Group.Value);
        View.Write(writer);
        writer.Varint(Request);
        writer.Varint(Level);
    }

    internal static OpenSession Read(ref WireReader reader) =>
        new(new GroupName(reader.Text()), ViewId.Read(ref reader), reader.Varint(), reader.More ? reader.Level() : 1);
}

/// <summary>Primary → clerk: your session, which is the position of the operation that opened it.</summary>
/// <param name="Newer">The primary's view, where the clerk named an older one.</param>
/// <param name="Era">The era of the session.</param>
public sealed record SessionOpened(long Request, long Session, View? Newer, long Era = 0) : Message
{
    internal override byte Kind => 12;

    internal override void Write(WireWriter writer)
    {
        writer.Varint(Request);
        writer.Varint(Session);
        View.WriteOptional(writer, Newer);
        writer.Varint(Era);
    }

    internal static SessionOpened Read(ref WireReader reader) =>
        new(reader.Varint(), reader.Varint(), View.ReadOptional(ref reader), reader.VarintIfAny());
}

/// <summary>Clerk → primary: do these operations, each once, however often you are told.</summary>
/// <param name="Request">The number of this sending; a retry is another request with the same sequences.</param>
/// <param name="Era">The era of the session.</param>
public sealed record Request(GroupName Group, ViewId View, long Number, Batch Batch, long Era = 0) : Message
{
    internal override byte Kind => 13;

    internal override long Size => Batch.Size;

    internal override void Write(WireWriter writer)
    {
        writer.Text(Group.Value);
        View.Write(writer);
        writer.Varint(Number);
        Batch.Write(writer);
        writer.Varint(Era);
    }

    internal static Request Read(ref WireReader reader) =>
        new(
            new GroupName(reader.Text()),
            ViewId.Read(ref reader),
            reader.Varint(),
            Batch.Read(ref reader),
            reader.VarintIfAny()
        );
}

/// <summary>Primary → clerk: the results of one request, sent when all of it is safe.</summary>
/// <param name="Newer">The primary's view, where the clerk named an older one.</param>
/// <param name="Era">The era of the session.</param>
public sealed record Reply(
    long Number,
    long Session,
    ImmutableArray<OperationResult> Results,
    View? Newer,
    long Era = 0
) : Message
{
    internal override byte Kind => 14;

    internal override long Size
    {
        get
        {
            var size = 64L;
            foreach (ref readonly var result in Results.AsSpan())
                size += result.Size;
            return size;
        }
    }

    internal override void Write(WireWriter writer)
    {
        writer.Varint(Number);
        writer.Varint(Session);
        writer.List(Results);
        View.WriteOptional(writer, Newer);
        writer.Varint(Era);
    }

    internal static Reply Read(ref WireReader reader) =>
        new(
            reader.Varint(),
            reader.Varint(),
            reader.List<OperationResult>(),
            View.ReadOptional(ref reader),
            reader.VarintIfAny()
        );
}

public enum RefusalReason : byte
{
    /// <summary>Not the primary of the newest view known here.</summary>
    NotPrimary = 1,

    /// <summary>Primary of a view that is not confirmed yet.</summary>
    NotReady = 2,

    /// <summary>Too much is in flight, or asked for at once: come back later with what has no result yet.</summary>
    Busy = 3,

    /// <summary>The session is closed, expired or was never opened: nothing of the request was executed.</summary>
    SessionExpired = 4,

    /// <summary>The server belongs to another group or cluster.</summary>
    WrongGroup = 5,
}

/// <summary>
/// Server → clerk: this request gets no answer here, or none beyond the reply before it, and why; with the view known
/// here. It was not executed by this message; one whose answer was held may have been before.
/// </summary>
public sealed record Refusal(long Number, RefusalReason Reason, View View) : Message
{
    internal override byte Kind => 15;

    internal override void Write(WireWriter writer)
    {
        writer.Varint(Number);
        writer.Byte((byte)Reason);
        View.Write(writer);
    }

    internal static Refusal Read(ref WireReader reader) =>
        new(
            reader.Varint(),
            (RefusalReason)reader.Enum((int)RefusalReason.WrongGroup, "refusal"),
            Protocol.View.Read(ref reader)
        );
}
