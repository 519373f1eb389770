using PbKv.Checking;
using static PbKv.Protocol.Tests.ClerkNodes.ClerkBench;

namespace PbKv.Protocol.Tests.ClerkNodes;

public class ViewsTests
{
    [Fact]
    public void Views_of_another_cluster_are_not_believed_from_whomever_they_come()
    {
        var bench = Ready();
        bench.Put(1);
        var request = bench.Only<Request>();
        var stranger = new View(new ClusterId(999), 50, B, null);
        bench.Hear(new ViewNews(stranger, true));
        Assert.True(bench.Noticed(NoticeKind.WrongCluster));
        bench.Hear(new Refusal(request.Number + 10, RefusalReason.NotPrimary, stranger));
        bench.Hear(new Reply(request.Number + 10, TheSession, [], stranger));
        bench.Hear(new SessionOpened(request.Number + 10, 3, stranger));
        Assert.Empty(bench.Sent);
        Assert.Equal(View(1, A, B), bench.Node.View);
    }

    [Fact]
    public void Without_the_cluster_rule_the_clerk_follows_a_view_service_that_lost_its_memory()
    {
        var effects = new Effects();
        var rules = SafetyRules.All.Without(SafetyRule.ClusterIdChecked);
        var node = rules.Clerk(new NodeAddress("c"), [Views1], ProtocolSettings.Default);
        node.Handle(Views1, new ViewNews(View(9, A), true), effects);
        node.Handle(Views1, new ViewNews(new View(new ClusterId(999), 1, B, null), true), effects);
        Assert.Equal(B, node.View.Primary);
    }

    [Fact]
    public void A_view_service_of_another_cluster_is_not_asked_twice_in_a_row()
    {
        var bench = Ready(null, Views1, Views2);
        bench.Put(1);
        bench.Lose(A.Address);
        Assert.Equal(Views1, Assert.Single(bench.Sent).To);
        bench.Hear(new ViewNews(new View(new ClusterId(999), 50, B, null), true));
        bench.PauseOver();
        bench.Lose(A.Address);
        Assert.Equal(Views2, Assert.Single(bench.Sent).To);
    }

    [Fact]
    public void Older_views_and_the_same_one_are_ignored()
    {
        var bench = Ready();
        bench.Hear(new ViewNews(View(7, B, A), true));
        bench.Hear(new ViewNews(View(3, A, B), true));
        bench.Hear(new ViewNews(Protocol.View.None, false));
        bench.Hear(new ViewNews(View(7, B, A), true));
        Assert.False(bench.Noticed(NoticeKind.ViewLearned));
        Assert.Equal(View(7, B, A), bench.Node.View);
    }

    [Fact]
    public void Who_only_asks_for_what_the_view_does_not_allow_hears_of_one_that_does()
    {
        var bench = Ready();
        bench.Submit(1, NextBuild.AppendToo);
        bench.Submit(2, NextBuild.AppendToo);
        Assert.All(bench.Completed, call => Assert.Equal(CallStatus.Unsupported, call.Status));
        Assert.Equal(2, bench.Completed.Count);
        bench.Only<ViewRequest>();
        // There is no answer, and with nothing outstanding nobody waits for it.
        bench.Tick();
        bench.Submit(3, NextBuild.AppendToo);
        bench.Only<ViewRequest>();
        Assert.IsType<ClerkTick>(Assert.Single(bench.Effects.Timers).Timer);
        bench.Hear(new ViewNews(View(2, A, B) with { Level = NextBuild.Level }, true));
        bench.Submit(4, NextBuild.AppendToo);
        bench.Node.Flush(bench.Effects);
        bench.Only<Request>();
    }

    [Fact]
    public void A_view_service_that_gives_no_answer_is_followed_by_the_next_address()
    {
        var bench = new ClerkBench(ProtocolSettings.Default with { RequestTimeoutTicks = 8 }, Views1, Views2);
        bench.Put(1);
        Assert.Equal(Views1, Assert.Single(bench.Sent).To);
        bench.Tick(2);
        Assert.Equal(Views2, Assert.Single(bench.Sent).To);
        bench.Tick(2);
        Assert.Equal(Views1, Assert.Single(bench.Sent).To);
        bench.Hear(new ViewNews(View(1, A), true), Views2);
        bench.Only<OpenSession>();
    }

    [Fact]
    public void A_lost_connection_to_the_view_service_that_was_asked_turns_to_the_next_at_once_but_in_no_circle()
    {
        var bench = new ClerkBench(null, Views1, Views2);
        bench.Put(1);
        bench.Lose(Views1);
        Assert.Equal(Views2, Assert.Single(bench.Sent).To);
        bench.Lose(Views2);
        Assert.Empty(bench.Sent);
        bench.Tick(ProtocolSettings.Default.RequestTimeoutTicks / 4);
        Assert.Equal(Views1, Assert.Single(bench.Sent).To);
    }

    [Fact]
    public void While_there_is_no_primary_the_view_is_asked_for_again_after_a_pause()
    {
        var bench = new ClerkBench();
        bench.Put(1);
        bench.Hear(new ViewNews(Protocol.View.None, false));
        Assert.Empty(bench.Sent);
        Assert.NotNull(bench.Pause);
        bench.PauseOver();
        bench.Only<ViewRequest>();
        bench.Hear(new ViewNews(View(1, A), true));
        bench.Only<OpenSession>();
    }

    [Fact]
    public void A_view_heard_before_it_was_needed_is_used_without_asking()
    {
        var bench = new ClerkBench();
        bench.Hear(new ViewNews(View(4, A), true));
        Assert.Empty(bench.Sent);
        bench.Put(1);
        bench.Only<OpenSession>();
    }

    [Fact]
    public void A_clerk_without_a_view_service_is_refused_by_name()
    {
        var error = Assert.Throws<ArgumentException>(() =>
            new ClerkNode(new NodeAddress("clerk-9"), [], GroupName.Default, ProtocolSettings.Default)
        );
        Assert.Contains("clerk-9", error.Message);
    }

    [Fact]
    public void That_there_is_no_view_yet_is_told_by_no_other_cluster_and_is_nothing_to_a_clerk_without_calls()
    {
        var bench = Ready();
        bench.Hear(new ViewNews(PbKv.Protocol.View.None, false));
        Assert.False(bench.Noticed(NoticeKind.WrongCluster));
        var idle = new ClerkBench();
        idle.Hear(new ViewNews(PbKv.Protocol.View.None, false));
        Assert.Null(idle.Pause);
    }

    [Fact]
    public void After_one_of_another_cluster_the_next_question_goes_to_the_next_address()
    {
        var bench = Ready(null, Views1, Views2);
        bench.Put(1);
        bench.Lose(A.Address);
        bench.Hear(new ViewNews(new View(new ClusterId(5), 9, B, null), true));
        bench.PauseOver();
        bench.Lose(A.Address);
        Assert.Equal(Views2, Assert.Single(bench.Sent, sent => sent.Message is ViewRequest).To);
    }
}
