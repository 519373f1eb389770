namespace PbKv.Protocol;

/// <summary>
/// Server → view service, every ping interval and at once when something changed: I live, and this is where I am.
/// </summary>
/// <param name="Synced">The server is the backup of this view and holds everything that was ever answered alone in
/// it.</param>
/// <param name="BackupSilent">The server is the primary of this view and its backup has not acknowledged for
/// long.</param>
/// <param name="Leaving">The server asks to be replaced.</param>
/// <param name="NewestAnswer">The number of the newest answer heard: shows that the way back works.</param>
/// <param name="Level">The feature level of the server.</param>
public sealed record Ping(
    ServerId Server,
    ViewId View,
    bool Synced,
    bool BackupSilent,
    bool Leaving,
    long NewestAnswer,
    int Level = 1
) : Message
{
    internal override byte Kind => 1;

    internal override void Write(WireWriter writer)
    {
        Server.Write(writer);
        View.Write(writer);
        writer.Flag(Synced);
        writer.Flag(BackupSilent);
        writer.Flag(Leaving);
        writer.Varint(NewestAnswer);
        writer.Varint(Level);
    }

    internal static Ping Read(ref WireReader reader) =>
        new(
            ServerId.Read(ref reader),
            ViewId.Read(ref reader),
            reader.Flag(),
            reader.Flag(),
            reader.Flag(),
            reader.Varint(),
            reader.More ? reader.Level() : 1
        );
}

/// <summary>View service → server, the answer to a ping: the current view, and whether it is acknowledged.</summary>
/// <param name="Server">Whom it answers: a server believes nothing that was meant for an earlier life.</param>
/// <param name="Answer">The view service's tick; the server's next pings show that it heard it.</param>
/// <param name="Synced">Whether the view's backup holds everything: a server that leaves waits for it.</param>
public sealed record PingAnswer(ServerId Server, View View, bool Acknowledged, long Answer, bool Synced = false)
    : Message
{
    internal override byte Kind => 2;

    internal override void Write(WireWriter writer)
    {
        Server.Write(writer);
        View.Write(writer);
        writer.Flag(Acknowledged);
        writer.Varint(Answer);
        writer.Flag(Synced);
    }

    internal static PingAnswer Read(ref WireReader reader) =>
        new(ServerId.Read(ref reader), Protocol.View.Read(ref reader), reader.Flag(), reader.Varint(), reader.Flag());
}

public enum PingRefusal : byte
{
    /// <summary>A higher incarnation of the address is known: the answer carries it.</summary>
    OlderIncarnation = 1,

    /// <summary>The server is in a view of another cluster.</summary>
    OtherCluster = 2,

    /// <summary>The server is in a newer view than the view service has ever made: it lost its memory.</summary>
    NewerView = 3,
}

/// <summary>View service → server: your ping counts for nothing, and why.</summary>
/// <param name="Known">The incarnation that is known at that address, where that is the reason.</param>
public sealed record PingRefused(ServerId Server, PingRefusal Reason, ClusterId Cluster, long Known) : Message
{
    internal override byte Kind => 3;

    internal override void Write(WireWriter writer)
    {
        Server.Write(writer);
        writer.Byte((byte)Reason);
        writer.Fixed64(Cluster.Value);
        writer.Varint(Known);
    }

    internal static PingRefused Read(ref WireReader reader) =>
        new(
            ServerId.Read(ref reader),
            (PingRefusal)reader.Enum((int)PingRefusal.NewerView, "refusal of a ping"),
            new ClusterId(reader.Fixed64()),
            reader.Varint()
        );
}

/// <summary>
/// Clerk or server → view service: what is the view? Asked when none is known or something went wrong.
/// </summary>
public sealed record ViewRequest(ViewId Known) : Message
{
    internal override byte Kind => 4;

    internal override void Write(WireWriter writer) => Known.Write(writer);

    internal static ViewRequest Read(ref WireReader reader) => new(ViewId.Read(ref reader));
}

/// <summary>
/// View service → clerk or server: the view, as an answer, or unasked when it is new or newly acknowledged.
/// </summary>
public sealed record ViewNews(View View, bool Acknowledged) : Message
{
    internal override byte Kind => 5;

    internal override void Write(WireWriter writer)
    {
        View.Write(writer);
        writer.Flag(Acknowledged);
    }

    internal static ViewNews Read(ref WireReader reader) => new(Protocol.View.Read(ref reader), reader.Flag());
}

/// <summary>Operator → view service: make this live server the primary, whatever is lost.</summary>
public sealed record ResetRequest(NodeAddress Primary) : Message
{
    internal override byte Kind => 6;

    internal override void Write(WireWriter writer) => writer.Text(Primary.Value);

    internal static ResetRequest Read(ref WireReader reader) => new(new NodeAddress(reader.Text()));
}

/// <summary>View service → operator: the view that the reset made, or why it did not.</summary>
/// <param name="Refusal">Null when it was done.</param>
/// <param name="Account">What is lost by it, or what would be, for people.</param>
public sealed record ResetAnswer(View View, string? Refusal, string Account) : Message
{
    internal override byte Kind => 7;

    internal override void Write(WireWriter writer)
    {
        View.Write(writer);
        writer.OptionalText(Refusal);
        writer.Text(Account);
    }

    internal static ResetAnswer Read(ref WireReader reader) =>
        new(Protocol.View.Read(ref reader), reader.OptionalText(), reader.Text());
}
