using System.Collections.Immutable;
using System.Diagnostics;
using Akka.Event;
using PbKv.Protocol;

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
