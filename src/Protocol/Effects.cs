namespace PbKv.Protocol;

public readonly record struct Outgoing(NodeAddress To, Message Message);

public readonly record struct TimerSetting(NodeTimer Timer, int MinMs, int MaxMs);

/// <summary>How a call on a clerk ended.</summary>
public enum CallStatus : byte
{
    Ok = 1,
    Missing = 2,
    EmptyKey = 3,
    KeyTooLong = 4,
    ValueTooLarge = 5,

    /// <summary>The deadline passed after the operation may have been sent: the outcome is unknown.</summary>
    DeadlinePassed = 6,

    /// <summary>Cancelled after the operation may have been sent: the outcome is unknown.</summary>
    Cancelled = 7,

    /// <summary>The deadline passed, or the caller cancelled, and nothing was ever sent: surely not executed.</summary>
    Unreachable = 8,

    /// <summary>The session ended while the operation may have been executed in it: the outcome is unknown.</summary>
    SessionExpired = 9,

    /// <summary>The servers have no memory left for it: not executed.</summary>
    Full = 10,

    /// <summary>The view's feature level does not have the operation: not executed.</summary>
    Unsupported = 11,
}

/// <summary>Clerk → its host: a call is over.</summary>
public readonly record struct Completion(long Call, CallStatus Status, Bytes Value);

/// <summary>
/// What a node asks its host to do, in the order of the members: keep the memory, then send, then the rest. The host
/// clears it between inputs and may reuse it.
/// </summary>
public sealed class Effects
{
    /// <summary>View service: to be on disk before anything below is done.</summary>
    public ViewServiceMemory? Memory { get; set; }

    /// <summary>View service: what it keeps of what it has together with others; as for the memory.</summary>
    internal RegisterState? Register { get; set; }

    /// <summary>
    /// One of several view services: to be decided with the others, and the node told by
    /// <see cref="ViewServiceMember.Decided"/>. That the memory is in their log; or, where there is none, that this one
    /// still leads. 0: nothing.
    /// </summary>
    public long Decision { get; set; }

    public List<Outgoing> Messages { get; } = [];

    public List<TimerSetting> Timers { get; } = [];

    public List<NodeTimer> CancelledTimers { get; } = [];

    public List<Completion> Completions { get; } = [];

    public List<Notice> Notices { get; } = [];

    /// <summary>Server that was asked to leave: nothing depends on it any more, it may stop.</summary>
    public bool MayStop { get; set; }

    public void Send(NodeAddress to, Message message) => Messages.Add(new Outgoing(to, message));

    public void Set(NodeTimer timer, int minMs, int maxMs) => Timers.Add(new TimerSetting(timer, minMs, maxMs));

    /// <summary>
    /// Hosts cancel before they set, and carry out what several messages of one envelope brought about together: what
    /// one of them set and a later one cancels is not set.
    /// </summary>
    public void Cancel(NodeTimer timer)
    {
        Timers.RemoveAll(setting => setting.Timer == timer);
        CancelledTimers.Add(timer);
    }

    public void Complete(long call, CallStatus status, Bytes value = default) =>
        Completions.Add(new Completion(call, status, value));

    public void Notice(NoticeKind kind, string text) => Notices.Add(new Notice(kind, text));

    /// <summary>Adds all that is here to what another one has.</summary>
    public void CopyTo(Effects other)
    {
        other.Memory = Memory ?? other.Memory;
        other.Register = Register ?? other.Register;
        other.Messages.AddRange(Messages);
        other.Timers.AddRange(Timers);
        other.CancelledTimers.AddRange(CancelledTimers);
        other.Completions.AddRange(Completions);
        other.Notices.AddRange(Notices);
        other.MayStop |= MayStop;
    }

    public void MoveTo(Effects other)
    {
        CopyTo(other);
        Clear();
    }

    /// <summary>All but the messages.</summary>
    internal void MoveOthersTo(Effects other)
    {
        Outgoing[] messages = [.. Messages];
        Messages.Clear();
        MoveTo(other);
        Messages.AddRange(messages);
    }

    /// <summary>Without the texts, which change nothing.</summary>
    internal void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(Memory?.ToString());
        foreach (var (to, message) in Messages)
        {
            fingerprint.Add(to.Value);
            message.AddTo(ref fingerprint);
        }
        foreach (var setting in Timers)
            fingerprint.Add(setting.Timer.ToString());
        foreach (var timer in CancelledTimers)
            fingerprint.Add(timer.ToString());
    }

    public void Clear()
    {
        Memory = null;
        Register = null;
        Decision = 0;
        Messages.Clear();
        Timers.Clear();
        CancelledTimers.Clear();
        Completions.Clear();
        Notices.Clear();
        MayStop = false;
    }
}

/// <summary>What is worth a log line. Named, so that tests, simulator and log can count them.</summary>
public enum NoticeKind
{
    // The view service's.
    ServerSeen,
    ServerDead,
    ServerBack,
    NewView,
    ViewAcknowledged,
    ViewSynced,
    FellBack,
    Waiting,
    Refused,
    ConnectionLost,
    ResetDone,
    LeaveAsked,

    // A server's.
    RoleChanged,
    Confirmed,
    TransferStarted,
    TransferInstalled,
    TransferAbandoned,
    Switched,
    Synced,
    BackupSilent,
    AnswersReleased,
    AnswersDropped,
    ForwardRefused,
    ForwardGap,
    Deduplicated,
    DuplicateHeld,
    BelowFloor,
    SessionExpired,
    UnknownSession,
    Busy,
    Superseded,
    WrongCluster,
    Left,

    // A clerk's.
    Retry,
    SessionOpened,
    SessionLost,
    ViewLearned,
    DeadlinePassed,

    /// <summary>View service: it remembers no cluster, and begins one.</summary>
    NewCluster,

    /// <summary>Backup: it holds something else than its primary, and starts over.</summary>
    CopyDiffers,

    /// <summary>One of several view services: another one acts, or may.</summary>
    NotActing,

    /// <summary>One of several view services: it was chosen, and acts.</summary>
    Acting,

    /// <summary>The view services of the cluster are others than before.</summary>
    MembersChanged,

    /// <summary>View service: a server was silent for more than half of what makes it dead.</summary>
    ServerLate,
}

public readonly record struct Notice(NoticeKind Kind, string Text);

/// <summary>What a view service must not forget: written down before anybody is told.</summary>
/// <param name="LastAcknowledged">The newest view that was acknowledged (the current one, where it is), or
/// null.</param>
public sealed record ViewServiceMemory(
    ClusterId Cluster,
    View View,
    bool Acknowledged,
    bool Synced,
    View? LastAcknowledged,
    bool LastAcknowledgedSynced
)
{
    internal void Write(WireWriter writer)
    {
        writer.Fixed64(Cluster.Value);
        View.Write(writer);
        writer.Flag(Acknowledged);
        writer.Flag(Synced);
        Protocol.View.WriteOptional(writer, LastAcknowledged);
        writer.Flag(LastAcknowledgedSynced);
    }

    internal static ViewServiceMemory Read(ref WireReader reader) =>
        new(
            new ClusterId(reader.Fixed64()),
            Protocol.View.Read(ref reader),
            reader.Flag(),
            reader.Flag(),
            Protocol.View.ReadOptional(ref reader),
            reader.Flag()
        );
}
