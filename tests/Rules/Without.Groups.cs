namespace PbKv.Checking;

/// <summary>A view service of several that leaves rules out.</summary>
internal sealed class MemberWithout(ImmutableArray<SafetyRule> rules, NodeAddress self) : ViewServiceMember(self)
{
    private const int ManyTicks = 5;

    public override void Lead(ViewServiceNode node, Effects effects)
    {
        base.Lead(node, effects);
        if (rules.Contains(SafetyRule.NewLeaderWaits))
        {
            // As if it had listened for long.
            for (var tick = 0; tick < ManyTicks; tick++)
                base.OnTimer(new ViewServiceTick(), effects);
        }
        Tell(effects);
    }

    public override void Decided(long round, bool committed, Effects effects)
    {
        base.Decided(round, committed, effects);
        Tell(effects);
    }

    public override void Handle(NodeAddress from, Message message, Effects effects)
    {
        base.Handle(from, message, effects);
        Tell(effects);
    }

    public override void OnTimer(NodeTimer timer, Effects effects)
    {
        base.OnTimer(timer, effects);
        Tell(effects);
    }

    public override void OnConnectionLost(NodeAddress peer, Effects effects)
    {
        base.OnConnectionLost(peer, effects);
        Tell(effects);
    }

    /// <summary>What has to be decided is told at once, and proposed all the same.</summary>
    private void Tell(Effects effects)
    {
        while (effects.Decision is not 0 and var round && IsDeciding)
        {
            if (!rules.Contains(effects.Memory is null ? SafetyRule.OnlyLeaderTells : SafetyRule.DecidedBeforeTold))
                return;
            base.Decided(round, committed: true, effects);
            if (effects.Decision == round)
                return;
        }
    }
}
