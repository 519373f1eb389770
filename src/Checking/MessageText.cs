namespace PbKv.Checking;

/// <summary>Messages in one line each, for traces that people read.</summary>
internal static class MessageText
{
    public static string Of(Message message) =>
        message switch
        {
            Ping ping => $"Ping {ping.Server} view {ping.View.Number}{(ping.Synced ? " synced" : "")}"
                + $"{(ping.BackupSilent ? " backup silent" : "")}{(ping.Leaving ? " leaving" : "")} heard "
                + $"{ping.NewestAnswer}",
            PingAnswer answer =>
                $"PingAnswer view {answer.View}{Acknowledged(answer.Acknowledged)} answer {answer.Answer}",
            ViewNews news => $"ViewNews {news.View}{Acknowledged(news.Acknowledged)}",
            Forward forward => $"Forward view {forward.View.Number} serial {forward.Serial} from position "
                + $"{forward.FirstPosition}{(forward.Marker >= 0 ? $" marker {forward.Marker}" : "")} "
                + $"{Of(forward.Batches)}",
            ForwardAck ack => $"ForwardAck view {ack.View.Number} serial {ack.Serial}",
            ForwardWanted wanted => $"ForwardWanted view {wanted.View.Number} serial {wanted.Serial}",
            Chunk chunk => $"Chunk view {chunk.View.Number} index {chunk.Index}{(chunk.Last ? " last" : "")} position "
                + $"{chunk.Position} entries {chunk.Entries.Length} sessions {chunk.Sessions.Length}",
            ChunkAck ack => $"ChunkAck view {ack.View.Number} next {ack.Next}",
            Installed installed => $"Installed view {installed.View.Number}",
            WrongView wrong => $"WrongView, known {wrong.Known}",
            Request request => $"Request {request.Number} view {request.View.Number} {Of(request.Batch)}",
            Reply reply =>
                $"Reply {reply.Number} session {reply.Session} {string.Join(", ", reply.Results.Select(Of))}",
            Refusal refusal => $"Refusal {refusal.Number} {refusal.Reason}, known {refusal.View}",
            OpenSession open => $"OpenSession {open.Request} view {open.View.Number}",
            SessionOpened opened => $"SessionOpened {opened.Request} session {opened.Session}",
            ViewRequest request => $"ViewRequest, known {request.Known.Number}",
            ViewServices told => $"ViewServices, acting {told.Acting?.Value ?? "nobody"}",
            PingRefused refused => $"PingRefused {refused.Reason} known {refused.Known}",
            Candidacy candidacy => $"Candidacy {candidacy.From} term {candidacy.Term}{Trial(candidacy.Trial)} has "
                + $"{candidacy.EntryTerm}:{candidacy.EntryIndex}",
            Vote vote => $"Vote term {vote.Term}{Trial(vote.Trial)}{(vote.Given ? "" : " not")} given",
            Keep keep => $"Keep term {keep.Term} round {keep.Round} {RegisterPromises.Text(keep.Entry)}",
            Kept kept => $"Kept term {kept.Term} round {kept.Round} {kept.EntryTerm}:{kept.EntryIndex}",
            _ => message.ToString(),
        };

    private static string Of(ImmutableArray<Batch> batches) =>
        batches.IsEmpty ? "(nothing)" : string.Join(" + ", batches.Select(Of));

    private static string Of(Batch batch) =>
        $"session {batch.Session} floor {batch.Floor} [{string.Join(", ", batch.Operations.Select(Of))}]";

    private static string Of(Operation operation) =>
        Change.Read(operation.Value) is { } change && operation.Kind == OperationKind.Change
            ? $"{operation.Sequence}: Change {operation.Key}{ChangeText.Of(change)}"
            : $"{operation.Sequence}: {operation.Kind} {operation.Key} \"{operation.Value}\"";

    private static string Of(OperationResult result) => $"{result.Sequence}: {result.Status} \"{result.Value}\"";

    private static string Trial(bool trial) => trial ? " trial" : "";

    private static string Acknowledged(bool acknowledged) => acknowledged ? " acknowledged" : "";
}
