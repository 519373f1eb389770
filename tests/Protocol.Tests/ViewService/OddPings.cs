using static PbKv.Protocol.Tests.ViewService.ViewServiceBench;

namespace PbKv.Protocol.Tests.ViewService;

/// <summary>Pings that cannot be, and servers that are silent after they asked to leave.</summary>
public sealed class OddPings
{
    private static readonly ServerId A = Server("a");
    private static readonly ServerId B = Server("b");

    [Theory]
    [InlineData("b", 1, 0)]
    [InlineData("a", -1, 0)]
    [InlineData("a", View.MostNumber, 0)]
    [InlineData("a", 1, -1)]
    [InlineData("a", 1, (View.MostNumber / 2) + 1)]
    public void A_ping_for_somebody_else_or_beyond_what_can_be_counted_is_not_believed(
        string from,
        long incarnation,
        long view
    )
    {
        var (bench, ping) = (new ViewServiceBench(), PingOf(incarnation, view));
        var before = bench.Fingerprint();
        var effects = bench.Handle(new NodeAddress(from), ping);
        Assert.Empty(effects.Messages);
        Assert.Equal(NoticeKind.Refused, Assert.Single(effects.Notices).Kind);
        Assert.Equal(before, bench.Fingerprint());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(View.MostNumber - 1, 0)]
    [InlineData(1, View.MostNumber / 2)]
    public void A_ping_of_the_last_that_can_be_counted_is(long incarnation, long view)
    {
        var bench = new ViewServiceBench();
        bench.Handle(A.Address, PingOf(incarnation, view));
        Assert.Equal(A.Address, Assert.Single(bench.Node.Servers).Server.Address);
    }

    [Fact]
    public void Who_asked_to_leave_and_is_needed_no_more_has_left_and_is_not_dead()
    {
        var (left, dead) = (Server("left"), Server("dead"));
        var bench = new ViewServiceBench().WithPair(A, B);
        bench.PingNow(left, leaving: true);
        bench.PingNow(dead);
        bench.UntilDead((A, 2), (B, 2));
        Assert.Equal(
            [$"{NoticeKind.Left}: {left} has left", $"{NoticeKind.ServerDead}: {dead} is dead: no ping for 5 ticks"],
            bench.Said[^2..]
        );
        bench = new ViewServiceBench().WithPrimary(A);
        bench.PingNow(A, leaving: true);
        bench.UntilDead();
        Assert.Equal(1, bench.Count(NoticeKind.ServerDead));
    }

    private static Ping PingOf(long incarnation, long view) =>
        new(A with { Incarnation = incarnation }, new ViewId(Fresh, view), false, false, false, 0);
}
