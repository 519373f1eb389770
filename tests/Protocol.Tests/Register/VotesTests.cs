using static PbKv.Protocol.Tests.Registers.OneRegister;

namespace PbKv.Protocol.Tests.Registers;

/// <summary>What one member promises to candidates, and what counts where it is one itself.</summary>
public sealed class VotesTests
{
    [Fact]
    public void In_one_term_it_chooses_one_candidate_and_says_so_again()
    {
        var one = new OneRegister(Entry(1, 5));
        Assert.Equal(
            new Vote(Group, B.Disk, 2, Trial: false, Given: true),
            one.Asked(A, Candidacy(A, term: 2, entryTerm: 1, index: 5))
        );
        Assert.Equal((2, A.Disk), (one.Kept.Term, one.Kept.Vote));
        Assert.Equal(
            new Vote(Group, B.Disk, 2, Trial: false, Given: false),
            one.Asked(C, Candidacy(C, term: 2, entryTerm: 1, index: 9))
        );
        Assert.True(one.Asked(A, Candidacy(A, term: 2, entryTerm: 1, index: 5)).Given);
        Assert.Equal(A.Disk, one.Kept.Vote);
    }

    [Fact]
    public void An_older_entry_gets_no_vote_and_another_candidate_gets_it_in_the_same_term()
    {
        var one = new OneRegister(Entry(1, 5));
        foreach (var (term, index) in new[] { (1, 4), (0, 9) })
            Assert.False(one.Asked(A, Candidacy(A, term: 2, term, index)).Given);
        Assert.Equal((2, 0UL), (one.Kept.Term, one.Kept.Vote));
        Assert.True(one.Asked(C, Candidacy(C, term: 2, entryTerm: 1, index: 5)).Given);
        Assert.NotNull(one.Waits<PatienceTimer>());
    }

    [Fact]
    public void A_candidate_of_an_earlier_term_hears_of_the_newer_one()
    {
        var one = new OneRegister(Entry(1, 5), term: 4);
        var vote = one.Asked(A, Candidacy(A, term: 3, entryTerm: 1, index: 5));
        Assert.Equal((false, 4), (vote.Given, vote.Term));
        Assert.Null(one.Effects.Register);
    }

    [Fact]
    public void A_trial_promises_nothing()
    {
        var one = new OneRegister(Entry(1, 5));
        foreach (var member in new[] { A, C })
        {
            var vote = one.Asked(member, Candidacy(member, term: 2, entryTerm: 1, index: 5, trial: true));
            Assert.Equal(new Vote(Group, B.Disk, 2, Trial: true, Given: true), vote);
            Assert.Null(one.Effects.Register);
            Assert.Empty(one.Effects.Timers);
        }
        Assert.False(one.Asked(A, Candidacy(A, term: 1, entryTerm: 1, index: 5, trial: true)).Given);
        Assert.False(one.Asked(A, Candidacy(A, term: 2, entryTerm: 1, index: 4, trial: true)).Given);
    }

    [Fact]
    public void A_leader_is_left_when_it_was_silent_for_so_many_ticks_and_no_sooner()
    {
        var one = new OneRegister(Entry(1, 5));
        one.Hear(A, new Keep(1, Entry(1, 5), 0));
        for (var tick = 0; tick < Settings.DeadPings; tick++)
        {
            Assert.False(one.Asked(C, Candidacy(C, term: 2, entryTerm: 1, index: 5, trial: true)).Given);
            one.Fire(new RegisterTick());
        }
        Assert.True(one.Asked(C, Candidacy(C, term: 2, entryTerm: 1, index: 5, trial: true)).Given);
    }

    [Fact]
    public void One_that_tries_counts_what_was_given_to_this_trial_only()
    {
        var one = new OneRegister(Entry(1, 5));
        one.Fire(new PatienceTimer());
        Assert.All(one.Sent<Candidacy>(), sent => Assert.Equal(Candidacy(B, 2, 1, 5, trial: true), sent));
        Assert.Equal([A.Address, C.Address], one.Effects.Messages.Select(sent => sent.To));
        one.Hear(A, new Vote(Group, A.Disk, 1, Trial: true, Given: false));
        one.Hear(A, new Vote(Group, A.Disk, 1, Trial: true, Given: true));
        one.Hear(A, new Vote(Group, A.Disk, 3, Trial: true, Given: true));
        one.Hear(A, new Vote(Group, A.Disk, 1, Trial: false, Given: true));
        one.Hear(A, new Vote(Group, 99, 2, Trial: true, Given: true));
        Assert.Empty(one.Effects.Messages);
        Assert.Equal((1, 0UL), (one.Kept.Term, one.Kept.Vote));
        one.Hear(A, new Vote(Group, A.Disk, 2, Trial: true, Given: true));
        Assert.All(one.Sent<Candidacy>(), sent => Assert.Equal(Candidacy(B, 2, 1, 5), sent));
        Assert.Equal((2, B.Disk), (one.Kept.Term, one.Kept.Vote));
    }

    [Fact]
    public void One_that_stands_counts_the_votes_of_its_term_only()
    {
        var one = Standing();
        one.Hear(A, new Vote(Group, A.Disk, 2, Trial: false, Given: false));
        one.Hear(A, new Vote(Group, A.Disk, 1, Trial: false, Given: true));
        one.Hear(A, new Vote(Group, A.Disk, 3, Trial: true, Given: true));
        one.Hear(A, new Vote(Group, A.Disk, 2, Trial: true, Given: true));
        one.Hear(A, new Vote(Group, 99, 2, Trial: false, Given: true));
        Assert.Empty(one.Effects.Messages);
        one.Hear(C, new Vote(Group, C.Disk, 2, Trial: false, Given: true));
        Assert.Equal([(2, 6), (2, 6)], one.Sent<Keep>().Select(keep => (keep.Entry.Term, keep.Entry.Index)));
        Assert.Equal(B.Address, one.Node.Leader);
    }

    [Fact]
    public void Whoever_hears_of_a_newer_term_gives_up_what_it_was()
    {
        foreach (var trial in new[] { true, false })
        {
            var tries = new OneRegister(Entry(1, 5));
            tries.Fire(new PatienceTimer());
            tries.Hear(A, new Vote(Group, A.Disk, 9, trial, Given: false));
            Assert.Equal(9, tries.Kept.Term);
            tries.Hear(A, new Vote(Group, A.Disk, 10, Trial: true, Given: true));
            Assert.Equal(9, tries.Kept.Term);
        }
        var leads = Leading();
        leads.Hear(A, new Kept(Group, A.Disk, 9, 2, 6, 0));
        Assert.Equal((9, 0L), (leads.Kept.Term, leads.Node.LeadsTerm));
        Assert.Null(leads.Node.Leader);
        Assert.NotNull(leads.Waits<PatienceTimer>());
    }

    [Fact]
    public void A_term_that_cannot_be_is_nobody_s()
    {
        var one = new OneRegister(Entry(1, 5));
        one.Hear(A, Candidacy(A, View.MostNumber + 1, 1, 5));
        Assert.Equal(1, one.Kept.Term);
        one.Hear(A, Candidacy(A, View.MostNumber, 1, 5));
        Assert.Equal(View.MostNumber, one.Kept.Term);
    }

    [Fact]
    public void A_leader_asks_one_of_its_own_term_to_stand()
    {
        var one = new OneRegister(Entry(1, 5));
        one.Hear(A, new Summons(Group, 2));
        one.Hear(A, new Summons(Group, 0));
        one.Hear(A, new Summons(new ClusterId(8), 1));
        Assert.Equal(1, one.Kept.Term);
        var leads = Leading();
        leads.Hear(A, new Summons(Group, 2));
        Assert.Equal(2, leads.Node.LeadsTerm);
        var removed = new OneRegister(Entry(1, 5, A, C));
        removed.Hear(A, new Summons(Group, 1));
        Assert.Equal(1, removed.Kept.Term);
    }

    [Fact]
    public void It_waits_as_long_as_what_it_waits_for_may_take()
    {
        var (tick, patience) = (Settings.PingIntervalMs, Settings.DeadPings * Settings.PingIntervalMs);
        var one = new OneRegister(Entry(1, 5));
        Assert.Equal((tick, patience), one.Waits<PatienceTimer>());
        Assert.Equal((tick * 7 / 8, tick), one.Waits<RegisterTick>());
        one.Fire(new RegisterTick());
        Assert.Equal((tick * 7 / 8, tick), one.Waits<RegisterTick>());
        Assert.Null(one.Waits<PatienceTimer>());
        one.Hear(A, new Keep(1, Entry(1, 5), 0));
        Assert.Equal((patience, patience * 3 / 2), one.Waits<PatienceTimer>());
        one.Lose(C);
        Assert.Null(one.Waits<PatienceTimer>());
        Assert.Equal(A.Address, one.Node.Leader);
        one.Lose(A);
        Assert.Equal((1, Settings.ConnectionLostMs), one.Waits<PatienceTimer>());
        Assert.Null(one.Node.Leader);
        one.Fire(new PatienceTimer { Late = true });
        Assert.Equal((patience, patience * 3 / 2), one.Waits<PatienceTimer>());
        one.Fire(new PatienceTimer());
        Assert.Equal((tick / 2, tick), one.Waits<PatienceTimer>());
        one.Hear(A, new Vote(Group, A.Disk, 2, Trial: true, Given: true));
        Assert.Equal((tick, 3 * tick), one.Waits<PatienceTimer>());
        one.Hear(A, new Vote(Group, A.Disk, 2, Trial: false, Given: true));
        Assert.Null(one.Waits<PatienceTimer>());
        Assert.IsType<PatienceTimer>(Assert.Single(one.Effects.CancelledTimers));
        one.Hear(A, new Kept(Group, A.Disk, 3, 2, 6, 0));
        Assert.Equal((patience, patience * 3 / 2), one.Waits<PatienceTimer>());
    }
}
