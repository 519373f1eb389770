using Xunit.Abstractions;
using static PbKv.Checking.SafetyRule;

namespace PbKv.Checking.Tests;

/// <summary>What several view services keep together.</summary>
public class RegisterRules(ITestOutputHelper output)
{
    private const string OneHistory = nameof(EntriesAreOneHistory);

    [Fact]
    public void Without_one_vote_in_a_term_two_lead_it() => Fails("register-two-stand", "OneLeadsATerm", VotesOnce);

    [Fact]
    public void Without_votes_on_disk_one_that_was_restarted_votes_again_and_two_lead_a_term() =>
        Fails("register-two-stand", "OneLeadsATerm", VotesAreOnDisk);

    [Fact]
    public void Without_choosing_the_newest_one_leads_that_lacks_what_was_decided() =>
        Fails("register-one-is-behind", OneHistory, NewestIsChosen);

    [Fact]
    public void Without_being_kept_by_most_what_counted_is_not_known_to_the_next_leader() =>
        Fails("register-one-is-behind", OneHistory, MostKeepIt);

    [Fact]
    public void Without_an_entry_of_its_own_term_that_counts_a_leader_goes_on_from_what_another_one_replaces() =>
        Fails("register-two-stand", OneHistory, OwnTermCounts);

    [Fact]
    public void Without_asking_most_in_a_round_one_that_was_replaced_takes_itself_for_the_leader() =>
        Fails("register-one-is-behind", "OnlyWhoLeadsDecides", RoundAsksMost);

    [Fact]
    public void Without_one_change_at_a_time_two_halves_go_on_by_themselves() =>
        Fails("register-two-of-five-are-removed", OneHistory, OneChangeAtATime);

    [Fact]
    public void Without_another_name_for_a_new_disk_one_that_lost_what_it_kept_chooses_whoever_lacks_it() =>
        Fails("register-one-is-behind", OneHistory, LostDiskIsAnotherMember);

    [Fact]
    public void Without_the_word_of_all_that_they_are_in_no_group_a_second_one_is_founded() =>
        Fails("register-founder-lost-its-disk", "FoundedOnce", FoundedByAll);

    private void Fails(string name, string invariant, SafetyRule off)
    {
        var (setup, rules) = (RegisterSetups.Find(name)!, SafetyRules.All.Without(off));
        var report = new RegisterSearch(setup, rules, SetupsHold.Limits).Run();
        output.WriteLine($"{report.States} states, depth {report.Depth}, {report.WalkSteps} steps walked");
        ModelText.Write(report, output);
        Assert.Equal([invariant], report.Violations.Select(violation => violation.Invariant));
        var found = report.Violations.Single();
        var again = new RegisterSearch(setup, rules, SetupsHold.Limits).Replay(found.Command.Split("--replay ")[1]);
        Assert.Equal(found.Trace, again.Violations.Single().Trace);
    }
}
