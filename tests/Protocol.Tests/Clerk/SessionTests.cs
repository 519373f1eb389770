using PbKv.Checking;
using static PbKv.Protocol.Tests.ClerkNodes.ClerkBench;

namespace PbKv.Protocol.Tests.ClerkNodes;

public class SessionTests
{
    [Fact]
    public void Opening_is_tried_again_and_any_try_of_it_will_do()
    {
        var bench = new ClerkBench(ProtocolSettings.Default with { RequestTimeoutTicks = 4 });
        bench.Put(1);
        bench.Hear(new ViewNews(View(1, A), true));
        var first = bench.Only<OpenSession>();
        bench.Tick(4);
        Assert.Contains(bench.Sent, o => o.Message is ViewRequest);
        bench.PauseOver();
        var second = bench.Only<OpenSession>();
        Assert.NotEqual(first.Request, second.Request);
        bench.Hear(new SessionOpened(first.Request, 8, null), A.Address);
        Assert.Equal(8, bench.Only<Request>().Batch.Session);
        bench.Hear(new SessionOpened(second.Request, 9, null), A.Address);
        Assert.Empty(bench.Sent);
        Assert.Equal(8, bench.Node.Session);
    }

    [Fact]
    public void Opening_waits_for_a_primary_that_is_not_ready()
    {
        var bench = new ClerkBench();
        bench.Put(1);
        bench.Hear(new ViewNews(View(1, A), false));
        bench.Refuse(bench.Only<OpenSession>().Request, RefusalReason.NotReady);
        Assert.Empty(bench.Sent);
        bench.PauseOver();
        bench.Only<OpenSession>();
    }

    [Fact]
    public void Opening_follows_a_newer_view_at_once()
    {
        var bench = new ClerkBench();
        bench.Put(1);
        bench.Hear(new ViewNews(View(1, A), true));
        bench.Refuse(bench.Only<OpenSession>().Request, RefusalReason.NotPrimary, View(2, B));
        bench.Only<OpenSession>();
        Assert.Equal(B.Address, bench.Sent[0].To);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void What_waited_in_a_session_that_is_gone_has_the_first_sequences_of_the_next(int calls)
    {
        var bench = Ready(ProtocolSettings.Default with { RequestsInFlight = 1 });
        bench.Put(1);
        var request = bench.Only<Request>();
        for (var call = 2; call <= calls; call++)
            bench.Put(call);
        bench.Refuse(request.Number, RefusalReason.SessionExpired);
        bench.Hear(new SessionOpened(bench.Only<OpenSession>().Request, 30, null), A.Address);
        Assert.Equal(Enumerable.Range(1, calls).Select(sequence => (long)sequence), bench.SequencesSent());
        bench.Answer(bench.Only<Request>());
        Assert.Equal(Enumerable.Range(1, calls).Select(call => (long)call), bench.Completed.Select(over => over.Call));
    }

    [Fact]
    public void What_was_never_executed_goes_on_however_many_sessions_are_gone()
    {
        var bench = Ready();
        bench.Put(1);
        for (var session = 30; session < 33; session++)
        {
            bench.Refuse(bench.Only<Request>().Number, RefusalReason.SessionExpired);
            bench.Hear(new SessionOpened(bench.Only<OpenSession>().Request, session, null), A.Address);
        }
        bench.Answer(bench.Only<Request>());
        Assert.Equal(CallStatus.Ok, Assert.Single(bench.Completed).Status);
    }

    [Fact]
    public void A_clerk_that_was_merely_idle_goes_on_in_a_new_session_unnoticed_by_its_callers()
    {
        var bench = Ready();
        bench.Put(1);
        bench.Refuse(bench.Only<Request>().Number, RefusalReason.SessionExpired);
        Assert.True(bench.Noticed(NoticeKind.SessionLost));
        Assert.Empty(bench.Completed);
        bench.Hear(new SessionOpened(bench.Only<OpenSession>().Request, 30, null), A.Address);
        var request = bench.Only<Request>();
        Assert.Equal((30, 1, 1), (request.Batch.Session, request.Batch.Floor, request.Batch.Operations[0].Sequence));
        bench.Answer(request);
        Assert.Equal([new Completion(1, CallStatus.Ok, Bytes.Empty)], bench.Completed);
    }

    [Fact]
    public void A_write_that_was_sent_more_than_once_ends_with_its_session_and_a_get_goes_on()
    {
        var bench = Ready();
        bench.Submit(1);
        bench.Submit(2, OperationKind.Get, value: "");
        bench.Node.Flush(bench.Effects);
        bench.Lose(A.Address);
        bench.PauseOver();
        bench.Refuse(bench.Only<Request>().Number, RefusalReason.SessionExpired);
        Assert.Equal([new Completion(1, CallStatus.SessionExpired, Bytes.Empty)], bench.Completed);
        bench.Hear(new SessionOpened(bench.Only<OpenSession>().Request, 30, null), A.Address);
        var operation = Assert.Single(bench.Only<Request>().Batch.Operations);
        Assert.Equal((OperationKind.Get, 1L), (operation.Kind, operation.Sequence));
    }

    [Fact]
    public void What_was_never_sent_goes_on_by_itself()
    {
        var bench = Ready(ProtocolSettings.Default with { RequestsInFlight = 1 });
        bench.Put(1);
        bench.Lose(A.Address);
        bench.PauseOver();
        var request = bench.Only<Request>();
        bench.Put(2);
        bench.Refuse(request.Number, RefusalReason.SessionExpired);
        Assert.Equal([new Completion(1, CallStatus.SessionExpired, Bytes.Empty)], bench.Completed);
        bench.Hear(new SessionOpened(bench.Only<OpenSession>().Request, 30, null), A.Address);
        bench.Answer(bench.Only<Request>());
        Assert.Equal([new Completion(2, CallStatus.Ok, Bytes.Empty)], bench.Completed);
    }

    [Fact]
    public void Other_requests_in_flight_are_heard_before_a_new_session_begins()
    {
        var bench = Ready();
        var requests = new List<Request>();
        for (var call = 1; call <= 3; call++)
        {
            bench.Put(call);
            requests.Add(bench.Only<Request>());
        }
        bench.Refuse(requests[2].Number, RefusalReason.SessionExpired);
        Assert.Empty(bench.Sent);
        bench.Put(4);
        Assert.Empty(bench.Sent);
        bench.Answer(requests[0]);
        Assert.Equal([new Completion(1, CallStatus.Ok, Bytes.Empty)], bench.Completed);
        bench.Lose(A.Address);
        Assert.Equal([new Completion(2, CallStatus.SessionExpired, Bytes.Empty)], bench.Completed);
        bench.PauseOver();
        bench.Hear(new SessionOpened(bench.Only<OpenSession>().Request, 30, null), A.Address);
        Assert.Equal([1L, 2L], bench.SequencesSent());
    }

    [Theory]
    [InlineData(30, 0)]
    [InlineData(TheSession, 5)]
    public void Results_of_the_old_session_do_not_count_in_the_new_one(long session, long era)
    {
        var bench = Ready();
        bench.Put(1);
        var old = bench.Only<Request>();
        bench.Refuse(old.Number, RefusalReason.SessionExpired);
        bench.Hear(new SessionOpened(bench.Only<OpenSession>().Request, session, null) { Era = era }, A.Address);
        Assert.Equal(era, bench.Only<Request>().Era);
        bench.Answer(old);
        bench.Hear(
            new Reply(old.Number, TheSession, [new OperationResult(1, ResultStatus.Ok, Bytes.Empty)], null),
            A.Address
        );
        Assert.Empty(bench.Completed);
    }

    [Fact]
    public void The_feature_level_of_the_client_is_said_when_a_session_is_opened()
    {
        var bench = new ClerkBench(NextBuild.Or(ProtocolSettings.Default, next: true));
        bench.Put(1);
        bench.Hear(new ViewNews(View(1, A), true));
        Assert.Equal(NextBuild.Level, bench.Only<OpenSession>().Level);
    }

    [Fact]
    public void A_late_copy_of_an_earlier_opening_does_not_bring_its_session_back()
    {
        var bench = new ClerkBench();
        bench.Put(1);
        bench.Hear(new ViewNews(View(1, A), true));
        var opened = new SessionOpened(bench.Only<OpenSession>().Request, 8, null);
        bench.Hear(opened, A.Address);
        bench.Refuse(bench.Only<Request>().Number, RefusalReason.SessionExpired);
        bench.Only<OpenSession>();
        bench.Hear(opened, A.Address);
        Assert.Equal(0, bench.Node.Session);
    }

    [Fact]
    public void Closing_closes_the_session_as_its_last_operation()
    {
        var bench = Ready();
        bench.Put(1);
        bench.Close();
        Assert.Equal([new Completion(1, CallStatus.Cancelled, Bytes.Empty)], bench.Completed);
        Assert.False(bench.Effects.MayStop);
        var request = bench.Only<Request>();
        Assert.Equal(
            (3, 3, OperationKind.CloseSession),
            (request.Batch.Floor, request.Batch.Operations[0].Sequence, request.Batch.Operations[0].Kind)
        );
        bench.Answer(request);
        Assert.True(bench.Effects.MayStop);
        Assert.Empty(bench.Completed);
        Assert.Equal(0, bench.Node.Outstanding);
    }

    [Fact]
    public void Closing_is_retried_like_everything_else()
    {
        var bench = Ready();
        bench.Close();
        bench.Lose(A.Address);
        bench.PauseOver();
        Assert.Equal(OperationKind.CloseSession, bench.Only<Request>().Batch.Operations[0].Kind);
    }

    [Fact]
    public void Closing_a_session_that_is_gone_is_done()
    {
        var bench = Ready();
        bench.Close();
        bench.Refuse(bench.Only<Request>().Number, RefusalReason.SessionExpired);
        Assert.True(bench.Effects.MayStop);
        Assert.Empty(bench.Sent);
    }

    [Fact]
    public void Closing_a_clerk_that_never_had_a_session_is_done_at_once()
    {
        var bench = new ClerkBench();
        bench.Put(1);
        bench.Close();
        Assert.Equal([new Completion(1, CallStatus.Unreachable, Bytes.Empty)], bench.Completed);
        Assert.True(bench.Effects.MayStop);
        bench.Close();
        Assert.True(bench.Effects.MayStop);
    }

    [Fact]
    public void A_closed_clerk_takes_no_calls()
    {
        var bench = Ready();
        bench.Close();
        bench.Put(9);
        Assert.Equal([new Completion(9, CallStatus.Unreachable, Bytes.Empty)], bench.Completed);
        Assert.Empty(bench.Sent);
    }

    [Fact]
    public void Closing_twice_asks_once()
    {
        var bench = Ready();
        bench.Close();
        bench.Only<Request>();
        bench.Close();
        Assert.Empty(bench.Sent);
        Assert.Equal(1, bench.Node.Outstanding);
    }

    [Fact]
    public void An_opening_whose_primary_is_lost_or_deposed_is_tried_again_after_a_question_and_a_pause()
    {
        foreach (var refused in new[] { false, true })
        {
            var bench = Opening(out var number);
            if (refused)
                bench.Refuse(number, RefusalReason.NotPrimary);
            else
                bench.Lose(A.Address);
            bench.Only<ViewRequest>();
            bench.PauseOver();
            bench.Only<OpenSession>();
        }
    }

    [Fact]
    public void An_opening_is_late_after_the_time_of_a_request_and_not_before()
    {
        var bench = new ClerkBench(ProtocolSettings.Default with { RequestTimeoutTicks = 8 });
        bench.Put(1);
        bench.Tick(1);
        bench.Hear(new ViewNews(View(1, A), true));
        bench.Only<OpenSession>();
        bench.Tick(7);
        Assert.Null(bench.Pause);
        bench.Tick(1);
        Assert.NotNull(bench.Pause);
    }

    [Fact]
    public void Answers_to_an_opening_that_are_none_change_nothing()
    {
        var bench = new ClerkBench();
        bench.Hear(new SessionOpened(0, 8, null), A.Address);
        Assert.Equal(0, bench.Node.Session);
        bench = Opening(out var number);
        bench.Hear(new SessionOpened(number, 0, null), A.Address);
        Assert.Empty(bench.Sent);
        bench.Refuse(number + 7, RefusalReason.NotReady);
        Assert.Null(bench.Pause);
    }

    [Fact]
    public void A_session_that_is_opened_late_ends_the_pause_and_makes_the_next_one_short()
    {
        var bench = Opening(out var number);
        for (var i = 0; i < 3; i++)
        {
            bench.Refuse(number, RefusalReason.NotReady);
            bench.PauseOver();
            number = bench.Only<OpenSession>().Request;
        }
        bench.Refuse(number, RefusalReason.NotReady);
        bench.Hear(new SessionOpened(number, 8, null), A.Address);
        Assert.Contains(new RetryTimer(), bench.Effects.CancelledTimers);
        bench.Refuse(bench.Only<Request>().Number, RefusalReason.NotReady);
        Assert.Equal(new TimerSetting(new RetryTimer(), 2, 4), bench.Pause);
    }

    [Fact]
    public void All_of_a_request_of_a_session_that_is_gone_goes_on_in_the_next_but_what_is_over()
    {
        var bench = Ready();
        for (var call = 1; call <= 4; call++)
            bench.Submit(call);
        bench.Node.Flush(bench.Effects);
        var request = bench.Only<Request>();
        bench.Cancel(1);
        bench.Cancel(3);
        bench.Refuse(request.Number, RefusalReason.SessionExpired);
        Assert.Empty(bench.Completed);
        bench.Hear(new SessionOpened(bench.Only<OpenSession>().Request, 8, null), A.Address);
        Assert.Equal([1, 2], bench.SequencesSent());
    }

    private static ClerkBench Opening(out long request)
    {
        var bench = new ClerkBench();
        bench.Put(1);
        bench.Hear(new ViewNews(View(1, A), true));
        request = bench.Only<OpenSession>().Request;
        return bench;
    }
}
