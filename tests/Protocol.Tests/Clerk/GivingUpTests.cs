using static PbKv.Protocol.Tests.ClerkNodes.ClerkBench;

namespace PbKv.Protocol.Tests.ClerkNodes;

public class GivingUpTests
{
    [Fact]
    public void A_deadline_before_anything_was_sent_says_so()
    {
        var bench = new ClerkBench();
        bench.Put(1, deadline: 3);
        bench.Tick(2);
        Assert.Empty(bench.Completed);
        bench.Tick();
        Assert.Equal([new Completion(1, CallStatus.Unreachable, Bytes.Empty)], bench.Completed);
        Assert.True(bench.Noticed(NoticeKind.DeadlinePassed));
    }

    [Fact]
    public void A_deadline_after_it_was_sent_leaves_the_outcome_open()
    {
        var bench = Ready();
        bench.Tick();
        bench.Put(1, deadline: 3);
        bench.Tick(3);
        Assert.Equal([new Completion(1, CallStatus.DeadlinePassed, Bytes.Empty)], bench.Completed);
    }

    [Fact]
    public void A_tick_that_was_already_running_does_not_shorten_a_deadline()
    {
        var bench = Ready();
        bench.Put(1);
        bench.Put(2, deadline: 1);
        bench.Tick();
        Assert.Empty(bench.Completed);
        bench.Tick();
        Assert.Equal(2, Assert.Single(bench.Completed).Call);
    }

    [Fact]
    public void No_deadline_is_for_ever()
    {
        var bench = new ClerkBench();
        bench.Put(1);
        bench.Tick(100_000);
        Assert.Empty(bench.Completed);
        Assert.Equal(1, bench.Node.Outstanding);
    }

    [Fact]
    public void A_deadline_that_has_passed_already_is_unreachable()
    {
        var bench = Ready();
        bench.Put(1, deadline: 0);
        Assert.Equal([new Completion(1, CallStatus.Unreachable, Bytes.Empty)], bench.Completed);
    }

    [Fact]
    public void Cancelling_before_and_after_sending_tells_the_two_apart()
    {
        var bench = Ready();
        bench.Submit(1);
        bench.Cancel(1);
        Assert.Equal([new Completion(1, CallStatus.Unreachable, Bytes.Empty)], bench.Completed);
        bench.Put(2);
        bench.Cancel(2);
        Assert.Equal([new Completion(2, CallStatus.Cancelled, Bytes.Empty)], bench.Completed);
        bench.Cancel(2);
        bench.Cancel(77);
        Assert.Empty(bench.Completed);
    }

    [Fact]
    public void What_was_sent_in_an_earlier_session_was_sent()
    {
        var bench = Ready();
        bench.Put(1);
        bench.Refuse(bench.Only<Request>().Number, RefusalReason.SessionExpired);
        bench.Cancel(1);
        Assert.Equal([new Completion(1, CallStatus.Cancelled, Bytes.Empty)], bench.Completed);
    }

    [Fact]
    public void The_floor_passes_what_was_given_up_and_a_late_result_of_it_is_nobodys()
    {
        var bench = Ready();
        bench.Put(1);
        var given = bench.Only<Request>();
        bench.Cancel(1);
        bench.Put(2);
        Assert.Equal(3, bench.Only<Request>().Batch.Floor);
        bench.Answer(given);
        Assert.Empty(bench.Completed);
        bench.Hear(ReplyTo(given, ResultStatus.BelowFloor), A.Address);
        Assert.Empty(bench.Completed);
    }

    [Fact]
    public void What_was_given_up_is_not_sent_again()
    {
        var bench = Ready();
        bench.Submit(1);
        bench.Submit(2);
        bench.Submit(3);
        bench.Node.Flush(bench.Effects);
        bench.Cancel(2);
        bench.Lose(A.Address);
        bench.PauseOver();
        Assert.Equal([2L, 4L], bench.SequencesSent());
    }

    [Fact]
    public void Giving_up_a_whole_request_frees_its_place()
    {
        var bench = Ready(ProtocolSettings.Default with { RequestsInFlight = 1 });
        bench.Put(1);
        bench.Put(2);
        Assert.Empty(bench.Sent);
        bench.Cancel(1);
        Assert.Equal([3L], bench.SequencesSent());
    }

    [Fact]
    public void Of_many_that_are_given_up_none_is_sent_because_another_made_room()
    {
        var bench = Ready(ProtocolSettings.Default with { RequestsInFlight = 1 });
        bench.Put(1);
        bench.Put(2);
        bench.Effects.Clear();
        bench.Node.Cancel(1, bench.Effects);
        bench.Node.Cancel(2, bench.Effects);
        bench.Node.Flush(bench.Effects);
        Assert.Equal([CallStatus.Cancelled, CallStatus.Unreachable], bench.Completed.Select(c => c.Status));
        Assert.Empty(bench.Sent);
    }

    [Fact]
    public void One_deadline_of_many_ends_one_call()
    {
        var bench = Ready();
        for (var call = 0; call < 100; call++)
            bench.Submit(call, deadline: 10 + call);
        bench.Node.Flush(bench.Effects);
        for (var call = 0; call < 100; call++)
        {
            bench.Tick(call == 0 ? 11 : 1);
            Assert.Equal(call, Assert.Single(bench.Completed).Call);
        }
        Assert.Equal(0, bench.Node.Outstanding);
    }

    [Fact]
    public void A_deadline_counts_from_the_call_however_long_the_clerk_has_ticked()
    {
        var bench = Ready();
        bench.Put(1);
        bench.Tick(20);
        bench.Put(2, deadline: 3);
        bench.Put(3, deadline: long.MaxValue - 21);
        bench.Tick(3);
        Assert.Empty(bench.Completed);
        bench.Tick();
        Assert.Equal([new Completion(2, CallStatus.DeadlinePassed, Bytes.Empty)], bench.Completed);
        bench.Tick();
        Assert.False(bench.Noticed(NoticeKind.DeadlinePassed));
    }

    [Fact]
    public void What_was_done_before_its_deadline_is_not_told_as_late()
    {
        var bench = Ready();
        bench.Put(1, deadline: 2);
        bench.Answer(bench.Only<Request>());
        bench.Put(2);
        bench.Tick(9);
        Assert.False(bench.Noticed(NoticeKind.DeadlinePassed));
    }

    [Fact]
    public void A_call_is_found_among_those_that_are_over_and_one_that_is_not_pending_is_not()
    {
        var bench = Ready();
        var requests = new List<Request>();
        for (var call = 2; call <= 12; call += 2)
        {
            bench.Put(call);
            requests.Add(bench.Only<Request>());
        }
        foreach (var request in requests.Skip(1).SkipLast(1))
            bench.Answer(request);
        foreach (var unknown in new[] { 1, 3, 6, 11, 13 })
        {
            bench.Cancel(unknown);
            Assert.Empty(bench.Completed);
        }
        bench.Cancel(12);
        bench.Node.Cancel(2, bench.Effects);
        Assert.Equal([12L, 2L], bench.Completed.Select(completion => completion.Call));
        Assert.Equal(0, bench.Node.Outstanding);
    }

    [Fact]
    public void What_a_deadline_frees_is_used_in_the_same_tick()
    {
        var bench = Ready(ProtocolSettings.Default with { RequestsInFlight = 1 });
        bench.Put(1, deadline: 2);
        bench.Put(2);
        Assert.Empty(bench.Sent);
        bench.Tick(3);
        bench.Only<Request>();
    }

    [Fact]
    public void A_question_and_an_opening_that_nobody_waits_for_any_more_do_not_hold_up_the_next_call()
    {
        var bench = new ClerkBench();
        bench.Put(1);
        bench.Only<ViewRequest>();
        bench.Cancel(1);
        bench.Tick();
        bench.Put(2);
        bench.Only<ViewRequest>();
        bench.Hear(new ViewNews(View(1, A), true));
        bench.Only<OpenSession>();
        bench.Cancel(2);
        bench.Tick();
        bench.Lose(A.Address);
        bench.Put(3);
        // The one that was sent may be lost, as the connection broke.
        Assert.Single(bench.SentOf<OpenSession>());
        Assert.Single(bench.SentOf<ViewRequest>());
    }
}
