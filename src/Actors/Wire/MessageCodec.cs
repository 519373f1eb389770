using PbKv.Protocol;

namespace PbKv.Actors.Wire;

/// <summary>
/// A type of message has a number for ever. A later release may add types, and fields at the end of a type: who does
/// not know them passes over them.
/// </summary>
internal static class MessageCodec
{
    public static byte NumberOf(Message message) =>
        message switch
        {
            Ping => 1,
            PingAnswer => 2,
            PingRefused => 3,
            ViewRequest => 4,
            ViewNews => 5,
            ResetRequest => 6,
            ResetAnswer => 7,
            OpenSession => 11,
            SessionOpened => 12,
            Request => 13,
            Reply => 14,
            Refusal => 15,
            Forward => 21,
            ForwardAck => 22,
            ForwardWanted => 23,
            Chunk => 24,
            ChunkAck => 25,
            Installed => 26,
            WrongView => 27,
            StatusRequest => 31,
            ViewServiceStatus => 32,
            ReplicaStatus => 33,
            _ => throw NoCodec(message),
        };

    public static void Write(WireWriter writer, Message message)
    {
        writer.Byte(NumberOf(message));
        var start = writer.BeginBlock();
        WriteFields(writer, message);
        writer.EndBlock(start);
    }

    private static void WriteFields(WireWriter writer, Message message)
    {
        switch (message)
        {
            case Ping ping:
                ViewCodec.Write(writer, ping);
                break;
            case PingAnswer answer:
                ViewCodec.Write(writer, answer);
                break;
            case PingRefused refused:
                ViewCodec.Write(writer, refused);
                break;
            case ViewRequest request:
                ViewCodec.Write(writer, request);
                break;
            case ViewNews news:
                ViewCodec.Write(writer, news);
                break;
            case ResetRequest request:
                ViewCodec.Write(writer, request);
                break;
            case ResetAnswer answer:
                ViewCodec.Write(writer, answer);
                break;
            case OpenSession open:
                ClerkCodec.Write(writer, open);
                break;
            case SessionOpened opened:
                ClerkCodec.Write(writer, opened);
                break;
            case Request request:
                ClerkCodec.Write(writer, request);
                break;
            case Reply reply:
                ClerkCodec.Write(writer, reply);
                break;
            case Refusal refusal:
                ClerkCodec.Write(writer, refusal);
                break;
            case Forward forward:
                ReplicaCodec.Write(writer, forward);
                break;
            case ForwardAck acknowledgement:
                ReplicaCodec.Write(writer, acknowledgement);
                break;
            case ForwardWanted wanted:
                ReplicaCodec.Write(writer, wanted);
                break;
            case Chunk chunk:
                ReplicaCodec.Write(writer, chunk);
                break;
            case ChunkAck acknowledgement:
                ReplicaCodec.Write(writer, acknowledgement);
                break;
            case Installed installed:
                ReplicaCodec.Write(writer, installed);
                break;
            case WrongView wrong:
                ReplicaCodec.Write(writer, wrong);
                break;
            case StatusRequest request:
                StatusCodec.Write(writer, request);
                break;
            case ViewServiceStatus status:
                StatusCodec.Write(writer, status);
                break;
            case ReplicaStatus status:
                StatusCodec.Write(writer, status);
                break;
            default:
                throw NoCodec(message);
        }
    }

    /// <returns>Null for a type that this release does not know.</returns>
    public static Message? Read(byte number, ref WireReader reader) =>
        number switch
        {
            1 => ViewCodec.ReadPing(ref reader),
            2 => ViewCodec.ReadPingAnswer(ref reader),
            3 => ViewCodec.ReadPingRefused(ref reader),
            4 => ViewCodec.ReadViewRequest(ref reader),
            5 => ViewCodec.ReadViewNews(ref reader),
            6 => ViewCodec.ReadResetRequest(ref reader),
            7 => ViewCodec.ReadResetAnswer(ref reader),
            11 => ClerkCodec.ReadOpenSession(ref reader),
            12 => ClerkCodec.ReadSessionOpened(ref reader),
            13 => ClerkCodec.ReadRequest(ref reader),
            14 => ClerkCodec.ReadReply(ref reader),
            15 => ClerkCodec.ReadRefusal(ref reader),
            21 => ReplicaCodec.ReadForward(ref reader),
            22 => ReplicaCodec.ReadForwardAck(ref reader),
            23 => ReplicaCodec.ReadForwardWanted(ref reader),
            24 => ReplicaCodec.ReadChunk(ref reader),
            25 => ReplicaCodec.ReadChunkAck(ref reader),
            26 => ReplicaCodec.ReadInstalled(ref reader),
            27 => ReplicaCodec.ReadWrongView(ref reader),
            31 => StatusCodec.ReadStatusRequest(ref reader),
            32 => StatusCodec.ReadViewServiceStatus(ref reader),
            33 => StatusCodec.ReadReplicaStatus(ref reader),
            _ => null,
        };

    private static InvalidOperationException NoCodec(Message message) =>
        new($"{message.GetType().Name} has no codec: give it a number and its fields in {nameof(MessageCodec)}");
}
