using Xunit.Abstractions;
using static PbKv.Checking.SafetyRule;

namespace PbKv.Checking.Tests;

/// <summary>Which of several view services may tell what.</summary>
public class GroupRules(ITestOutputHelper output) : RuleTest(output)
{
    [Fact]
    public void Without_deciding_before_telling_one_number_means_two_views() =>
        Breaks("next-view-of-two-view-services", nameof(ViewNumbersNeverRegress), DecidedBeforeTold);

    [Fact]
    public void Without_knowing_that_it_leads_a_view_service_answers_that_was_replaced() =>
        Breaks("two-view-services", nameof(OnlyLeaderTells), OnlyLeaderTells);

    [Fact]
    public void Without_waiting_a_new_view_service_takes_for_dead_whom_it_has_not_heard_yet() =>
        Breaks("another-view-service-and-no-fault", ModelSetups.ViewWithoutFault, NewLeaderWaits);

    [Fact]
    public void Without_knowing_all_that_was_decided_a_new_view_service_gives_a_number_again() =>
        Breaks("decided-and-not-heard", nameof(ViewNumbersNeverRegress), NewLeaderKnowsAll);
}
