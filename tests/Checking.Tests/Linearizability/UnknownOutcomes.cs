using PbKv.Protocol;
using static PbKv.Protocol.OperationKind;

namespace PbKv.Checking.Tests;

public class UnknownOutcomes
{
    private readonly HistoryScript _h = new();

    [Theory]
    [InlineData("a", true)]
    [InlineData("ab", true)]
    [InlineData("abb", false)]
    [InlineData("b", false)]
    public void An_unanswered_append_happened_once_or_never(string read, bool fine)
    {
        _h.Put("a");
        _h.Begin(2, Append, "b");
        _h.Get(read);
        Assert.Equal(fine, _h.Verdict.Ok);
    }

    [Fact]
    public void It_may_take_effect_long_after_its_client_gave_up()
    {
        _h.Put("a");
        var put = _h.Begin(2, Put, "late");
        _h.History.Respond(put, CallStatus.DeadlinePassed, default);
        _h.Get("a").Put("b").Get("b").Get("late").ShouldBeFine();
    }

    [Fact]
    public void It_takes_effect_once()
    {
        var put = _h.Begin(2, Put, "late");
        _h.History.Respond(put, CallStatus.Cancelled, default);
        _h.Put("a").Get("late").Put("b").Get("late").ShouldBeWrong();
    }

    [Fact]
    public void It_does_not_happen_before_it_was_invoked()
    {
        _h.Get("late");
        _h.Begin(2, Put, "late");
        _h.ShouldBeWrong();
    }

    [Fact]
    public void An_operation_that_was_surely_never_sent_explains_nothing()
    {
        var put = _h.Begin(2, Put, "a");
        _h.History.Respond(put, CallStatus.Unreachable, default);
        _h.Get("a").ShouldBeWrong();
    }

    [Fact]
    public void An_unanswered_PutHash_may_be_what_a_later_one_found()
    {
        _h.Put("x");
        _h.Begin(2, PutHash, "a");
        var hash = Hashing.Fnv1a("x"u8, "a"u8).ToString();
        _h.PutHash("b", hash).ShouldBeFine();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_unanswered_Put_that_leaves_the_value_as_it_is_may_cover_one_that_nobody_saw(bool appendFirst)
    {
        _h.Append("a");
        var covered = _h.Begin(2, Put, "b");
        _h.Begin(3, Put, "a");
        var append = _h.Begin(4, Append, "c");
        _h.End(appendFirst ? append : covered);
        _h.End(appendFirst ? covered : append);
        _h.Get("ac").ShouldBeFine();
    }

    [Fact]
    public void Hundreds_of_unknown_writes_do_not_make_the_search_explode()
    {
        for (var i = 0; i < 300; i++)
        {
            var lost = _h.Begin(2, i % 2 == 0 ? Put : Append, $"lost {i};");
            _h.History.Respond(lost, CallStatus.DeadlinePassed, default);
            _h.Put($"{i}").Append("+").Get($"{i}+");
        }
        _h.Get("lost 4;").Get("lost 4;lost 33;");
        Assert.True(_h.Verdict.Ok, _h.Verdict.Account);
        _h.Get("0+").ShouldBeWrong();
    }
}
