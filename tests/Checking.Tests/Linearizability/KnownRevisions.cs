using PbKv.Protocol;
using static PbKv.Protocol.ChangeEffect;
using static PbKv.Protocol.ChangeOutcome;
using static PbKv.Protocol.ConditionKind;

namespace PbKv.Checking.Tests;

public class KnownRevisions
{
    private static readonly Change Increment = new(new(None), Add, Amount: 1);

    private readonly HistoryScript _h = new();

    [Fact]
    public void A_client_that_changes_and_looks_is_told_what_it_did()
    {
        Told(Put("x") with { Condition = new(Absent) }, Found(Done, false, 3, 3));
        Told(Put("y") with { Condition = new(Revision, 3), WantsValue = true }, Found(Done, true, 5, 3, "x"));
        Look(true, 5, 3, "y");
        Told(Put("z") with { Condition = new(Value, 0, Bytes.Utf8("x")) }, Found(NotDone, true, 5, 3));
        Told(Increment, Found(NotANumber, true, 5, 3));
        Told(new Change(new(Present), Delete), Found(Done, true, 9, 0));
        Look(false, 0, 0, "");
        Told(new Change(new(None), Delete), Found(Done, false, 10, 0));
        _h.ShouldBeFine();
    }

    [Theory]
    [InlineData(9, "2", true)]
    [InlineData(9, "1", false)]
    [InlineData(7, "2", false)]
    public void The_second_of_two_increments_sees_the_first(long revision, string sum, bool fine)
    {
        Told(Increment, Found(Done, false, 7, 7, "1"));
        Told(Increment, Found(Done, true, revision, 7, sum));
        Assert.Equal(fine, _h.Verdict.Ok);
    }

    [Fact]
    public void A_sum_of_more_than_64_bits_changes_nothing()
    {
        _h.Put("9223372036854775807");
        Told(Increment, Found(Overflow, true, 4, 4));
        Look(true, 4, 4, "9223372036854775807");
        _h.ShouldBeFine();
    }

    [Fact]
    public void Of_two_changes_on_the_same_revision_one_is_done()
    {
        Told(Put("a"), Found(Done, false, 2, 2));
        Told(Put("b") with { Condition = new(Revision, 2) }, Found(Done, true, 3, 2));
        Told(Put("c") with { Condition = new(Revision, 2) }, Found(Done, true, 4, 2));
        _h.ShouldBeWrong();
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("2", true)]
    [InlineData("3", false)]
    public void An_unanswered_increment_happened_once_or_never(string seen, bool fine)
    {
        Told(Increment, Found(Done, false, 7, 7, "1"));
        Begin(2, Increment);
        Look(true, seen == "1" ? 7 : 8, 7, seen);
        Assert.Equal(fine, _h.Verdict.Ok);
    }

    [Theory]
    [InlineData(12, true)]
    [InlineData(11, false)]
    public void An_unanswered_change_on_a_revision_happened_only_there(long seen, bool fine)
    {
        _h.Put("a");
        _h.Append("b");
        Begin(2, Put("c") with { Condition = new(Revision, 11) });
        Look(true, seen, 10, "c");
        Assert.Equal(fine, _h.Verdict.Ok);
    }

    [Fact]
    public void A_revision_that_goes_back_is_seen()
    {
        _h.Put("a");
        Look(true, 8, 8, "a");
        _h.Append("b");
        Look(true, 7, 7, "ab");
        _h.ShouldBeWrong();
    }

    [Fact]
    public void A_revision_that_rises_without_a_write_is_seen()
    {
        _h.Put("a");
        Look(true, 8, 8, "a");
        Look(true, 9, 8, "a");
        _h.ShouldBeWrong();
    }

    [Theory]
    [InlineData(6, true)]
    [InlineData(2, false)]
    [InlineData(9, false)]
    public void A_key_that_was_deleted_and_written_again_is_there_since_then(long created, bool fine)
    {
        Told(Put("a"), Found(Done, false, 2, 2));
        Told(new Change(new(None), Delete), Found(Done, true, 5, 0));
        _h.Put("b").Append("c");
        Look(true, 9, created, "bc");
        Assert.Equal(fine, _h.Verdict.Ok);
    }

    [Fact]
    public void A_delete_of_nothing_has_a_revision()
    {
        Told(new Change(new(None), Delete), Found(Done, false, 5, 0));
        Told(Put("a"), Found(Done, false, 4, 4));
        _h.ShouldBeWrong();
    }

    [Fact]
    public void An_unanswered_put_that_leaves_the_value_as_it_is_may_cover_one_that_nobody_saw()
    {
        _h.Append("-1");
        var covered = _h.Begin(2, OperationKind.Append, "-1");
        _h.Begin(3, OperationKind.Put, "-1");
        Told(Increment, Found(Done, true, 7, 1, "0"));
        _h.End(covered);
        Look(true, 7, 1, "0");
        _h.ShouldBeFine();
    }

    [Fact]
    public void A_violation_shows_changes_for_people()
    {
        Told(Put("x") with { Condition = new(Absent) }, Found(Done, false, 17, 17));
        Look(true, 17, 17, "y");
        Assert.Contains(
            "Change k if absent put \"x\" → done at 17 (there since 17), found nothing",
            _h.Verdict.Account
        );
        Assert.Contains("Look k → found \"y\" at 17 (there since 17)", _h.Verdict.Account);
    }

    [Fact]
    public void What_is_no_Change_or_no_Finding_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _h.Begin(1, OperationKind.Change, "?"));
        var look = _h.Begin(1, OperationKind.Look);
        Assert.Throws<ArgumentException>(() => _h.End(look, "?"));
    }

    private static Change Put(string value) => new(new(None), ChangeEffect.Put, Value: Bytes.Utf8(value));

    private static Finding Found(ChangeOutcome outcome, bool existed, long revision, long created, string value = "") =>
        new(outcome, existed, revision, created, Bytes.Utf8(value));

    private int Begin(int client, Change change) =>
        _h.History.Invoke(client, OperationKind.Change, Bytes.Utf8("k"), change.Encode());

    private void Told(Change change, Finding found) =>
        _h.History.Respond(Begin(1, change), CallStatus.Ok, found.Encode());

    private void Look(bool exists, long revision, long created, string value)
    {
        var found = Found(Done, exists, revision, created, value);
        _h.History.Respond(_h.Begin(1, OperationKind.Look), CallStatus.Ok, found.Encode());
    }
}
