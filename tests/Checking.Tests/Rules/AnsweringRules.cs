using Xunit.Abstractions;
using static PbKv.Checking.SafetyRule;

namespace PbKv.Checking.Tests;

/// <summary>When a primary may answer.</summary>
public class AnsweringRules(ITestOutputHelper output) : RuleTest(output)
{
    [Fact]
    public void Without_forwarded_gets_a_deposed_primary_answers_from_its_old_state() =>
        Breaks("deposed-primary-is-asked", WrongHistory, ForwardGets);

    [Fact]
    public void Without_the_value_on_arrival_a_get_shows_a_write_that_is_lost_afterwards() =>
        Breaks("read-of-a-write-in-flight", WrongHistory, GetValueOnArrival);

    [Fact]
    public void Without_waiting_for_the_acknowledgement_an_answered_write_dies_with_the_primary() =>
        Breaks("two-failovers", LostWrite, AnswersWaitForAcknowledgement);

    [Fact]
    public void Without_a_serial_in_acknowledgements_the_one_for_an_earlier_forward_releases_a_later_answer() =>
        Breaks("primary-cut-from-view-service", LostWrite, AcknowledgementsNameSerial);

    [Fact]
    public void Without_the_view_in_acknowledgements_one_of_an_earlier_life_of_the_pair_releases_an_answer() =>
        Breaks("late-acknowledgements", LostWrite, ForwardsMatchView);

    [Fact]
    public void Without_a_confirmed_view_a_primary_answers_what_the_view_service_falls_back_past() =>
        Breaks("fall-back-to-the-backup", LostWrite, ConfirmedBeforeAnswering);

    [Fact]
    public void Without_waiting_duplicates_a_retry_acknowledges_what_only_the_primary_holds() =>
        Breaks("primary-and-backup-cut", LostWrite, DuplicatesWait);

    [Fact]
    public void Without_dropping_held_answers_a_deposed_primary_acknowledges_what_its_successor_never_had() =>
        Breaks("fall-back-to-the-primary", LostWrite, HeldDroppedWhenDeposed);

    [Fact]
    public void Without_the_view_service_a_primary_drops_the_backup_that_is_promoted_after_it() =>
        Breaks("primary-and-backup-cut", LostWrite, OnlyViewDropsBackup);
}
