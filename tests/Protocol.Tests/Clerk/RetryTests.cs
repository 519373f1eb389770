using static PbKv.Protocol.Tests.ClerkNodes.ClerkBench;

namespace PbKv.Protocol.Tests.ClerkNodes;

public class RetryTests
{
    private static readonly ProtocolSettings Quick = ProtocolSettings.Default with { RequestTimeoutTicks = 8 };

    [Fact]
    public void A_request_without_an_answer_is_tried_again_with_the_same_session_and_sequences()
    {
        var bench = Ready(Quick);
        bench.Put(1);
        var request = bench.Only<Request>();
        bench.Tick(7);
        Assert.Empty(bench.Sent);
        bench.Tick();
        Assert.True(bench.Noticed(NoticeKind.Retry));
        bench.Only<ViewRequest>();
        Assert.NotNull(bench.Pause);
        bench.PauseOver();
        var again = bench.Only<Request>();
        Assert.NotEqual(request.Number, again.Number);
        Assert.Equal(request.Batch.Session, again.Batch.Session);
        Assert.Equal(request.Batch.Operations.ToList(), again.Batch.Operations.ToList());
    }

    [Fact]
    public void Everything_unanswered_is_sent_again_in_order_of_sequence_in_requests_as_large_as_allowed()
    {
        var bench = Ready(Quick);
        var first = Sent(bench, 1);
        for (var call = 2; call <= 4; call++)
            Sent(bench, call);
        for (var call = 5; call <= 10; call++)
            bench.Put(call);
        bench.Lose(A.Address);
        bench.PauseOver();
        Assert.Equal(
            Enumerable.Range(2, 10).Select(i => (long)i),
            bench.Only<Request>().Batch.Operations.Select(o => o.Sequence)
        );
        bench.Answer(first);
        Assert.Equal(1, Assert.Single(bench.Completed).Call);
    }

    [Fact]
    public void After_a_connection_that_broke_while_nothing_was_under_way_the_next_request_asks_for_the_view()
    {
        var bench = Ready(Quick);
        bench.Lose(A.Address);
        Assert.Empty(bench.Sent);
        bench.Put(1);
        Assert.Single(bench.SentOf<ViewRequest>());
        var request = Assert.Single(bench.SentOf<Request>());
        bench.Hear(new ViewNews(bench.Node.View, true), Views1);
        Assert.Empty(bench.Sent);
        bench.Answer(request);
        bench.Put(2);
        bench.Only<Request>();
    }

    [Fact]
    public void A_connection_that_broke_to_a_primary_of_an_earlier_view_raises_no_question()
    {
        var bench = Ready(Quick);
        bench.Lose(A.Address);
        bench.Hear(new ViewNews(View(9, B, A), true), Views1);
        bench.Put(1);
        bench.Only<Request>();
    }

    [Fact]
    public void A_late_reply_to_an_earlier_request_is_welcome_and_frees_the_place_of_the_later_one()
    {
        var bench = Ready(Quick with { RequestsInFlight = 1 });
        var first = Sent(bench, 1);
        bench.Lose(A.Address);
        bench.PauseOver();
        bench.Put(2);
        Assert.Empty(bench.Sent);
        bench.Answer(first);
        Assert.Equal(1, Assert.Single(bench.Completed).Call);
        Assert.Equal([3L], bench.SequencesSent());
    }

    [Fact]
    public void What_a_reply_left_out_and_a_refusal_put_off_is_sent_again_and_nothing_else()
    {
        var bench = Ready(Quick with { RequestsInFlight = 1 });
        Sent(bench, 1);
        for (var call = 2; call <= 6; call++)
            bench.Put(call);
        bench.Lose(A.Address);
        bench.PauseOver();
        var request = bench.Only<Request>();
        bench.Hear(
            ClerkBench.ReplyTo(request) with
            {
                Results = [.. ClerkBench.ReplyTo(request).Results[..3]],
            },
            A.Address
        );
        Assert.Equal([1L, 2, 3], bench.Completed.Select(completion => completion.Call));
        bench.Refuse(request.Number, RefusalReason.Busy);
        Assert.Empty(bench.Sent);
        bench.PauseOver();
        Assert.Equal(request.Batch.Operations[3..].Select(operation => operation.Sequence), bench.SequencesSent());
    }

    [Fact]
    public void Pauses_double_up_to_the_cap_and_leave_room_for_jitter()
    {
        var bench = Ready(Quick with { RetryMinMs = 2, RetryMaxMs = 20 });
        bench.Put(1);
        var pauses = new List<(int, int)>();
        for (var i = 0; i < 6; i++)
        {
            bench.Lose(A.Address);
            pauses.Add((bench.Pause!.Value.MinMs, bench.Pause!.Value.MaxMs));
            bench.PauseOver();
        }
        Assert.Equal([(2, 4), (4, 8), (8, 16), (10, 20), (10, 20), (10, 20)], pauses);
    }

    [Fact]
    public void An_answer_makes_the_pauses_short_again()
    {
        var bench = Ready(Quick);
        bench.Put(1);
        for (var i = 0; i < 4; i++)
        {
            bench.Lose(A.Address);
            bench.PauseOver();
        }
        bench.Answer(bench.Only<Request>());
        bench.Put(2);
        bench.Lose(A.Address);
        Assert.Equal((2, 4), (bench.Pause!.Value.MinMs, bench.Pause!.Value.MaxMs));
    }

    [Fact]
    public void A_lost_connection_with_nothing_in_flight_costs_nothing()
    {
        var bench = Ready();
        bench.Lose(A.Address);
        bench.Lose(Views1);
        Assert.Empty(bench.Sent);
        Assert.Empty(bench.Effects.Timers);
    }

    [Fact]
    public void A_lost_connection_to_somebody_else_is_no_reason_to_try_again()
    {
        var bench = Ready();
        bench.Put(1);
        bench.Lose(B.Address);
        Assert.Empty(bench.Sent);
    }

    [Theory]
    [InlineData(RefusalReason.NotPrimary)]
    [InlineData(RefusalReason.WrongGroup)]
    public void A_refusal_makes_it_ask_the_view_service_and_pause(RefusalReason reason)
    {
        var bench = Ready();
        var request = Sent(bench, 1);
        bench.Refuse(request.Number, reason);
        bench.Only<ViewRequest>();
        Assert.NotNull(bench.Pause);
        bench.PauseOver();
        Assert.Equal(request.Batch.Operations.ToList(), bench.Only<Request>().Batch.Operations.ToList());
    }

    [Fact]
    public void A_refusal_that_tells_of_a_newer_view_is_followed_at_once_without_asking()
    {
        var bench = Ready();
        var request = Sent(bench, 1);
        bench.Refuse(request.Number, RefusalReason.NotPrimary, View(2, B));
        Assert.Equal(request.Batch.Operations.ToList(), bench.Only<Request>().Batch.Operations.ToList());
        Assert.Equal(B.Address, bench.Sent[0].To);
        Assert.Null(bench.Pause);
    }

    [Fact]
    public void A_pushed_view_with_another_primary_is_followed_at_once_even_during_a_pause()
    {
        var bench = Ready();
        Sent(bench, 1);
        bench.Lose(A.Address);
        Assert.NotNull(bench.Pause);
        bench.Hear(new ViewNews(View(2, B), false));
        Assert.Contains(new RetryTimer(), bench.Effects.CancelledTimers);
        bench.Only<Request>();
        Assert.Equal(B.Address, bench.Sent[0].To);
    }

    [Fact]
    public void A_primary_that_stays_in_the_next_view_is_sent_nothing_twice()
    {
        var bench = Ready();
        var request = Sent(bench, 1);
        bench.Hear(new ViewNews(View(2, A), true));
        Assert.Empty(bench.Sent);
        bench.Answer(request);
        Assert.Single(bench.Completed);
    }

    [Fact]
    public void A_request_of_an_older_view_is_retried_at_once_when_the_newer_is_already_known()
    {
        var bench = Ready();
        var request = Sent(bench, 1);
        bench.Hear(new ViewNews(View(2, A), true));
        bench.Lose(A.Address);
        Assert.Equal(request.Batch.Operations.ToList(), bench.Only<Request>().Batch.Operations.ToList());
        Assert.Equal(2, bench.Only<Request>().View.Number);
        bench.Lose(A.Address);
        bench.Only<ViewRequest>();
        Assert.NotNull(bench.Pause);
    }

    [Fact]
    public void A_reply_may_bring_the_newer_view()
    {
        var bench = Ready();
        bench.Answer(Sent(bench, 1), newer: View(4, B));
        Assert.Equal(4, bench.Node.View.Number);
        Sent(bench, 2);
        Assert.Equal(B.Address, bench.Sent[0].To);
    }

    [Theory]
    [InlineData(RefusalReason.NotReady)]
    [InlineData(RefusalReason.Busy)]
    public void Patience_asked_for_by_the_primary_costs_a_growing_pause_and_no_question(RefusalReason reason)
    {
        var bench = Ready();
        var request = Sent(bench, 1);
        bench.Refuse(request.Number, reason);
        Assert.Empty(bench.Sent);
        Assert.Equal((2, 4), (bench.Pause!.Value.MinMs, bench.Pause!.Value.MaxMs));
        bench.PauseOver();
        bench.Refuse(bench.Only<Request>().Number, reason);
        Assert.Empty(bench.Sent);
        Assert.Equal((4, 8), (bench.Pause!.Value.MinMs, bench.Pause!.Value.MaxMs));
    }

    [Fact]
    public void A_primary_that_is_not_ready_for_long_makes_it_ask_now_and_then()
    {
        var bench = Ready(Quick with { RetryMinMs = 2, RetryMaxMs = 16 });
        bench.Put(1);
        var asked = 0;
        for (var i = 0; i < 10; i++)
        {
            bench.Refuse(bench.SentOf<Request>().Single().Number, RefusalReason.NotReady);
            asked += bench.SentOf<ViewRequest>().Count();
            if (asked > 0)
                bench.Hear(new ViewNews(bench.Node.View, false));
            bench.PauseOver();
        }
        Assert.InRange(asked, 1, 8);
    }

    [Fact]
    public void One_request_put_off_leaves_the_others_in_flight()
    {
        var bench = Ready();
        var first = Sent(bench, 1);
        var second = Sent(bench, 2);
        bench.Refuse(first.Number, RefusalReason.Busy);
        bench.Put(3);
        Assert.Empty(bench.Sent);
        bench.Answer(second);
        Assert.Equal(2, Assert.Single(bench.Completed).Call);
        Assert.Empty(bench.Sent);
        bench.PauseOver();
        Assert.Equal([2L, 4L], bench.SequencesSent());
    }

    [Fact]
    public void Many_refusals_at_once_make_one_pause_and_one_question()
    {
        var bench = Ready();
        var requests = Enumerable.Range(1, 4).Select(call => Sent(bench, call)).ToList();
        var (questions, pauses) = (0, 0);
        foreach (var request in requests)
        {
            bench.Refuse(request.Number, RefusalReason.NotPrimary);
            questions += bench.SentOf<ViewRequest>().Count();
            pauses += bench.Pause is null ? 0 : 1;
        }
        Assert.Equal((1, 1), (questions, pauses));
    }

    [Fact]
    public void A_refusal_of_a_request_no_longer_awaited_changes_nothing()
    {
        var bench = Ready();
        var first = Sent(bench, 1);
        bench.Lose(A.Address);
        bench.PauseOver();
        bench.Refuse(first.Number, RefusalReason.NotReady);
        Assert.Null(bench.Pause);
        bench.Refuse(first.Number, RefusalReason.SessionExpired);
        Assert.Empty(bench.Sent);
        Assert.Equal(TheSession, bench.Node.Session);
    }

    [Fact]
    public void The_clerk_ticks_only_while_calls_are_outstanding()
    {
        var bench = new ClerkBench();
        bench.Hear(new ViewNews(View(1, A), true));
        Assert.Empty(bench.Effects.Timers);
        bench.Put(1);
        Assert.Contains(bench.Effects.Timers, t => t.Timer is ClerkTick);
        bench.Hear(new SessionOpened(bench.Only<OpenSession>().Request, 8, null));
        var request = bench.Only<Request>();
        bench.Tick();
        Assert.Contains(bench.Effects.Timers, t => t.Timer is ClerkTick);
        bench.Answer(request);
        bench.Tick();
        Assert.Empty(bench.Effects.Timers);
    }

    private static Request Sent(ClerkBench bench, long call)
    {
        bench.Put(call);
        return bench.Only<Request>();
    }

    [Fact]
    public void A_request_is_late_after_its_own_time_however_long_the_clerk_has_ticked()
    {
        var bench = Ready(Quick);
        var first = Sent(bench, 1);
        bench.Tick(5);
        var second = Sent(bench, 2);
        bench.Answer(first);
        bench.Tick(7);
        Assert.Empty(bench.Sent);
        bench.Tick();
        Assert.NotNull(bench.Pause);
        bench.PauseOver();
        Assert.Equal(second.Batch.Operations.ToList(), bench.Only<Request>().Batch.Operations.ToList());
    }

    [Fact]
    public void A_pushed_view_with_another_primary_moves_what_is_in_flight()
    {
        var bench = Ready();
        bench.Put(1);
        bench.Hear(new ViewNews(View(2, B), true));
        Assert.Equal(
            (B.Address, 2L),
            (Assert.Single(bench.Sent).To, bench.Only<Request>().Batch.Operations[0].Sequence)
        );
    }

    [Fact]
    public void A_view_that_is_learned_makes_pauses_short_again_and_answers_an_open_question()
    {
        var bench = Ready(Quick);
        var number = Sent(bench, 1).Number;
        for (var i = 0; i < 4; i++)
        {
            bench.Refuse(number, RefusalReason.NotPrimary);
            bench.PauseOver();
            number = Assert.Single(bench.SentOf<Request>()).Number;
        }
        bench.Refuse(number, RefusalReason.NotPrimary, View(2, B));
        number = bench.Only<Request>().Number;
        bench.Tick(Quick.RequestTimeoutTicks - 1);
        Assert.Empty(bench.Sent);
        bench.Refuse(number, RefusalReason.NotReady);
        Assert.Equal(new TimerSetting(new RetryTimer(), 2, 4), bench.Pause);
    }

    [Theory]
    [InlineData(RefusalReason.Busy, 8, 16)]
    [InlineData(RefusalReason.NotReady, 100, 200)]
    public void The_longest_pause_is_short_where_the_primary_is_only_busy(RefusalReason reason, int least, int most)
    {
        var bench = Ready();
        bench.Put(1);
        for (var i = 0; i < 9; i++)
        {
            bench.Refuse(Assert.Single(bench.SentOf<Request>()).Number, reason);
            Assert.True(bench.Pause!.Value.MaxMs <= most);
            if (i < 8)
                bench.PauseOver();
        }
        Assert.Equal(new TimerSetting(new RetryTimer(), least, most), bench.Pause);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Of_four_requests_the_one_that_is_put_off_is_sent_again_and_each_of_the_others_awaited(int which)
    {
        var bench = Ready();
        var requests = new List<Request>();
        for (var call = 1; call <= 8; call += 2)
        {
            bench.Effects.Clear();
            bench.Submit(call);
            bench.Submit(call + 1);
            bench.Node.Flush(bench.Effects);
            requests.Add(bench.Only<Request>());
        }
        bench.Refuse(requests[which].Number, RefusalReason.Busy);
        Assert.Equal(3, bench.Node.RequestsInFlight);
        bench.PauseOver();
        Assert.Equal(requests[which].Batch.Operations.ToList(), bench.Only<Request>().Batch.Operations.ToList());
        foreach (var request in requests.Where(request => request != requests[which]))
        {
            // One at a time: the place is free with the last.
            var before = bench.Node.RequestsInFlight;
            foreach (var operation in request.Batch.Operations)
            {
                Assert.Equal(before, bench.Node.RequestsInFlight);
                bench.Answer(request with { Batch = new Batch(TheSession, 1, [operation]) });
            }
            Assert.Equal(before - 1, bench.Node.RequestsInFlight);
        }
        Assert.Equal(2, bench.Node.Outstanding);
    }

    [Fact]
    public void Once_its_pauses_are_as_long_as_they_get_it_asks_for_the_view()
    {
        var bench = Ready(ProtocolSettings.Default with { RetryMinMs = 4, RetryMaxMs = 16 });
        bench.Put(1);
        foreach (var (pause, asks) in new[] { (8, false), (16, true) })
        {
            bench.Refuse(bench.Node.LastRequest, RefusalReason.NotReady);
            Assert.Equal((pause, asks), (bench.Pause?.MaxMs, bench.SentOf<ViewRequest>().Any()));
            bench.PauseOver();
        }
    }

    [Fact]
    public void News_of_no_primary_make_a_pause_no_longer()
    {
        var bench = new ClerkBench();
        bench.Put(1);
        bench.Hear(new ViewNews(Protocol.View.None, false));
        Assert.NotNull(bench.Pause);
        bench.Hear(new ViewNews(Protocol.View.None, false));
        Assert.Empty(bench.Effects.Timers);
    }
}
