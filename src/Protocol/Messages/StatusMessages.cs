using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>Anybody → view service or server: how are you?</summary>
public sealed record StatusRequest(long Number) : Message
{
    internal override byte Kind => 31;

    internal override void Write(WireWriter writer) => writer.Varint(Number);

    internal static StatusRequest Read(ref WireReader reader) => new(reader.Varint());
}

/// <summary>View service → asker: the view, its two facts, the servers known, and what is being waited for.</summary>
/// <param name="Messages">How many messages the view service has handled since it started.</param>
public sealed record ViewServiceStatus(
    long Number,
    View View,
    bool Acknowledged,
    bool Synced,
    long Messages,
    string? WaitingFor,
    ImmutableArray<KnownServer> Servers
) : Message
{
    internal override byte Kind => 32;

    internal override void Write(WireWriter writer)
    {
        writer.Varint(Number);
        View.Write(writer);
        writer.Flag(Acknowledged);
        writer.Flag(Synced);
        writer.Varint(Messages);
        writer.OptionalText(WaitingFor);
        writer.List(Servers);
    }

    internal static ViewServiceStatus Read(ref WireReader reader) =>
        new(
            reader.Varint(),
            Protocol.View.Read(ref reader),
            reader.Flag(),
            reader.Flag(),
            reader.Varint(),
            reader.OptionalText(),
            reader.List<KnownServer>()
        );
}

/// <param name="PingAgeMs">Ticks since its last ping, times the ping interval.</param>
/// <param name="Refused">It is in a view that this view service never made: its pings count for nothing.</param>
public readonly record struct KnownServer(ServerId Server, bool Alive, bool Leaving, long PingAgeMs, bool Refused)
    : IListed<KnownServer>
{
    static int IListed<KnownServer>.Smallest => 6;

    void IListed<KnownServer>.Write(WireWriter writer)
    {
        Server.Write(writer);
        writer.Flag(Alive);
        writer.Flag(Leaving);
        writer.Signed(PingAgeMs);
        writer.Flag(Refused);
    }

    static KnownServer IListed<KnownServer>.Read(ref WireReader reader) =>
        new(ServerId.Read(ref reader), reader.Flag(), reader.Flag(), reader.Signed(), reader.Flag());
}

/// <summary>Server → asker: where it is and what it holds.</summary>
/// <param name="Memory">Of data, sessions, results and stream.</param>
/// <param name="MaxMemory">How much of it there may be.</param>
/// <param name="ViewService">Whom it pings; empty where it is of a release that does not say so.</param>
/// <param name="Progress">Of the transfer that it sends or takes, 0 to 1; -1 when there is none.</param>
/// <param name="Era">What its position is of: the number of the reset with which that history began, or 0.</param>
public sealed record ReplicaStatus(
    long Number,
    ServerId Server,
    GroupName Group,
    View View,
    bool Confirmed,
    bool Synced,
    double Progress,
    long Position,
    long AcknowledgedPosition,
    long Keys,
    long Bytes,
    long Sessions,
    ulong Digest,
    long Operations,
    long Deduplicated,
    long Memory,
    long MaxMemory,
    string ViewService,
    long Era = 0
) : Message
{
    internal override byte Kind => 33;

    internal override void Write(WireWriter writer)
    {
        writer.Varint(Number);
        Server.Write(writer);
        writer.Text(Group.Value);
        View.Write(writer);
        writer.Flag(Confirmed);
        writer.Flag(Synced);
        writer.Fixed64(BitConverter.DoubleToUInt64Bits(Progress));
        writer.Varint(Position);
        writer.Varint(AcknowledgedPosition);
        writer.Varint(Keys);
        writer.Varint(Bytes);
        writer.Varint(Sessions);
        writer.Fixed64(Digest);
        writer.Varint(Operations);
        writer.Varint(Deduplicated);
        writer.Varint(Memory);
        writer.Varint(MaxMemory);
        writer.Text(ViewService);
        writer.Varint(Era);
    }

    internal static ReplicaStatus Read(ref WireReader reader) =>
        new(
            reader.Varint(),
            ServerId.Read(ref reader),
            new GroupName(reader.Text()),
            Protocol.View.Read(ref reader),
            reader.Flag(),
            reader.Flag(),
            BitConverter.UInt64BitsToDouble(reader.Fixed64()),
            reader.Varint(),
            reader.Varint(),
            reader.Varint(),
            reader.Varint(),
            reader.Varint(),
            reader.Fixed64(),
            reader.Varint(),
            reader.Varint(),
            reader.VarintIfAny(),
            reader.VarintIfAny(long.MaxValue),
            reader.More ? reader.Text() : "",
            reader.VarintIfAny()
        );
}
