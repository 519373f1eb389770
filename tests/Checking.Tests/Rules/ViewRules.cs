using Xunit.Abstractions;
using static PbKv.Checking.SafetyRule;

namespace PbKv.Checking.Tests;

/// <summary>Who may become primary.</summary>
public class ViewRules(ITestOutputHelper output) : RuleTest(output)
{
    [Fact]
    public void Without_incarnations_a_server_that_restarted_empty_is_taken_for_the_one_that_held_the_data() =>
        Breaks("restart-at-the-same-address", nameof(AtMostOnePrimaryCommits), IdentityIncludesIncarnation);

    [Fact]
    public void Without_synced_a_backup_with_half_of_the_data_is_promoted() =>
        Breaks("answered-alone-before-the-switch", LostWrite, OnlySyncedIsPromoted);

    [Fact]
    public void Without_the_exact_view_in_synced_a_late_ping_of_a_former_pairing_makes_a_backup_promotable() =>
        Breaks("late-ping-of-a-former-pairing", LostWrite, SyncedMatchesView);

    [Fact]
    public void Without_the_marker_a_backup_is_promoted_that_lacks_what_was_answered_alone() =>
        Breaks("answered-alone-before-the-switch", LostWrite, MarkerCoversAnsweredAlone);

    [Fact]
    public void Without_a_holder_to_fall_back_to_a_server_becomes_primary_that_was_in_no_acknowledged_view() =>
        Breaks("two-failovers", nameof(PrimariesDescend), FallBackOnlyToHolder);

    [Fact]
    public void Without_the_cluster_id_an_empty_server_takes_the_place_of_the_data() =>
        Breaks("empty-server-and-no-memory", LostWrite, ClusterIdChecked);

    [Fact]
    public void Without_the_lowest_level_a_view_names_a_server_that_cannot_do_what_it_is_asked_there() =>
        Breaks("two-builds", nameof(LevelNeverAboveServers), LevelIsTheLowest);

    // Shadowed by OnlySyncedIsPromoted: a backup is synced only in a view that its primary entered.
    [Fact]
    public void Without_change_only_from_acknowledged_views_a_backup_is_promoted_in_a_view_never_entered()
    {
        DoesNotShow("view-that-its-primary-never-entered", OnlySyncedIsPromoted);
        Breaks(
            "view-that-its-primary-never-entered",
            nameof(PrimariesDescend),
            ChangeOnlyAcknowledged,
            OnlySyncedIsPromoted
        );
    }

    // Shadowed by OnlySyncedIsPromoted, as above.
    [Fact]
    public void Without_the_exact_view_in_acknowledgements_a_late_ping_lets_a_view_change_that_was_never_entered()
    {
        DoesNotShow("view-that-its-primary-never-entered", OnlySyncedIsPromoted);
        Breaks("view-that-its-primary-never-entered", LostWrite, AcknowledgedMatchesView, OnlySyncedIsPromoted);
    }

    [Fact]
    public void Without_patience_healthy_servers_are_suspected_again_as_soon_as_before() =>
        Breaks("pings-come-late", "SuspectedTooSoonAgain", PatienceAfterFalseSuspicion);

    [Fact]
    public void Without_leaving_out_ticks_that_it_slept_through_a_view_service_suspects_whom_it_has_not_read() =>
        Breaks("view-service-sleeps", "SuspectedAsleep", SleptTicksDoNotCount);

    [Fact]
    public void Without_leaving_out_ticks_that_it_slept_through_a_primary_reports_whom_it_has_not_heard() =>
        Breaks("primary-sleeps", "SilentAsleep", SleptTicksDoNotCount);
}
