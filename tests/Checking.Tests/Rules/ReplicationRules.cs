using PbKv.Protocol;
using Xunit.Abstractions;
using static PbKv.Checking.SafetyRule;

namespace PbKv.Checking.Tests;

/// <summary>
/// What a backup must take over, and in which order. Each of these rules is shadowed by CopiesAreCompared: a backup
/// that took over something else would start over at once. So that one is turned off with each.
/// </summary>
public class ReplicationRules(ITestOutputHelper output) : RuleTest(output)
{
    [Fact]
    public void Without_comparing_copies_a_bit_that_flipped_on_its_way_stays_in_the_backup()
    {
        Assert.Equal("walue", TakesOver("walue", CopiesAreCompared));
        Assert.Null(TakesOver("walue"));
    }

    [Fact]
    public void Without_order_a_backup_acknowledges_past_a_forward_that_it_never_got() =>
        Breaks("restart-at-the-same-address", LostWrite, ForwardsInOrder, CopiesAreCompared);

    [Fact]
    public void Without_sessions_in_the_transfer_a_retry_runs_a_second_time_at_the_server_that_took_it() =>
        Breaks("leave-under-load", ExecutedTwice, SessionsTravelWithTransfer, CopiesAreCompared);

    [Fact]
    public void Without_sessions_in_the_forwards_a_retry_runs_a_second_time_at_the_promoted_backup() =>
        Breaks("fall-back-to-the-primary", ExecutedTwice, SessionsTravelWithForwards, CopiesAreCompared);

    [Fact]
    public void Without_one_installation_a_view_repeated_chunks_roll_the_backup_back() =>
        Breaks("answered-alone-before-the-switch", LostWrite, InstallOncePerView, CopiesAreCompared);

    [Fact]
    public void Without_replacing_a_former_primary_keeps_a_write_that_was_never_committed_and_runs_it_again() =>
        Breaks("former-primary-comes-back", ExecutedTwice, InstallReplaces, CopiesAreCompared);

    // Shadowed by ForwardsInOrder: the backup misses what was executed between the two pairings, and refuses what does
    // not follow.
    [Fact]
    public void Without_a_transfer_in_every_view_the_backup_misses_what_was_executed_between_two_pairings()
    {
        DoesNotShow("same-pair-again", TransferInEveryView);
        DoesNotShow("same-pair-again", ForwardsInOrder);
        Breaks("same-pair-again", LostWrite, TransferInEveryView, ForwardsInOrder, CopiesAreCompared);
    }

    [Fact]
    public void Without_refusing_unknown_sessions_a_late_request_runs_a_second_time_after_its_session_expired() =>
        Breaks("expired-session", ExecutedTwice, UnknownSessionsRefused, CopiesAreCompared);

    [Fact]
    public void Without_the_era_a_session_that_a_reset_gave_up_is_taken_for_another_client_s() =>
        Breaks("session-of-a-history-given-up", LostWrite, SessionsAreOfTheirEra, CopiesAreCompared);

    [Fact]
    public void Without_the_refusal_in_the_history_a_backup_does_what_its_client_was_told_is_not_done() =>
        Breaks("memory-is-full", WrongHistory, FullIsInTheHistory, CopiesAreCompared);

    [Fact]
    public void Without_the_floor_a_late_request_runs_a_second_time() =>
        Breaks("late-request", ExecutedTwice, BelowFloorRefused, CopiesAreCompared);

    /// <summary>What a backup holds of a value that was changed on its way; null where it gave up its copy.</summary>
    private static string? TakesOver(string flipped, params SafetyRule[] off)
    {
        var rules = off.Aggregate(SafetyRules.All, static (rules, rule) => rules.Without(rule));
        var (viewService, settings, key) = (new NodeAddress("vs"), ProtocolSettings.Default, Bytes.Utf8("key"));
        var primary = rules.Replica(new ServerId(new NodeAddress("a"), 1), [viewService], settings);
        var backup = rules.Replica(new ServerId(new NodeAddress("b"), 1), [viewService], settings);
        var view = new View(new ClusterId(7), 1, primary.Id, backup.Id);
        var effects = new Effects();
        primary.Store.Put(key, Bytes.Utf8("value"));
        primary.Handle(viewService, new ViewNews(view, true), effects);
        backup.Handle(viewService, new ViewNews(view, true), new Effects());
        var chunk = effects.Messages.Select(sent => sent.Message).OfType<Chunk>().Single();
        var entry = chunk.Entries.Single() with { Value = Bytes.Utf8(flipped) };
        backup.Handle(primary.Id.Address, chunk with { Entries = [entry] }, new Effects());
        return backup.Store.TryGet(key, out var value) ? value.ToString() : null;
    }
}
