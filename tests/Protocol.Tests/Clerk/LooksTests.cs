using static PbKv.Protocol.Tests.ClerkNodes.ClerkBench;

namespace PbKv.Protocol.Tests.ClerkNodes;

/// <summary>Clerks that will behave alike look alike, so that a search meets them once; and no others do.</summary>
public sealed class LooksTests
{
    [Fact]
    public void A_clerk_looks_the_same_however_long_it_has_been_running()
    {
        var (young, old) = (new ClerkBench(), new ClerkBench());
        old.Tick(1000);
        foreach (
            var step in new Action<ClerkBench>[]
            {
                bench => bench.Put(1, deadline: 40),
                bench => bench.Tick(2),
                bench => bench.Hear(new ViewNews(View(1, A, B), true)),
                bench => bench.Tick(3),
                bench => bench.Hear(new SessionOpened(1, TheSession, null), A.Address),
                bench => bench.Put(2),
                bench => bench.Tick(),
                bench => bench.Refuse(bench.Node.LastRequest, RefusalReason.Busy),
                bench => bench.Tick(),
                bench => bench.PauseOver(),
                bench => bench.Lose(A.Address),
                bench => bench.Tick(),
            }
        )
        {
            step(young);
            step(old);
            Assert.Equal(Look(young), Look(old));
        }
    }

    [Fact]
    public void Once_a_session_is_open_it_does_not_matter_in_what_view_and_how_long_it_was_opened()
    {
        var (fast, slow) = (new ClerkBench(), new ClerkBench());
        foreach (var bench in new[] { fast, slow })
            bench.Put(1);
        fast.Hear(new ViewNews(View(2, A, B), true));
        slow.Tick();
        slow.Hear(new ViewNews(View(1, A), true));
        slow.Tick(3);
        slow.Hear(new ViewNews(View(2, A, B), true));
        Assert.NotEqual(Look(fast), Look(slow));
        foreach (var bench in new[] { fast, slow })
            bench.Hear(new SessionOpened(1, TheSession, null), A.Address);
        Assert.Equal(Look(fast), Look(slow));
    }

    [Fact]
    public void One_more_of_many_refusals_shows_in_nothing_but_the_number_of_the_request_that_follows()
    {
        foreach (var bench in new[] { new ClerkBench(), Ready() })
        {
            bench.Put(1);
            if (bench.Node.View.Number == 0)
                bench.Hear(new ViewNews(View(1, A, B), true));
            var (waiting, sent) = (0UL, 0UL);
            for (var i = 0; i < 20; i++)
            {
                var before = (waiting, sent);
                bench.Refuse(bench.Node.LastRequest, RefusalReason.NotReady);
                waiting = Look(bench);
                bench.PauseOver();
                sent = Look(bench);
                if (i < 15)
                    continue;
                Assert.Equal(before.waiting, waiting);
                Assert.NotEqual(before.sent, sent);
            }
        }
    }

    [Fact]
    public void Which_sequence_a_call_has_and_which_is_next_shows()
    {
        ulong[] looks = [WithCalls([5]), WithCalls([1, 5], over: 1), WithCalls([5, 9], over: 9)];
        Assert.Distinct(looks);

        static ulong WithCalls(long[] calls, long over = 0)
        {
            var bench = new ClerkBench();
            foreach (var call in calls)
                bench.Submit(call);
            bench.Cancel(over);
            return Look(bench);
        }
    }

    private static ulong Look(ClerkBench bench) => SendingTests.FingerprintOf(bench.Node);
}
