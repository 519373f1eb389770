using PbKv.Protocol.Tests.Wire;

namespace PbKv.Protocol.Tests.Registers;

/// <summary>What comes from others than the members, or cannot be, does no harm.</summary>
public sealed class StrangersTests
{
    private static readonly NodeAddress Stranger = new("stranger");

    [Fact]
    public void A_disk_of_another_cluster_is_refused_and_both_say_so()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        var others = RegisterBench.Led("x");
        others.Start("x", keepsDisk: false);
        var theirs = others["x"].Entry!;
        var effects = new Effects();
        bench["b"].Handle(new NodeAddress("x"), new Keep(theirs.Term, theirs, 0), effects);
        Assert.Equal(NoticeKind.Refused, Assert.Single(effects.Notices).Kind);
        Assert.Contains(theirs.Group.ToString(), effects.Notices[0].Text, StringComparison.Ordinal);
        others.Give("x", new NodeAddress("b"), Assert.Single(effects.Messages).Message);
        Assert.Equal(NoticeKind.Refused, Assert.Single(others.Notices).Kind);
        Assert.Equal((1, bench["a"].Entry!.Group), (bench["b"].Term, bench["b"].Entry!.Group));
    }

    [Fact]
    public void A_late_word_of_a_group_that_came_to_nothing_stops_nobody_who_has_a_leader()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        var nothing = bench["a"].Entry! with { Group = new ClusterId(1) };
        foreach (var name in new[] { "b", "c" })
            bench.Give(name, new NodeAddress("a"), new Keep(nothing.Term, nothing, 0));
        bench.Stop("a");
        bench.Elect("b");
        Assert.Equal(["b"], bench.Leaders);
    }

    [Fact]
    public void One_with_the_disk_of_another_cluster_acts_no_more_where_those_beside_it_have_a_leader()
    {
        var others = new RegisterBench("x");
        others.Start("x");
        var entry = others["x"].Entry!;
        others.Stop("x");
        others.Start("x", peers: ["a", "x"]);
        others.LosePatience("x");
        Assert.Equal(["x"], others.Leaders);
        others.Give("x", new NodeAddress("a"), new Keep(9, entry with { Term = 9, Group = new ClusterId(1) }, 0));
        others.LosePatience("x");
        Assert.Empty(others.Leaders);
        Assert.Equal(entry.Group, others["x"].Entry!.Group);
        Assert.Equal(["a", "x"], others["x"].Names.Select(name => name.Id));
    }

    [Fact]
    public void Another_cluster_s_candidate_gets_no_vote_and_changes_no_term()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        var member = bench["a"].Entry!.Members[2];
        bench.Give("b", Stranger, new Candidacy(new ClusterId(1), member, 8, 8, 8, Trial: false));
        bench.Give("b", Stranger, new Vote(new ClusterId(1), member.Disk, 8, Trial: false, Given: false));
        bench.Give("a", Stranger, new Kept(new ClusterId(1), member.Disk, 8, 8, 8, 0));
        // Each says so once, whatever else comes from there.
        Assert.Equal(2, bench.Notices.Count(notice => notice.Kind == NoticeKind.Refused));
        Assert.Equal((1, 1), (bench["a"].LeadsTerm, bench["b"].Term));
    }

    [Fact]
    public void An_entry_that_cannot_be_is_ignored()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        var entry = bench["a"].Entry!;
        foreach (
            var odd in new[]
            {
                new Keep(5, entry, 0),
                new Keep(5, entry with { Term = 5, Members = [] }, 0),
                new Keep(5, entry with { Term = 5, Index = 0 }, 0),
                new Keep(5, entry with { Term = 5, Members = [entry.Members[0], entry.Members[0]] }, 0),
                new Keep(0, entry with { Term = 0 }, 0),
                new Keep(View.MostNumber + 1, entry with { Term = View.MostNumber + 1 }, 0),
            }
        )
        {
            bench.Give("b", new NodeAddress("a"), odd);
            Assert.Equal(NoticeKind.Refused, bench.Notices[^1].Kind);
        }
        Assert.Equal((1, entry), (bench["b"].Term, bench["b"].Entry));
    }

    [Fact]
    public void A_second_leader_of_a_term_is_not_believed_by_the_first()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        var entry = bench["a"].Entry!;
        bench.Give("a", Stranger, new Keep(entry.Term, entry with { Index = entry.Index + 1 }, 0));
        Assert.Equal((entry.Term, entry), (bench["a"].LeadsTerm, bench["a"].Entry));
        Assert.Equal(NoticeKind.Refused, bench.Notices[^1].Kind);
    }

    [Fact]
    public void Answers_of_strangers_are_counted_nowhere()
    {
        var bench = RegisterBench.Led("a", "b", "c");
        bench.Stop("b", "c");
        Assert.False(bench.Decides("a", RegisterBench.Memory(3)));
        var entry = bench["a"].Entry!;
        for (ulong disk = 90; disk < 99; disk++)
            bench.Give("a", Stranger, new Kept(entry.Group, disk, entry.Term, entry.Term, entry.Index, 99));
        Assert.Null(bench["a"].Counting);
        bench.Stop("a");
        bench.Start("a");
        bench.Ticks(bench.DeadPings);
        bench.LosePatience("a");
        for (ulong disk = 90; disk < 99; disk++)
        {
            bench.Give("a", Stranger, new Vote(entry.Group, disk, bench["a"].Term + 1, Trial: true, Given: true));
            bench.Give("a", Stranger, new Vote(entry.Group, disk, bench["a"].Term, Trial: false, Given: true));
        }
        Assert.Empty(bench.Leaders);
    }

    [Fact]
    public void No_message_whatever_makes_one_fail_or_go_back()
    {
        const int Seed = 20260;
        var bench = RegisterBench.Led("a", "b", "c");
        var group = bench["a"].Entry!.Group;
        var members = bench["a"].Entry!.Members;
        var random = new Random(Seed);
        var any = new AnyMessage(
            Seed,
            type =>
                type == typeof(ClusterId) && random.Next(4) > 0 ? group
                : type == typeof(Member) && random.Next(2) > 0 ? members[random.Next(members.Length)]
                : type == typeof(long) && random.Next(2) > 0 ? (long)random.Next(6)
                : null
        );
        var kinds = AnyMessage.Types.Where(type => type.IsAssignableTo(typeof(IRegisterMessage))).ToList();
        for (var i = 0; i < 20_000; i++)
        {
            var name = "abc"[random.Next(3)].ToString();
            var (term, _, entry) = (bench[name].Term, 0, bench[name].Entry!);
            bench.Give(name, members[random.Next(members.Length)].Address, any.Of(kinds[random.Next(kinds.Count)]));
            var now = bench[name];
            Assert.True(now.Term >= term, $"seed {Seed}, message {i}: the term went back");
            Assert.True(
                now.Entry == entry || now.Entry!.IsNewerThan(entry.Term, entry.Index),
                $"seed {Seed}, message {i}: the entry went back"
            );
            Assert.Equal(group, now.Entry.Group);
        }
    }
}
