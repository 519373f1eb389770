using PbKv.Protocol;
using static PbKv.Protocol.OperationKind;

namespace PbKv.Checking.Tests;

public class KnownHistories
{
    private readonly HistoryScript _h = new();

    [Fact]
    public void Nothing_at_all_is_linearizable() => _h.ShouldBeFine();

    [Fact]
    public void One_client_that_reads_its_writes_is_linearizable() =>
        _h.Get(null).Put("a").Get("a").Append("b").Get("ab").PutHash("c", "ab").ShouldBeFine();

    [Fact]
    public void A_hash_chain_is_followed() => _h.PutHash("a", null).Get("3826002220").ShouldBeFine();

    [Fact]
    public void A_wrong_hash_is_seen() => _h.PutHash("a", null).Get("3826002221").ShouldBeWrong();

    [Fact]
    public void A_write_that_is_gone_is_seen() => _h.Put("a").Get(null).ShouldBeWrong();

    [Fact]
    public void An_old_value_after_a_newer_write_is_seen() => _h.Put("a").Put("b").Get("a").ShouldBeWrong();

    [Fact]
    public void An_append_that_ran_twice_is_seen() => _h.Put("a").Append("b").Get("abb").ShouldBeWrong();

    [Fact]
    public void A_PutHash_that_returns_the_wrong_previous_value_is_seen() =>
        _h.Put("a").PutHash("b", "c").ShouldBeWrong();

    [Fact]
    public void Keys_are_independent() => _h.Put("1", "x").Put("2", "y").Get("1", "x").Get("2", "y").ShouldBeFine();

    [Fact]
    public void Reads_during_a_write_may_see_either_value_but_not_go_back()
    {
        _h.Put("old");
        var write = _h.Begin(2, Put, "new");
        _h.Get("old").Get("new");
        _h.End(write);
        _h.ShouldBeFine();
    }

    [Fact]
    public void Reads_during_a_write_that_go_back_are_seen()
    {
        _h.Put("old");
        var write = _h.Begin(2, Put, "new");
        _h.Get("new").Get("old");
        _h.End(write);
        _h.ShouldBeWrong();
    }

    [Fact]
    public void Concurrent_appends_may_come_in_either_order()
    {
        var first = _h.Begin(1, Append, "a");
        var second = _h.Begin(2, Append, "b");
        _h.End(first);
        _h.End(second);
        _h.Get("ba").ShouldBeFine();
    }

    [Fact]
    public void Appends_one_after_the_other_come_in_that_order() =>
        _h.Append("a").Append("b").Get("ba").ShouldBeWrong();

    [Fact]
    public void Readers_must_agree_on_the_order_of_concurrent_writes()
    {
        var first = _h.Begin(1, Put, "a");
        var second = _h.Begin(2, Put, "b");
        _h.Get("a").Get("b").Get("a");
        _h.End(first);
        _h.End(second);
        _h.ShouldBeWrong();
    }

    [Fact]
    public void An_empty_answer_of_a_client_that_cannot_tell_stands_for_a_missing_key() =>
        _h.Get("").Put("").Get("").ShouldBeFine();

    [Fact]
    public void A_missing_answer_after_an_empty_value_was_put_is_seen() => _h.Put("").Get(null).ShouldBeWrong();

    [Fact]
    public void Values_that_are_no_text_are_compared_byte_by_byte()
    {
        var key = Bytes.Utf8("k");
        byte[] value = [0, 255, 10, 0];
        _h.History.Respond(_h.History.Invoke(1, Put, key, new Bytes(value)), CallStatus.Ok, default);
        _h.History.Respond(_h.History.Invoke(1, Get, key, default), CallStatus.Ok, new Bytes([0, 255, 10]));
        _h.ShouldBeWrong();
    }

    [Fact]
    public void A_violation_names_the_key_and_the_operation_that_nothing_explains()
    {
        _h.Put("fine", "a").Put("1", "b").Get("2", "b");
        Assert.Contains("\"b\"", _h.Verdict.Account);
        Assert.Contains("Get b → \"2\"", _h.Verdict.Account);
    }

    [Fact]
    public void An_operation_is_answered_once()
    {
        var put = _h.Begin(1, Put, "a");
        _h.End(put);
        Assert.Throws<InvalidOperationException>(() => _h.End(put));
    }

    [Fact]
    public void A_search_that_takes_too_long_says_so_and_claims_nothing()
    {
        for (var i = 0; i < 12; i++)
            _h.Begin(i, PutHash, $"{i}");
        _h.Get("1234567890");
        Assert.Equal(Linearizability.GaveUp, LinearizabilityChecker.Check(_h.History, maxSteps: 1000).Outcome);
    }
}
