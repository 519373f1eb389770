using System.Diagnostics;
using Akka.Event;

namespace PbKv.Actors.Shells;

/// <summary>
/// Writes down what a node says, with its name, its view and its Lamport time. Info is for what a person cares about,
/// debug for what follows one request.
/// </summary>
internal sealed class NodeLog(ILoggingAdapter log, string node, Func<long> view, Action<CausalRecord>? record)
{
    private const string Line = "node={0} view={1} lamport={2} {3}";

    private long _transferStarted;

    public bool IsDebug => log.IsDebugEnabled;

    public void Write(List<Notice> notices, in Stamp stamp)
    {
        foreach (var (kind, text) in notices)
        {
            record?.Invoke(new CausalRecord(new NodeAddress(node), stamp, $"{kind} {text}"));
            var line = $"{kind} {text}{TimeOfTransfer(kind)}";
            switch (NoticeLevels.Of(kind))
            {
                case LogLevel.WarningLevel:
                    log.Warning(Line, node, view(), stamp.Lamport, line);
                    break;
                case LogLevel.InfoLevel:
                    log.Info(Line, node, view(), stamp.Lamport, line);
                    break;
                default:
                    log.Debug(Line, node, view(), stamp.Lamport, line);
                    break;
            }
        }
    }

    public void Received(NodeAddress from, Message message, in Stamp stamp) =>
        log.Debug(Line, node, view(), stamp.Lamport, $"Received from={from} {MessageText.Of(message)}");

    public void Sent(NodeAddress to, ImmutableArray<Message> messages, in Stamp stamp)
    {
        foreach (var message in messages)
            log.Debug(Line, node, view(), stamp.Lamport, $"Sent to={to} {MessageText.Of(message)}");
    }

    /// <summary>Nodes have no clock to tell how long a transfer took.</summary>
    private string TimeOfTransfer(NoticeKind kind)
    {
        if (kind == NoticeKind.TransferStarted)
            _transferStarted = Stopwatch.GetTimestamp();
        var ends = kind is NoticeKind.TransferInstalled or NoticeKind.Switched or NoticeKind.TransferAbandoned;
        if (!ends || _transferStarted == 0)
            return "";
        var took = Stopwatch.GetElapsedTime(_transferStarted);
        _transferStarted = 0;
        return $" ms={took.TotalMilliseconds:F0}";
    }
}

internal static class NoticeLevels
{
    public static LogLevel Of(NoticeKind kind) =>
        kind switch
        {
            NoticeKind.Refused
            or NoticeKind.ResetDone
            or NoticeKind.BackupSilent
            or NoticeKind.Superseded
            or NoticeKind.CopyDiffers
            or NoticeKind.WrongCluster
            or NoticeKind.TransferAbandoned => LogLevel.WarningLevel,

            NoticeKind.Confirmed
            or NoticeKind.AnswersReleased
            or NoticeKind.AnswersDropped
            or NoticeKind.ForwardRefused
            or NoticeKind.ForwardGap
            or NoticeKind.Deduplicated
            or NoticeKind.DuplicateHeld
            or NoticeKind.BelowFloor
            or NoticeKind.UnknownSession
            or NoticeKind.Busy
            or NoticeKind.Retry
            or NoticeKind.SessionOpened
            or NoticeKind.ViewLearned
            or NoticeKind.DeadlinePassed => LogLevel.DebugLevel,

            _ => LogLevel.InfoLevel,
        };
}

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
            Reply reply => $"Reply number={reply.Number} session={reply.Session} "
                + $"sequences={Sequences([.. reply.Results.Select(r => r.Sequence)])}",
            Refusal refusal => $"Refusal number={refusal.Number} reason={refusal.Reason} view={refusal.View.Number}",
            OpenSession open => $"OpenSession request={open.Request} view={open.View.Number}",
            SessionOpened opened => $"SessionOpened request={opened.Request} session={opened.Session}",
            Forward forward =>
                $"Forward serial={forward.Serial} position={forward.FirstPosition} marker={forward.Marker} "
                    + $"[{string.Join("; ", forward.Batches.Select(Of))}]",
            Chunk chunk => $"Chunk index={chunk.Index} last={chunk.Last} entries={chunk.Entries.Length} "
                + $"sessions={chunk.Sessions.Length} position={chunk.Position}",
            _ => message.ToString(),
        };

    private static string Of(Batch batch) =>
        $"session={batch.Session} "
        + $"sequences={Sequences([.. batch.Operations.Select(operation => operation.Sequence)])} floor={batch.Floor}";

    private static string Sequences(long[] sequences) =>
        sequences switch
        {
            [] => "none",
            [var only] => $"{only}",
            _ when sequences[^1] - sequences[0] == sequences.Length - 1 => $"{sequences[0]}-{sequences[^1]}",
            _ => string.Join(',', sequences),
        };
}
