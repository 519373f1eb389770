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
}
