using System.Collections.Immutable;

namespace PbKv.Protocol.Tests.Registers;

/// <summary>Who is in the group, and what an operator is told who changes it.</summary>
public sealed class MembersTests
{
    [Fact]
    public void Whoever_lost_its_disk_comes_back_as_another_member()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        var (old, group) = (bench.Disk("c").Disk, bench["a"].Entry!.Group);
        bench.Decides("a", RegisterBench.Memory(3));
        bench.Stop("c");
        bench.Ticks(bench.DeadPings + 1);
        bench.Start("c", keepsDisk: false);
        bench.Ticks(2);
        Assert.Equal(["a", "b", "c"], bench.Members("a"));
        Assert.False(bench["a"].Entry!.Lists(old));
        Assert.Equal((group, RegisterBench.Memory(3)), (bench["c"].Entry?.Group, bench["c"].Entry?.Memory));
        Assert.Equal(2, bench.Notices.Count(notice => notice.Kind == NoticeKind.MembersChanged));
    }

    [Fact]
    public void The_founder_that_lost_its_disk_founds_no_second_group()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        var group = bench["a"].Entry!.Group;
        bench.Stop("a");
        bench.Start("a", keepsDisk: false);
        bench.Ticks(3);
        Assert.Null(bench["a"].Entry);
        bench.Elect("b");
        bench.Ticks(bench.DeadPings + 3);
        Assert.Equal((group, group), (bench["b"].Entry?.Group, bench["a"].Entry?.Group));
    }

    [Fact]
    public void The_place_of_one_that_answers_is_not_given_to_another_disk()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        var other = new Member("c", new NodeAddress("c"), Disk: 99);
        bench.Give("a", other.Address, new Joining(other, bench.Disk("a").Disk, IsEmpty: true));
        Assert.True(bench["a"].Entry!.Lists(bench.Disk("c").Disk));
        Assert.False(bench["a"].Entry!.Lists(99));
    }

    [Fact]
    public void One_becomes_three()
    {
        var bench = RegisterBench.Led("a");
        foreach (var added in new[] { "b", "c" })
        {
            var answer = bench.Ask("a", MemberChange.Add, added, added);
            Assert.True(answer.Done, answer.Text);
            bench.Start(added, peers: ["a", added]);
            bench.Ticks(2);
        }
        Assert.Equal(["a", "b", "c"], bench.Members("c"));
        bench.Stop("b");
        Assert.True(bench.Decides("a", RegisterBench.Memory(3)));
        Assert.Equal(RegisterBench.Memory(3), bench.Disk("c").Entry?.Memory);
    }

    [Fact]
    public void A_stranger_that_asks_is_not_taken_in_and_people_are_told_how()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        bench.Start("d", peers: ["a", "d"]);
        bench.Ticks(3);
        Assert.Equal(["a", "b", "c"], bench.Members("a"));
        Assert.Null(bench["d"].Entry);
        Assert.Contains(bench.Notices, notice => notice.Text.Contains("pbkv view add d=d", StringComparison.Ordinal));
    }

    [Fact]
    public void One_that_asks_under_another_s_id_is_refused()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        var thief = new Member("c", new NodeAddress("elsewhere"), Disk: 99);
        bench.Give("a", thief.Address, new Joining(thief, bench.Disk("a").Disk, IsEmpty: true));
        Assert.Equal(["a", "b", "c"], bench.Members("a"));
        Assert.Contains("c (c) has its id or its address", bench.Notices[^1].Text, StringComparison.Ordinal);
        var neighbour = new Member("d", new NodeAddress("c"), Disk: 98);
        bench.Give("a", neighbour.Address, new Joining(neighbour, bench.Disk("a").Disk, IsEmpty: true));
        Assert.Equal(["a", "b", "c"], bench.Members("a"));
        Assert.Contains("c (c) has its id or its address", bench.Notices[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_in_already_and_asks_late_changes_nothing()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        var (entry, notices) = (bench["a"].Entry!, bench.Notices.Count);
        bench.Give("a", new NodeAddress("c"), new Joining(entry.Members[2], bench.Disk("a").Disk, IsEmpty: true));
        Assert.Equal((entry, notices), (bench["a"].Entry, bench.Notices.Count));
    }

    [Fact]
    public void No_change_begins_before_the_one_before_it_counts()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        bench.Ask("a", MemberChange.Add, "d", "d");
        bench.Stop("b", "c");
        bench.Decides("a", RegisterBench.Memory(3));
        var answer = bench.Ask("a", MemberChange.Remove, "nobody");
        Assert.Equal((false, "another change is on its way: try again"), (answer.Done, answer.Text));
        var joiner = new Member("d", new NodeAddress("d"), Disk: 98);
        bench.Give("a", joiner.Address, new Joining(joiner, bench.Disk("a").Disk, IsEmpty: true));
        Assert.Equal(["a", "b", "c"], bench.Members("a"));
    }

    [Fact]
    public void All_that_were_named_are_taken_in_but_those_that_were_taken_back_and_those_that_are_too_many()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        foreach (var name in new[] { "d", "e", "f", "g", "h", "i", "j", "k" })
            Assert.True(bench.Ask("a", MemberChange.Add, name, name).Done);
        bench.Ask("a", MemberChange.Remove, "e");
        foreach (var name in new[] { "d", "e", "f", "g", "h", "i", "j", "k" })
        {
            bench.Start(name, peers: ["a", name]);
            bench.Ticks(1);
        }
        Assert.Equal(["a", "b", "c", "d", "f", "g", "h", "i", "j"], bench.Members("a"));
    }

    [Fact]
    public void One_that_lost_its_disk_is_taken_in_again_by_one_that_was_not_told_to()
    {
        var bench = RegisterBench.Led("a");
        foreach (var added in new[] { "b", "c" })
        {
            bench.Ask("a", MemberChange.Add, added, added);
            bench.Start(added, peers: ["a", added]);
            bench.Ticks(2);
        }
        bench.Ask("a", MemberChange.Transfer, "b");
        bench.Stop("c");
        bench.Ticks(bench.DeadPings + 1);
        bench.Start("c", keepsDisk: false, peers: ["a", "b", "c"]);
        bench.Ticks(4);
        Assert.Equal(["b"], bench.Leaders);
        Assert.Equal(["a", "b", "c"], bench.Members("c"));
    }

    [Fact]
    public void One_is_not_added_under_the_id_or_the_address_of_another()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        Assert.False(bench.Ask("a", MemberChange.Add, "c", "elsewhere").Done);
        Assert.False(bench.Ask("a", MemberChange.Add, "d", "c").Done);
        Assert.True(bench.Ask("a", MemberChange.Add, "d", "elsewhere").Done);
    }

    [Fact]
    public void A_member_is_taken_to_another_address_with_its_disk()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        var moved = new Member("c", new NodeAddress("elsewhere"), bench.Disk("c").Disk);
        bench.Stop("c");
        bench.Give("a", moved.Address, new Joining(moved, bench.Disk("a").Disk, IsEmpty: false));
        Assert.Contains(moved, bench["a"].Entry!.Members);
        Assert.Equal(3, bench["a"].Entry!.Members.Length);
    }

    [Fact]
    public void A_view_service_speaks_for_itself_only()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        var moved = new Member("c", new NodeAddress("elsewhere"), bench.Disk("c").Disk);
        bench.Give("a", new NodeAddress("b"), new Joining(moved, bench.Disk("a").Disk, IsEmpty: false));
        Assert.DoesNotContain(moved, bench["a"].Entry!.Members);
    }

    [Fact]
    public void One_that_is_taken_for_one_at_another_address_learns_it_and_asks_again()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        var late = new Member("c", new NodeAddress("before"), bench.Disk("c").Disk);
        bench.Give("a", late.Address, new Joining(late, bench.Disk("a").Disk, IsEmpty: false));
        Assert.Contains(late, bench["a"].Entry!.Members);
        bench.LosePatience("c");
        bench.Ticks(1);
        Assert.Equal(new NodeAddress("c"), bench["a"].Entry!.Members.Single(member => member.Id == "c").Address);
        Assert.Equal(bench["a"].Entry, bench["c"].Entry);
    }

    [Fact]
    public void One_that_runs_is_not_removed_and_one_that_is_stopped_is()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        Assert.False(bench.Ask("a", MemberChange.Remove, "c").Done);
        bench.Stop("c");
        bench.Ticks(bench.DeadPings);
        Assert.False(bench.Ask("a", MemberChange.Remove, "c").Done);
        bench.Ticks(1);
        Assert.True(bench.Ask("a", MemberChange.Remove, "c").Done);
        Assert.Equal(["a", "b"], bench.Members("b"));
        Assert.True(bench.Ask("a", MemberChange.Remove, "c").Done);
    }

    [Fact]
    public void The_one_that_acts_is_not_removed_but_hands_over_first()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        Assert.False(bench.Ask("a", MemberChange.Remove, "a").Done);
        Assert.True(bench.Ask("a", MemberChange.Transfer, "").Done);
        Assert.Equal(["b"], bench.Leaders);
        Assert.False(bench.Ask("a", MemberChange.Remove, "b").Done);
        bench.Stop("a");
        bench.Ticks(bench.DeadPings + 1);
        Assert.True(bench.Ask("b", MemberChange.Remove, "a").Done);
        Assert.Equal(["b", "c"], bench.Members("c"));
    }

    [Fact]
    public void Leading_is_handed_to_nobody_that_is_not_there()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        bench.Stop("b");
        bench.Ticks(2);
        Assert.False(bench.Ask("a", MemberChange.Transfer, "b").Done);
        Assert.False(bench.Ask("a", MemberChange.Transfer, "nobody").Done);
        Assert.True(bench.Ask("a", MemberChange.Transfer, "").Done);
        Assert.Equal(["c"], bench.Leaders);
    }

    [Fact]
    public void Who_is_removed_and_runs_learns_that_it_is_in_no_group_any_more()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        bench.Stop("c");
        bench.Ticks(bench.DeadPings + 1);
        bench.Ask("a", MemberChange.Remove, "c");
        var term = bench["a"].Term;
        bench.Start("c", peers: ["a", "b"]);
        bench.LosePatience("c");
        Assert.Equal(["a", "b"], bench.Members("c"));
        bench.LosePatience("c");
        bench.Ticks(3);
        Assert.Equal((term, term), (bench["a"].LeadsTerm, bench["c"].Term));
    }

    [Fact]
    public void There_are_no_more_than_are_of_use()
    {
        var names = Enumerable.Range(1, ViewServices.Most).Select(number => $"v{number}").ToImmutableArray();
        var bench = RegisterBench.Led(names);
        Assert.False(bench.Ask("v1", MemberChange.Add, "another", "another").Done);
        Assert.True(bench.Ask("v1", MemberChange.Add, "v2", "v2").Done);
        Assert.False(bench.Ask("v1", MemberChange.Add, "v2", "elsewhere").Done);
    }

    [Fact]
    public void A_change_that_this_release_does_not_know_is_not_read()
    {
        var read = Assert.Throws<UnknownValueException>(() =>
        {
            var reader = new WireReader([4, 0, 0], new Texts());
            MemberRequest.Read(ref reader);
        });
        Assert.Contains("change of members", read.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_one_that_acts_answers_an_operator()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        foreach (var change in Enum.GetValues<MemberChange>())
            Assert.False(bench.Ask("b", change, "c", "c").Done);
    }
}
