namespace PbKv.Protocol;

/// <summary>
/// The rules that keep the promises, each with the interleaving that it prevents. They are always on, except where a
/// test turns one off to show that the checker sees what happens then: no public constructor of a node takes a set of
/// rules.
/// </summary>
public enum SafetyRule
{
    /// <summary>
    /// A Get's answer waits for an acknowledgement of a forward sent after it arrived. Without it a primary that is cut
    /// off from the view service, and deposed, goes on answering from its old state while the new one accepts writes.
    /// </summary>
    ForwardGets,

    /// <summary>
    /// A Get's value is the one at its arrival, not at its release. Otherwise a Get that is released with one forward
    /// shows a later write whose own forward is still unacknowledged, and which may yet be lost.
    /// </summary>
    GetValueOnArrival,

    /// <summary>
    /// The answer to a write waits until the backup acknowledged it. Otherwise the primary answers, dies, and the
    /// backup that takes over has never heard of it.
    /// </summary>
    AnswersWaitForAcknowledgement,

    /// <summary>
    /// An acknowledgement names the serial that it is for. Taken as "whatever is in flight", the acknowledgement of a
    /// first forward, or a repeated one, would release the answers of a second that was lost.
    /// </summary>
    AcknowledgementsNameSerial,

    /// <summary>
    /// A forward or acknowledgement counts only in its own view. Otherwise forwards of an earlier life of the same pair
    /// are executed again, or its late acknowledgements release answers that nobody holds.
    /// </summary>
    ForwardsMatchView,

    /// <summary>
    /// Forwards are executed in order and without gaps. Otherwise primary and backup execute in different orders, or
    /// the backup acknowledges past an operation that it never got.
    /// </summary>
    ForwardsInOrder,

    /// <summary>
    /// An identity includes the incarnation. Otherwise a server that restarted, and is empty, is taken for the one that
    /// held the data, and promoted or kept as primary.
    /// </summary>
    IdentityIncludesIncarnation,

    /// <summary>
    /// Only a synced backup is promoted. Otherwise a primary that dies during a transfer is followed by a backup that
    /// holds half of the data.
    /// </summary>
    OnlySyncedIsPromoted,

    /// <summary>
    /// Synced counts only for exactly the view that the ping names. Otherwise a late ping of a former pairing makes a
    /// backup promotable that has only just begun its new transfer.
    /// </summary>
    SyncedMatchesView,

    /// <summary>
    /// A backup is synced only when it holds everything up to the marker. Otherwise a write that was answered alone
    /// just before the switch is lost when the primary dies right after the installation.
    /// </summary>
    MarkerCoversAnsweredAlone,

    /// <summary>
    /// A primary answers nobody until it knows that its view is acknowledged. Otherwise the view service may fall back
    /// past it to the holder of the last acknowledged view, and what it answered is gone.
    /// </summary>
    ConfirmedBeforeAnswering,

    /// <summary>
    /// Fall back goes only to a holder of the last acknowledged view. Otherwise an idle or unsynced server, which lacks
    /// acknowledged writes, becomes primary.
    /// </summary>
    FallBackOnlyToHolder,

    /// <summary>
    /// The next view is made only from an acknowledged one (fall back and reset apart). Otherwise views run ahead of
    /// their primaries, and a backup is promoted in a view that its primary never entered.
    /// </summary>
    ChangeOnlyAcknowledged,

    /// <summary>
    /// A view is acknowledged only by a ping of its primary that names exactly this view. Otherwise a late ping for an
    /// earlier view acknowledges one that the primary has not entered.
    /// </summary>
    AcknowledgedMatchesView,

    /// <summary>
    /// A transfer carries the sessions. Otherwise a write whose reply was lost runs a second time at the server that
    /// was initialised by the transfer.
    /// </summary>
    SessionsTravelWithTransfer,

    /// <summary>
    /// Forwards carry sessions and sequences, and the backup records results. Otherwise a write whose reply was lost
    /// runs a second time at the promoted backup.
    /// </summary>
    SessionsTravelWithForwards,

    /// <summary>
    /// A transfer is installed once per view. Installed again from repeated chunks it would roll back what was executed
    /// since.
    /// </summary>
    InstallOncePerView,

    /// <summary>
    /// An installation replaces what was there. Merged, a former primary keeps keys that were never committed.
    /// </summary>
    InstallReplaces,

    /// <summary>
    /// Every view with a backup begins with a transfer, even if the same two were paired before. Otherwise what the
    /// primary executed alone between the two pairings is missing on the backup.
    /// </summary>
    TransferInEveryView,

    /// <summary>
    /// A duplicate of a request whose answer is still held waits with it. Answered at once from the table of results,
    /// it acknowledges a write that only the primary holds.
    /// </summary>
    DuplicatesWait,

    /// <summary>
    /// An operation of an unknown or expired session is refused. Executed in a new session of that name, a late retry
    /// would run a second time.
    /// </summary>
    UnknownSessionsRefused,

    /// <summary>
    /// A sequence below the session's floor is refused. Its result is forgotten, so executing it would run it a second
    /// time.
    /// </summary>
    BelowFloorRefused,

    /// <summary>
    /// A deposed primary drops the answers that it holds. Released later they tell of writes that the new primary never
    /// had.
    /// </summary>
    HeldDroppedWhenDeposed,

    /// <summary>
    /// Only a new view drops a backup. A primary that decides by itself that its backup is gone goes on alone while the
    /// view service promotes that backup.
    /// </summary>
    OnlyViewDropsBackup,

    /// <summary>
    /// Views of another cluster are not believed. Otherwise a view service that lost its memory hands the data's place
    /// to an empty server.
    /// </summary>
    ClusterIdChecked,
}

/// <summary>Which rules hold: all of them, or all but those a test turned off.</summary>
internal readonly struct SafetyRules
{
    private readonly ulong _off;

    private SafetyRules(ulong off) => _off = off;

    public static SafetyRules All => default;

    public SafetyRules Without(SafetyRule rule) => new(_off | (1UL << (int)rule));

    public bool Has(SafetyRule rule) => (_off & (1UL << (int)rule)) == 0;
}
