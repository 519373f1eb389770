namespace PbKv.Checking;

/// <summary>What view services keep together, with rules left out.</summary>
internal sealed class RegisterWithout(
    ImmutableArray<SafetyRule> rules,
    ViewServiceName self,
    ImmutableArray<ViewServiceName> peers,
    ProtocolSettings settings,
    RegisterState kept,
    ClusterId fresh
) : Register(self, peers, settings, kept, fresh, mayFound: true)
{
    private readonly ulong _disk = kept.Disk;

    private protected override bool MayChange => rules.Contains(SafetyRule.OneChangeAtATime) || base.MayChange;

    public override void Handle(NodeAddress from, Message message, Effects effects) =>
        base.Handle(
            from,
            message is Joining joining && rules.Contains(SafetyRule.FoundedByAll)
                ? joining with
                {
                    To = _disk,
                    IsEmpty = true,
                }
                : message,
            effects
        );

    /// <summary>It takes its question for the answers of all.</summary>
    public override void Decide(long decision, ViewServiceMemory? memory, Effects effects, bool beats = false)
    {
        base.Decide(decision, memory, effects, beats);
        if (memory is not null || !rules.Contains(SafetyRule.RoundAsksMost))
            return;
        foreach (var (to, message) in effects.Messages.ToList())
        {
            if (message is Keep { Entry: var entry } keep)
            {
                var member = entry.Members.First(member => member.Address == to);
                base.Handle(to, new Kept(entry.Group, member.Disk, keep.Term, 0, 0, keep.Round), effects);
            }
        }
    }

    private protected override bool HasVoteFor(ulong disk) =>
        rules.Contains(SafetyRule.VotesOnce) || base.HasVoteFor(disk);

    private protected override bool IsNoOlder(Candidacy candidacy) =>
        rules.Contains(SafetyRule.NewestIsChosen) || base.IsNoOlder(candidacy);

    private protected override bool MostKeepEntry() =>
        rules.Contains(SafetyRule.MostKeepIt)
        || rules.Contains(SafetyRule.OwnTermCounts) && LeadsTerm == 0
        || base.MostKeepEntry();
}
