using PbKv.Protocol;

namespace PbKv.Actors.Wire;

/// <summary>The conversation between clerks and the primary.</summary>
internal static class ClerkCodec
{
    public static void Write(WireWriter writer, OpenSession open)
    {
        writer.Text(open.Group.Value);
        ValueCodec.Write(writer, open.View);
        writer.Varint(open.Request);
    }

    public static OpenSession ReadOpenSession(ref WireReader reader) =>
        new(new GroupName(reader.Text()), ValueCodec.ReadViewId(ref reader), reader.Varint());

    public static void Write(WireWriter writer, SessionOpened opened)
    {
        writer.Varint(opened.Request);
        writer.Varint(opened.Session);
        ValueCodec.WriteOptional(writer, opened.Newer);
    }

    public static SessionOpened ReadSessionOpened(ref WireReader reader) =>
        new(reader.Varint(), reader.Varint(), ValueCodec.ReadOptionalView(ref reader));

    public static void Write(WireWriter writer, Request request)
    {
        writer.Text(request.Group.Value);
        ValueCodec.Write(writer, request.View);
        writer.Varint(request.Number);
        OperationCodec.Write(writer, request.Batch);
    }

    public static Request ReadRequest(ref WireReader reader) =>
        new(
            new GroupName(reader.Text()),
            ValueCodec.ReadViewId(ref reader),
            reader.Varint(),
            OperationCodec.ReadBatch(ref reader)
        );

    public static void Write(WireWriter writer, Reply reply)
    {
        writer.Varint(reply.Number);
        writer.Varint(reply.Session);
        OperationCodec.Write(writer, reply.Results);
        ValueCodec.WriteOptional(writer, reply.Newer);
    }

    public static Reply ReadReply(ref WireReader reader) =>
        new(
            reader.Varint(),
            reader.Varint(),
            OperationCodec.ReadResults(ref reader),
            ValueCodec.ReadOptionalView(ref reader)
        );

    public static void Write(WireWriter writer, Refusal refusal)
    {
        writer.Varint(refusal.Number);
        writer.Byte((byte)refusal.Reason);
        ValueCodec.Write(writer, refusal.View);
    }

    public static Refusal ReadRefusal(ref WireReader reader) =>
        new(
            reader.Varint(),
            (RefusalReason)ValueCodec.ReadEnum(ref reader, (int)RefusalReason.WrongGroup, "refusal"),
            ValueCodec.ReadView(ref reader)
        );
}
