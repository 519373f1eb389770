using static PbKv.Protocol.Tests.ClerkNodes.ClerkBench;

namespace PbKv.Protocol.Tests.ClerkNodes;

public class SeveralViewServicesTests
{
    private static readonly NodeAddress Views3 = new("view:3");

    [Fact]
    public void One_that_does_not_act_sends_the_question_to_the_one_that_does()
    {
        var bench = new ClerkBench(null, Views1, Views2);
        bench.Put(1);
        Assert.Equal(Views1, Assert.Single(bench.Sent).To);
        bench.Hear(Told(Views2));
        Assert.Equal(Views2, Assert.Single(bench.Sent).To);
        bench.Hear(new ViewNews(View(1, A, B), true), Views2);
        Assert.IsType<OpenSession>(Assert.Single(bench.Sent).Message);
    }

    [Fact]
    public void Two_that_name_each_other_are_asked_once_each_until_the_answer_is_late()
    {
        var bench = new ClerkBench(null, Views1, Views2);
        bench.Put(1);
        bench.Hear(Told(Views2));
        bench.Hear(Told(Views1), Views2);
        Assert.Empty(bench.Sent);
        bench.Hear(Told(Views2));
        Assert.Empty(bench.Sent);
    }

    [Fact]
    public void It_learns_of_one_that_it_was_not_given()
    {
        var bench = Ready();
        bench.Hear(new ViewServices([new("", Views1), new("", Views3)], Views3, 0, 0));
        Assert.Empty(bench.Sent);
        bench.Put(1);
        bench.Lose(A.Address);
        Assert.Equal(Views3, bench.Sent.Single(sent => sent.Message is ViewRequest).To);
    }

    [Fact]
    public void Who_is_no_view_service_tells_nothing_of_them()
    {
        var bench = new ClerkBench(null, Views1, Views2);
        bench.Put(1);
        bench.Hear(Told(Views2), A.Address);
        bench.Hear(new ViewServices([], Views2, 0, 0));
        bench.Hear(Told(Views3));
        bench.Hear(new ViewServices([new("", Views1), new("", Views2)], null, 0, 0));
        Assert.Empty(bench.Sent);
    }

    [Fact]
    public void A_list_does_not_change_whom_it_has_asked_and_after_a_timeout_it_follows_again()
    {
        var bench = new ClerkBench(null, Views1, Views2);
        bench.Put(1);
        bench.Lose(Views1);
        Assert.Equal(Views2, Assert.Single(bench.Sent).To);
        bench.Hear(new ViewServices([new("", Views1), new("", Views2)], null, 0, 0), Views2);
        bench.Hear(Told(Views1), Views2);
        Assert.Equal(Views1, Assert.Single(bench.Sent).To);
        bench.Hear(Told(Views2));
        Assert.Empty(bench.Sent);
        bench.Tick(bench.Settings.RequestTimeoutTicks / 4);
        Assert.Equal(Views2, Assert.Single(bench.Sent).To);
        bench.Hear(Told(Views1), Views2);
        Assert.Equal(Views1, Assert.Single(bench.Sent).To);
    }

    [Fact]
    public void One_that_was_asked_second_and_is_lost_is_followed_by_the_first()
    {
        var bench = new ClerkBench(null, Views1, Views2, Views3);
        bench.Put(1);
        bench.Lose(Views1);
        bench.Hear(new ViewServices([new("", Views1)], null, 0, 0), Views2);
        bench.Lose(Views2);
        Assert.Equal(Views3, Assert.Single(bench.Sent).To);
    }

    private static ViewServices Told(NodeAddress acting) =>
        new([new("", Views1), new("", Views2)], acting, Term: 0, Entries: 0);
}
