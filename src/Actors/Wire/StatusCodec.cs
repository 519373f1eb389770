using System.Collections.Immutable;
using System.Runtime.InteropServices;
using PbKv.Protocol;

namespace PbKv.Actors.Wire;

/// <summary>Questions of operators, and the answers.</summary>
internal static class StatusCodec
{
    private const int SmallestServer = 6;

    public static void Write(WireWriter writer, StatusRequest request) => writer.Varint(request.Number);

    public static StatusRequest ReadStatusRequest(ref WireReader reader) => new(reader.Varint());

    public static void Write(WireWriter writer, ViewServiceStatus status)
    {
        writer.Varint(status.Number);
        ValueCodec.Write(writer, status.View);
        writer.Flag(status.Acknowledged);
        writer.Flag(status.Synced);
        writer.Varint(status.Messages);
        writer.OptionalText(status.WaitingFor);
        writer.Varint(status.Servers.Length);
        foreach (var server in status.Servers)
        {
            ValueCodec.Write(writer, server.Server);
            writer.Flag(server.Alive);
            writer.Flag(server.Leaving);
            writer.Signed(server.PingAgeMs);
            writer.Flag(server.Refused);
        }
    }

    public static ViewServiceStatus ReadViewServiceStatus(ref WireReader reader) =>
        new(
            reader.Varint(),
            ValueCodec.ReadView(ref reader),
            reader.Flag(),
            reader.Flag(),
            reader.Varint(),
            reader.OptionalText(),
            ReadServers(ref reader)
        );

    private static ImmutableArray<KnownServer> ReadServers(ref WireReader reader)
    {
        var servers = new KnownServer[reader.Count(SmallestServer)];
        for (var i = 0; i < servers.Length; i++)
            servers[i] = new KnownServer(
                ValueCodec.ReadServer(ref reader),
                reader.Flag(),
                reader.Flag(),
                reader.Signed(),
                reader.Flag()
            );
        return ImmutableCollectionsMarshal.AsImmutableArray(servers);
    }

    public static void Write(WireWriter writer, ReplicaStatus status)
    {
        writer.Varint(status.Number);
        ValueCodec.Write(writer, status.Server);
        writer.Text(status.Group.Value);
        ValueCodec.Write(writer, status.View);
        writer.Flag(status.Confirmed);
        writer.Flag(status.Synced);
        writer.Double(status.Progress);
        writer.Varint(status.Position);
        writer.Varint(status.AcknowledgedPosition);
        writer.Varint(status.Keys);
        writer.Varint(status.Bytes);
        writer.Varint(status.Sessions);
        writer.Fixed64(status.Digest);
        writer.Varint(status.Operations);
        writer.Varint(status.Deduplicated);
    }

    public static ReplicaStatus ReadReplicaStatus(ref WireReader reader) =>
        new(
            reader.Varint(),
            ValueCodec.ReadServer(ref reader),
            new GroupName(reader.Text()),
            ValueCodec.ReadView(ref reader),
            reader.Flag(),
            reader.Flag(),
            reader.Double(),
            reader.Varint(),
            reader.Varint(),
            reader.Varint(),
            reader.Varint(),
            reader.Varint(),
            reader.Fixed64(),
            reader.Varint(),
            reader.Varint()
        );
}
