namespace PbKv.Checking;

/// <summary>
/// For each safety rule what leaves it out: about views in Without.Views.cs, about answers in
/// Without.Answers.cs, about what a backup takes over in Without.Replication.cs, about several view services in
/// Without.Groups.cs, about what they keep together in RegisterWithout.cs.
/// </summary>
internal static partial class Without
{
    public static RuleLeftOut Rule(SafetyRule rule) =>
        rule switch
        {
            SafetyRule.IdentityIncludesIncarnation => new IdentityIncludesIncarnation { AnyIncarnation = true },
            SafetyRule.OnlySyncedIsPromoted => new OnlySyncedIsPromoted(),
            SafetyRule.SyncedMatchesView => new SyncedMatchesView(),
            SafetyRule.MarkerCoversAnsweredAlone => new MarkerCoversAnsweredAlone(),
            SafetyRule.FallBackOnlyToHolder => new FallBackOnlyToHolder(),
            SafetyRule.ChangeOnlyAcknowledged => new ChangeOnlyAcknowledged(),
            SafetyRule.AcknowledgedMatchesView => new AcknowledgedMatchesView(),
            SafetyRule.ClusterIdChecked => new RuleLeftOut { AnyCluster = true },
            SafetyRule.PatienceAfterFalseSuspicion => new RuleLeftOut { Impatient = true },
            SafetyRule.SleptTicksDoNotCount => new SleptTicksDoNotCount(),
            SafetyRule.LevelIsTheLowest => new RuleLeftOut { AnyLevel = true },
            SafetyRule.ForwardGets => new AnsweredAtOnce(reads: true),
            SafetyRule.GetValueOnArrival => new GetValueOnArrival(),
            SafetyRule.AnswersWaitForAcknowledgement => new AnswersWaitForAcknowledgement(),
            SafetyRule.AcknowledgementsNameSerial => new AcknowledgementsNameSerial(),
            SafetyRule.ForwardsMatchView => new ForwardsMatchView(),
            SafetyRule.ConfirmedBeforeAnswering => new ConfirmedBeforeAnswering(),
            SafetyRule.DuplicatesWait => new AnsweredAtOnce(reads: false),
            SafetyRule.HeldDroppedWhenDeposed => new HeldDroppedWhenDeposed(),
            SafetyRule.OnlyViewDropsBackup => new OnlyViewDropsBackup(),
            SafetyRule.ForwardsInOrder => new ForwardsInOrder(),
            SafetyRule.SessionsTravelWithTransfer => new SessionsTravelWithTransfer(),
            SafetyRule.SessionsTravelWithForwards => new SessionsTravelWithForwards(),
            SafetyRule.InstallOncePerView => new InstallOncePerView(),
            SafetyRule.InstallReplaces => new InstallReplaces(),
            SafetyRule.TransferInEveryView => new TransferInEveryView(),
            SafetyRule.CopiesAreCompared => new RuleLeftOut { AnyCopy = true },
            SafetyRule.UnknownSessionsRefused => new UnknownSessionsRefused(),
            SafetyRule.SessionsAreOfTheirEra => new SessionsAreOfTheirEra(),
            SafetyRule.FullIsInTheHistory => new FullIsInTheHistory(),
            SafetyRule.BelowFloorRefused => new BelowFloorRefused(),
            // What stands around the node, not in it.
            SafetyRule.DecidedBeforeTold
            or SafetyRule.OnlyLeaderTells
            or SafetyRule.NewLeaderWaits
            or SafetyRule.NewLeaderKnowsAll
            or SafetyRule.VotesOnce
            or SafetyRule.VotesAreOnDisk
            or SafetyRule.NewestIsChosen
            or SafetyRule.MostKeepIt
            or SafetyRule.OwnTermCounts
            or SafetyRule.RoundAsksMost
            or SafetyRule.OneChangeAtATime
            or SafetyRule.LostDiskIsAnotherMember
            or SafetyRule.FoundedByAll => new RuleLeftOut(),
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "nothing leaves this rule out"),
        };
}
