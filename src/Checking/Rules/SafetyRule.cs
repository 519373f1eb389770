namespace PbKv.Checking;

/// <summary>
/// The rules that keep the promises; docs/PROTOCOL.md says what happens without each. The nodes know nothing of this
/// list: <see cref="Without"/> has for each rule what makes a node break it, from outside.
/// </summary>
public enum SafetyRule
{
    /// <summary>A Get's answer waits for an acknowledgement of a forward sent after it arrived.</summary>
    ForwardGets,

    /// <summary>A Get's value is the one at its arrival, not at its release.</summary>
    GetValueOnArrival,

    /// <summary>The answer to a write waits until the backup acknowledged it.</summary>
    AnswersWaitForAcknowledgement,

    /// <summary>An acknowledgement names the serial that it is for.</summary>
    AcknowledgementsNameSerial,

    /// <summary>A forward or acknowledgement counts only in its own view.</summary>
    ForwardsMatchView,

    /// <summary>Forwards are executed in order and without gaps.</summary>
    ForwardsInOrder,

    /// <summary>An identity includes the incarnation.</summary>
    IdentityIncludesIncarnation,

    /// <summary>Only a synced backup is promoted.</summary>
    OnlySyncedIsPromoted,

    /// <summary>Synced counts only for exactly the view that the ping names.</summary>
    SyncedMatchesView,

    /// <summary>A backup is synced only when it holds everything up to the marker.</summary>
    MarkerCoversAnsweredAlone,

    /// <summary>A primary answers nobody until it knows that its view is acknowledged.</summary>
    ConfirmedBeforeAnswering,

    /// <summary>Fall back goes only to a holder of the last acknowledged view.</summary>
    FallBackOnlyToHolder,

    /// <summary>The next view is made only from an acknowledged one (fall back and reset apart).</summary>
    ChangeOnlyAcknowledged,

    /// <summary>A view is acknowledged only by a ping of its primary that names exactly this view.</summary>
    AcknowledgedMatchesView,

    /// <summary>A transfer carries the sessions.</summary>
    SessionsTravelWithTransfer,

    /// <summary>Forwards carry sessions and sequences, and the backup records results.</summary>
    SessionsTravelWithForwards,

    /// <summary>A transfer is installed once per view.</summary>
    InstallOncePerView,

    /// <summary>An installation replaces what was there.</summary>
    InstallReplaces,

    /// <summary>Every view with a backup begins with a transfer, even if the same two were paired before.</summary>
    TransferInEveryView,

    /// <summary>A duplicate of a request whose answer is still held waits with it.</summary>
    DuplicatesWait,

    /// <summary>An operation of an unknown or expired session is refused.</summary>
    UnknownSessionsRefused,

    /// <summary>A session of an earlier era than the server's is unknown.</summary>
    SessionsAreOfTheirEra,

    /// <summary>A sequence below the session's floor is refused.</summary>
    BelowFloorRefused,

    /// <summary>A deposed primary drops the answers that it holds.</summary>
    HeldDroppedWhenDeposed,

    /// <summary>That a write found no memory is in the history: a backup does not decide for itself.</summary>
    FullIsInTheHistory,

    /// <summary>Only a new view drops a backup.</summary>
    OnlyViewDropsBackup,

    /// <summary>A backup compares its copy with the primary's state, and starts over where they differ.</summary>
    CopiesAreCompared,

    /// <summary>Views of another cluster are not believed.</summary>
    ClusterIdChecked,

    /// <summary>A view service that suspected somebody falsely waits longer before it does so again.</summary>
    PatienceAfterFalseSuspicion,

    /// <summary>A tick that the view service, or a primary, slept through makes nobody older.</summary>
    SleptTicksDoNotCount,

    /// <summary>A view's level is the lowest of its servers' and of the view service that makes it.</summary>
    LevelIsTheLowest,
}

/// <summary>
/// Which rules hold, and nodes that keep these: the very ones that are shipped where all do, otherwise those that a
/// test wants to see fail.
/// </summary>
internal sealed class SafetyRules
{
    private readonly ImmutableArray<SafetyRule> _off;

    private SafetyRules(ImmutableArray<SafetyRule> off) => _off = off;

    public static SafetyRules All { get; } = new([]);

    public SafetyRules Without(SafetyRule rule) => new(_off.Add(rule));

    public ViewServiceNode ViewService(
        NodeAddress self,
        ProtocolSettings settings,
        ClusterId fresh,
        ViewServiceMemory? memory
    ) =>
        _off.IsEmpty
            ? new ViewServiceNode(self, settings, fresh, memory)
            : new ViewServiceWithout(LeftOut(), self, settings, fresh, memory);

    public ReplicaNode Replica(ServerId self, NodeAddress viewService, ProtocolSettings settings) =>
        _off.IsEmpty
            ? new ReplicaNode(self, viewService, GroupName.Default, settings)
            : new ReplicaWithout(LeftOut(), self, viewService, settings);

    public ClerkNode Clerk(NodeAddress self, NodeAddress viewService, ProtocolSettings settings) =>
        _off.IsEmpty
            ? new ClerkNode(self, [viewService], GroupName.Default, settings)
            : new ClerkWithout(LeftOut(), self, viewService, settings);

    private ImmutableArray<RuleLeftOut> LeftOut() => [.. _off.Select(Checking.Without.Rule)];
}
