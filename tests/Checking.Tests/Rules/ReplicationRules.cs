using Xunit.Abstractions;
using static PbKv.Checking.SafetyRule;

namespace PbKv.Checking.Tests;

/// <summary>What a backup must take over, and in which order.</summary>
public class ReplicationRules(ITestOutputHelper output) : RuleTest(output)
{
    [Fact]
    public void Without_order_a_backup_acknowledges_past_a_forward_that_it_never_got() =>
        Breaks("restart-at-the-same-address", LostWrite, ForwardsInOrder);

    [Fact]
    public void Without_sessions_in_the_transfer_a_retry_runs_a_second_time_at_the_server_that_took_it() =>
        Breaks("leave-under-load", ExecutedTwice, SessionsTravelWithTransfer);

    [Fact]
    public void Without_sessions_in_the_forwards_a_retry_runs_a_second_time_at_the_promoted_backup() =>
        Breaks("fall-back-to-the-primary", ExecutedTwice, SessionsTravelWithForwards);

    [Fact]
    public void Without_one_installation_a_view_repeated_chunks_roll_the_backup_back() =>
        Breaks("answered-alone-before-the-switch", LostWrite, InstallOncePerView);

    [Fact]
    public void Without_replacing_a_former_primary_keeps_a_write_that_was_never_committed_and_runs_it_again() =>
        Breaks("former-primary-comes-back", ExecutedTwice, InstallReplaces);

    // Shadowed by ForwardsInOrder: the backup misses what was executed between the two pairings, and refuses what does
    // not follow.
    [Fact]
    public void Without_a_transfer_in_every_view_the_backup_misses_what_was_executed_between_two_pairings()
    {
        DoesNotShow("same-pair-again", TransferInEveryView);
        DoesNotShow("same-pair-again", ForwardsInOrder);
        Breaks("same-pair-again", LostWrite, TransferInEveryView, ForwardsInOrder);
    }

    [Fact]
    public void Without_refusing_unknown_sessions_a_late_request_runs_a_second_time_after_its_session_expired() =>
        Breaks("expired-session", ExecutedTwice, UnknownSessionsRefused);

    [Fact]
    public void Without_the_floor_a_late_request_runs_a_second_time() =>
        Breaks("late-request", ExecutedTwice, BelowFloorRefused);
}
