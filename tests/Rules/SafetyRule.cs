namespace PbKv.Checking;

/// <summary>
/// The rules that keep the promises; docs/PROTOCOL.md says what each says, and what happens without it. The nodes know
/// nothing of this list: <see cref="Without"/> has for each rule what makes a node break it, from outside.
/// </summary>
public enum SafetyRule
{
    ForwardGets,
    GetValueOnArrival,
    AnswersWaitForAcknowledgement,
    AcknowledgementsNameSerial,
    ForwardsMatchView,
    ForwardsInOrder,
    IdentityIncludesIncarnation,
    OnlySyncedIsPromoted,
    SyncedMatchesView,
    MarkerCoversAnsweredAlone,
    ConfirmedBeforeAnswering,
    FallBackOnlyToHolder,
    ChangeOnlyAcknowledged,
    AcknowledgedMatchesView,
    SessionsTravelWithTransfer,
    SessionsTravelWithForwards,
    InstallOncePerView,
    InstallReplaces,
    TransferInEveryView,
    DuplicatesWait,
    UnknownSessionsRefused,
    SessionsAreOfTheirEra,
    BelowFloorRefused,
    HeldDroppedWhenDeposed,
    FullIsInTheHistory,
    OnlyViewDropsBackup,
    CopiesAreCompared,
    ClusterIdChecked,
    PatienceAfterFalseSuspicion,
    SleptTicksDoNotCount,
    LevelIsTheLowest,
}

/// <summary>
/// Which rules hold, and nodes that keep these: the very ones that are shipped where all do, otherwise those that a
/// test wants to see fail.
/// </summary>
internal sealed class SafetyRules : Nodes
{
    private readonly ImmutableArray<SafetyRule> _off;

    private SafetyRules(ImmutableArray<SafetyRule> off) => _off = off;

    public static SafetyRules All { get; } = new([]);

    public SafetyRules Without(SafetyRule rule) => new(_off.Add(rule));

    public override ViewServiceNode ViewService(
        NodeAddress self,
        ProtocolSettings settings,
        ClusterId fresh,
        ViewServiceMemory? memory
    ) =>
        _off.IsEmpty
            ? base.ViewService(self, settings, fresh, memory)
            : new ViewServiceWithout(LeftOut(), self, settings, fresh, memory);

    public override ReplicaNode Replica(ServerId self, NodeAddress viewService, ProtocolSettings settings) =>
        _off.IsEmpty
            ? base.Replica(self, viewService, settings)
            : new ReplicaWithout(LeftOut(), self, viewService, settings);

    public override ClerkNode Clerk(NodeAddress self, NodeAddress viewService, ProtocolSettings settings) =>
        _off.IsEmpty
            ? base.Clerk(self, viewService, settings)
            : new ClerkWithout(LeftOut(), self, viewService, settings);

    private ImmutableArray<RuleLeftOut> LeftOut() => [.. _off.Select(Checking.Without.Rule)];
}
