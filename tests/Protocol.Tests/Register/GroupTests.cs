namespace PbKv.Protocol.Tests.Registers;

/// <summary>A group comes about, leads itself and decides.</summary>
public sealed class GroupTests
{
    [Fact]
    public void One_alone_founds_its_group_and_decides_in_the_same_step()
    {
        var bench = new RegisterBench();
        bench.Start("a");
        Assert.True(bench["a"].LeadsTerm > 0);
        Assert.True(bench.Decides("a", null));
        Assert.True(bench.Decides("a", RegisterBench.Memory(3)));
        Assert.Equal(RegisterBench.Memory(3), bench.Disk("a").Entry?.Memory);
        Assert.Empty(bench.Notices);
    }

    [Fact]
    public void One_alone_goes_on_after_a_restart_with_what_it_kept()
    {
        var bench = new RegisterBench();
        bench.Start("a");
        var group = bench["a"].Entry!.Group;
        bench.Decides("a", RegisterBench.Memory(3));
        bench.Stop("a");
        bench.Start("a");
        Assert.Equal((group, RegisterBench.Memory(3)), (bench["a"].Entry!.Group, bench["a"].Counting?.Memory));
        Assert.Equal(2, bench["a"].LeadsTerm);
    }

    [Fact]
    public void Several_found_a_group_when_all_have_said_that_they_are_in_none()
    {
        var bench = new RegisterBench("a", "b", "c");
        bench.Start("b", "c");
        bench.Ticks(5);
        Assert.Null(bench["b"].Entry);
        bench.Start("a");
        bench.Ticks(2);
        Assert.Equal(["a"], bench.Leaders);
        Assert.Equal(["a", "b", "c"], bench.Members("c"));
        Assert.Equal(NoticeKind.Acting, Assert.Single(bench.Notices).Kind);
    }

    [Fact]
    public void A_group_is_not_founded_where_the_first_of_them_is_missing()
    {
        var bench = new RegisterBench("a", "b", "c");
        bench.Start("b", "c");
        bench.Ticks(20);
        Assert.Empty(bench.Leaders);
        Assert.Null(bench["b"].Entry);
    }

    [Fact]
    public void What_is_decided_is_kept_by_most()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        bench.Stop("c");
        Assert.True(bench.Decides("a", RegisterBench.Memory(3)));
        Assert.Equal(RegisterBench.Memory(3), bench.Disk("b").Entry?.Memory);
        bench.Stop("b");
        Assert.False(bench.Decides("a", RegisterBench.Memory(4)));
        Assert.False(bench.Decides("a", null));
        bench.Start("c");
        bench.Ticks(1, "a");
        Assert.Equal(RegisterBench.Memory(4), bench["a"].Counting?.Memory);
    }

    [Fact]
    public void Another_is_chosen_when_the_leader_is_gone_and_knows_what_was_decided()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        bench.Decides("a", RegisterBench.Memory(3));
        bench.Stop("a");
        bench.LoseConnection("b", "a");
        bench.LoseConnection("c", "a");
        bench.LosePatience("b");
        Assert.Equal(["b"], bench.Leaders);
        Assert.Equal(RegisterBench.Memory(3), bench["b"].Counting?.Memory);
        Assert.Equal(new NodeAddress("b"), bench["c"].Leader);
    }

    [Fact]
    public void Who_lost_patience_alone_disturbs_no_leader_that_the_others_hear()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        var term = bench["a"].LeadsTerm;
        bench.LosePatience("c");
        bench.LosePatience("c");
        bench.Ticks(1);
        Assert.Equal((term, term), (bench["a"].LeadsTerm, bench["c"].Term));
        Assert.Equal(new NodeAddress("a"), bench["c"].Leader);
    }

    [Fact]
    public void Who_has_an_older_entry_than_most_is_not_chosen()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        bench.Stop("c");
        bench.Decides("a", RegisterBench.Memory(3));
        bench.Stop("a");
        bench.Start("c");
        bench.Elect("c");
        bench.LosePatience("c");
        Assert.Empty(bench.Leaders);
        bench.LosePatience("b");
        Assert.Equal(["b"], bench.Leaders);
    }

    [Fact]
    public void A_leader_that_reaches_most_of_them_no_more_acts_no_more_and_says_so()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        bench.Stop("b", "c");
        bench.Ticks(bench.DeadPings);
        Assert.True(bench["a"].LeadsTerm > 0);
        bench.Ticks(1);
        Assert.Equal(0, bench["a"].LeadsTerm);
        Assert.Equal(NoticeKind.NotActing, bench.Notices[^1].Kind);
        Assert.Contains("out of reach", bench.Notices[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_leader_of_an_earlier_term_learns_of_the_newer_one_and_follows()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        var late = new Keep(bench["a"].Term, bench["a"].Entry!, 0);
        bench.Ask("a", MemberChange.Transfer, "b");
        Assert.Equal(["b"], bench.Leaders);
        bench.Give("c", new NodeAddress("a"), late);
        Assert.Equal((new NodeAddress("b"), bench["b"].Term), (bench["c"].Leader, bench["a"].Term));
        Assert.Equal(new NodeAddress("b"), bench["a"].Leader);
    }

    [Fact]
    public void Whoever_slept_through_its_patience_waits_once_more()
    {
        var bench = RegisterBench.Led("a", "b");
        bench.Stop("a");
        bench.Ticks(bench.DeadPings + 1);
        var register = bench["b"];
        var effects = new Effects();
        register.OnTimer(new PatienceTimer { Late = true }, effects);
        Assert.Empty(effects.Messages);
        register.OnTimer(new PatienceTimer { Late = true }, effects);
        Assert.IsType<Candidacy>(Assert.Single(effects.Messages).Message);
    }
}
