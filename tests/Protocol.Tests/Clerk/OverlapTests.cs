using static PbKv.Protocol.Tests.ClerkNodes.ClerkBench;

namespace PbKv.Protocol.Tests.ClerkNodes;

/// <summary>Requests of which one lies between the sequences of another: 1 and 3 were refused, 2 was not.</summary>
public sealed class OverlapTests
{
    private readonly ClerkBench _bench = Ready();

    /// <summary>The request with the first and the third of three calls; the second has one of its own.</summary>
    private readonly Request _around;

    public OverlapTests()
    {
        var requests = new List<Request>();
        for (var call = 1; call <= 3; call++)
        {
            _bench.Put(call);
            requests.Add(_bench.Only<Request>());
        }
        _bench.Refuse(requests[0].Number, RefusalReason.Busy);
        Assert.True(_bench.Noticed(NoticeKind.Retry));
        Assert.NotNull(_bench.Pause);
        _bench.Refuse(requests[2].Number, RefusalReason.Busy);
        Assert.False(_bench.Noticed(NoticeKind.Retry), "one pause is said once");
        Assert.Empty(_bench.Effects.Timers);
        _bench.PauseOver();
        _around = _bench.Only<Request>();
        Assert.Equal([2L, 4], _bench.SequencesSent());
    }

    [Fact]
    public void What_is_in_flight_elsewhere_is_not_sent_again_with_a_request_that_is_refused()
    {
        _bench.Refuse(_around.Number, RefusalReason.Busy);
        _bench.PauseOver();
        Assert.Equal([2L, 4], _bench.SequencesSent());
    }

    [Fact]
    public void What_is_in_flight_elsewhere_may_have_been_executed_when_a_request_is_refused_as_of_a_session_gone()
    {
        _bench.Refuse(_around.Number, RefusalReason.SessionExpired);
        Assert.Empty(_bench.Completed);
        _bench.Tick(_bench.Settings.RequestTimeoutTicks);
        Assert.Equal(
            [1L, 2, 3],
            _bench.Completed.Where(over => over.Status == CallStatus.SessionExpired).Select(over => over.Call).Order()
        );
    }
}
