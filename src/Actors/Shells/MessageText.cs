using PbKv.Protocol;

namespace PbKv.Actors.Shells;

/// <summary>
/// One line about a message. Operations are named by session and sequences, on every node that they pass, so that a
/// request can be followed; keys and values stay out of logs.
/// </summary>
internal static class MessageText
{
    public static string Of(Message message) =>
        message switch
        {
            Request request => $"Request number={request.Number} {Of(request.Batch)} view={request.View.Number}",
            Reply reply =>
                $"Reply number={reply.Number} session={reply.Session} sequences={Sequences([.. reply.Results.Select(r => r.Sequence)])}",
            Refusal refusal => $"Refusal number={refusal.Number} reason={refusal.Reason} view={refusal.View.Number}",
            OpenSession open => $"OpenSession request={open.Request} view={open.View.Number}",
            SessionOpened opened => $"SessionOpened request={opened.Request} session={opened.Session}",
            Forward forward =>
                $"Forward serial={forward.Serial} position={forward.FirstPosition} marker={forward.Marker} [{string.Join("; ", forward.Batches.Select(Of))}]",
            Chunk chunk =>
                $"Chunk index={chunk.Index} last={chunk.Last} entries={chunk.Entries.Length} sessions={chunk.Sessions.Length} position={chunk.Position}",
            _ => message.ToString(),
        };

    private static string Of(Batch batch) =>
        $"session={batch.Session} sequences={Sequences([.. batch.Operations.Select(operation => operation.Sequence)])} floor={batch.Floor}";

    private static string Sequences(long[] sequences) =>
        sequences switch
        {
            [] => "none",
            [var only] => $"{only}",
            _ when sequences[^1] - sequences[0] == sequences.Length - 1 => $"{sequences[0]}-{sequences[^1]}",
            _ => string.Join(',', sequences),
        };
}
