using PbKv.Protocol;

namespace PbKv.Actors.Wire;

/// <summary>The conversation with the view service.</summary>
internal static class ViewCodec
{
    public static void Write(WireWriter writer, Ping ping)
    {
        ValueCodec.Write(writer, ping.Server);
        ValueCodec.Write(writer, ping.View);
        writer.Flag(ping.Synced);
        writer.Flag(ping.BackupSilent);
        writer.Flag(ping.Leaving);
        writer.Varint(ping.NewestAnswer);
    }

    public static Ping ReadPing(ref WireReader reader) =>
        new(
            ValueCodec.ReadServer(ref reader),
            ValueCodec.ReadViewId(ref reader),
            reader.Flag(),
            reader.Flag(),
            reader.Flag(),
            reader.Varint()
        );

    public static void Write(WireWriter writer, PingAnswer answer)
    {
        ValueCodec.Write(writer, answer.Server);
        ValueCodec.Write(writer, answer.View);
        writer.Flag(answer.Acknowledged);
        writer.Varint(answer.Answer);
        writer.Flag(answer.Synced);
    }

    public static PingAnswer ReadPingAnswer(ref WireReader reader) =>
        new(
            ValueCodec.ReadServer(ref reader),
            ValueCodec.ReadView(ref reader),
            reader.Flag(),
            reader.Varint(),
            reader.Flag()
        );

    public static void Write(WireWriter writer, PingRefused refused)
    {
        ValueCodec.Write(writer, refused.Server);
        writer.Byte((byte)refused.Reason);
        writer.Fixed64(refused.Cluster.Value);
        writer.Varint(refused.Known);
    }

    public static PingRefused ReadPingRefused(ref WireReader reader) =>
        new(
            ValueCodec.ReadServer(ref reader),
            (PingRefusal)ValueCodec.ReadEnum(ref reader, (int)PingRefusal.NewerView, "refusal of a ping"),
            new ClusterId(reader.Fixed64()),
            reader.Varint()
        );

    public static void Write(WireWriter writer, ViewRequest request) => ValueCodec.Write(writer, request.Known);

    public static ViewRequest ReadViewRequest(ref WireReader reader) => new(ValueCodec.ReadViewId(ref reader));

    public static void Write(WireWriter writer, ViewNews news)
    {
        ValueCodec.Write(writer, news.View);
        writer.Flag(news.Acknowledged);
    }

    public static ViewNews ReadViewNews(ref WireReader reader) => new(ValueCodec.ReadView(ref reader), reader.Flag());

    public static void Write(WireWriter writer, ResetRequest request) => writer.Text(request.Primary.Value);

    public static ResetRequest ReadResetRequest(ref WireReader reader) => new(new NodeAddress(reader.Text()));

    public static void Write(WireWriter writer, ResetAnswer answer)
    {
        ValueCodec.Write(writer, answer.View);
        writer.OptionalText(answer.Refusal);
        writer.Text(answer.Account);
    }

    public static ResetAnswer ReadResetAnswer(ref WireReader reader) =>
        new(ValueCodec.ReadView(ref reader), reader.OptionalText(), reader.Text());
}
