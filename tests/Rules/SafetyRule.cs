using System.Text;

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
    DecidedBeforeTold,
    OnlyLeaderTells,
    NewLeaderWaits,
    NewLeaderKnowsAll,
    VotesOnce,
    VotesAreOnDisk,
    NewestIsChosen,
    MostKeepIt,
    OwnTermCounts,
    RoundAsksMost,
    OneChangeAtATime,
    LostDiskIsAnotherMember,
    FoundedByAll,
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
            : new ViewServiceWithout(LeftOut(), self, settings, fresh, Known(memory));

    public override ViewServiceMember Member(NodeAddress self) =>
        _off.IsEmpty ? base.Member(self) : new MemberWithout(_off, self);

    public override Register Register(
        ViewServiceName self,
        ImmutableArray<ViewServiceName> peers,
        ProtocolSettings settings,
        RegisterState kept,
        ClusterId fresh
    ) =>
        _off.IsEmpty
            ? base.Register(self, peers, settings, kept, fresh)
            : new RegisterWithout(_off, self, peers, settings, Kept(self, kept), fresh);

    public override ReplicaNode Replica(
        ServerId self,
        ImmutableArray<NodeAddress> viewServices,
        ProtocolSettings settings
    ) =>
        _off.IsEmpty
            ? base.Replica(self, viewServices, settings)
            : new ReplicaWithout(LeftOut(), self, viewServices, settings);

    public override ClerkNode Clerk(
        NodeAddress self,
        ImmutableArray<NodeAddress> viewServices,
        ProtocolSettings settings
    ) =>
        _off.IsEmpty
            ? base.Clerk(self, viewServices, settings)
            : new ClerkWithout(LeftOut(), self, viewServices, settings);

    /// <summary>Of several view services one does not know the view that was decided last.</summary>
    private ViewServiceMemory? Known(ViewServiceMemory? memory) =>
        memory is { LastAcknowledged: { } last } && _off.Contains(SafetyRule.NewLeaderKnowsAll)
            ? memory with
            {
                View = last,
                Acknowledged = true,
                Synced = memory.LastAcknowledgedSynced,
            }
            : memory;

    private RegisterState Kept(ViewServiceName self, RegisterState kept)
    {
        if (_off.Contains(SafetyRule.LostDiskIsAnotherMember))
            kept = kept with { Disk = Hashing.Hash64(Encoding.UTF8.GetBytes(self.Id)) };
        return _off.Contains(SafetyRule.VotesAreOnDisk) ? kept with { Vote = 0 } : kept;
    }

    private ImmutableArray<RuleLeftOut> LeftOut() => [.. _off.Select(Checking.Without.Rule)];
}
