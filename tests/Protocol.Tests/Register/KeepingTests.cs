using static PbKv.Protocol.Tests.Registers.OneRegister;

namespace PbKv.Protocol.Tests.Registers;

/// <summary>What one member keeps, and what a leader makes of what the others say that they keep.</summary>
public sealed class KeepingTests
{
    [Fact]
    public void What_it_keeps_is_read_as_it_was_written()
    {
        foreach (var entry in new[] { null, Entry(2, 6), Entry(2, 6) with { Memory = RegisterBench.Memory(3) } })
        {
            var writer = WireWriter.Rent();
            new RegisterState(5, 9, 7, entry).Write(writer);
            var reader = new WireReader(writer.Return().ToArray(), new Texts());
            var read = RegisterState.Read(ref reader);
            Assert.Equal((5UL, 9L, 7UL), (read.Disk, read.Term, read.Vote));
            Assert.Equal(entry?.Members, read.Entry?.Members.AsEnumerable());
            Assert.Equal(
                (entry?.Term, entry?.Index, entry?.Group, entry?.Memory),
                (read.Entry?.Term, read.Entry?.Index, read.Entry?.Group, read.Entry?.Memory)
            );
        }
    }

    [Fact]
    public void What_a_leader_of_an_earlier_term_sends_is_not_kept_though_it_be_newer()
    {
        var one = new OneRegister(Entry(1, 5), term: 4);
        one.Hear(A, new Keep(3, Entry(3, 7), 8));
        Assert.Null(one.Effects.Register);
        Assert.Null(one.Node.Leader);
        Assert.Equal(new Kept(Group, B.Disk, 4, 1, 5, 8), Assert.Single(one.Sent<Kept>()));
    }

    [Fact]
    public void An_older_entry_of_the_same_leader_comes_too_late_and_the_same_one_is_not_written_again()
    {
        var one = new OneRegister(Entry(1, 5));
        one.Hear(A, new Keep(1, Entry(1, 7), 1));
        Assert.Equal(7, one.Kept.Entry?.Index);
        foreach (var index in new[] { 6, 7 })
        {
            one.Hear(A, new Keep(1, Entry(1, index), 2));
            Assert.Null(one.Effects.Register);
            Assert.Equal(new Kept(Group, B.Disk, 1, 1, 7, 2), Assert.Single(one.Sent<Kept>()));
        }
    }

    [Fact]
    public void Following_a_leader_takes_no_vote_back()
    {
        var one = new OneRegister(Entry(1, 5));
        one.Hear(A, Candidacy(A, 2, 1, 5));
        one.Hear(A, new Keep(2, Entry(2, 6), 0));
        Assert.Equal(A.Disk, one.Kept.Vote);
        one.Hear(A, new Keep(3, Entry(3, 7), 0));
        Assert.Equal((3, 0UL), (one.Kept.Term, one.Kept.Vote));
    }

    [Fact]
    public void One_in_no_group_keeps_no_entry_that_does_not_name_it()
    {
        var one = new OneRegister(null, term: 0);
        one.Hear(A, new Keep(1, Entry(1, 5, A, C), 0));
        Assert.Empty(one.Effects.Messages);
        Assert.Null(one.Node.Entry);
        Assert.Equal(0, one.Node.Term);
        one.Hear(A, new Keep(1, Entry(1, 5), 0));
        Assert.Equal(5, one.Node.Entry?.Index);
    }

    [Fact]
    public void The_largest_numbers_that_can_be_are_kept_and_no_larger_ones()
    {
        const long Most = View.MostNumber;
        var one = new OneRegister(null, term: 0);
        foreach (var (term, index) in new (long, long)[] { (Most + 1, 1), (1, Most + 1), (0, 1), (-1, 1), (1, 0) })
        {
            one.Hear(A, new Keep(term, Entry(term, index), 0));
            Assert.Equal(NoticeKind.Refused, Assert.Single(one.Effects.Notices).Kind);
            Assert.Null(one.Node.Entry);
        }
        one.Hear(A, new Keep(Most, Entry(Most, Most), 0));
        Assert.Equal((Most, Most), (one.Node.Entry?.Term, one.Node.Entry?.Index));
    }

    [Fact]
    public void Who_does_not_lead_decides_nothing_and_counts_nothing()
    {
        var one = new OneRegister(Entry(1, 5));
        one.Hear(A, new Keep(1, Entry(1, 5), 0));
        foreach (var memory in new[] { null, RegisterBench.Memory(3) })
        {
            var asked = new Effects();
            one.Node.Decide(1, memory, asked);
            Assert.Empty(asked.Messages);
            Assert.Null(asked.Register);
        }
        one.Hear(C, new Kept(Group, C.Disk, 1, 1, 5, 9));
        one.Hear(A, new Kept(Group, A.Disk, 1, 1, 5, 9));
        Assert.Equal((false, 0), (one.Node.IsDecided(1), one.Node.LeadsTerm));
        Assert.Empty(one.Effects.Notices);
    }

    [Fact]
    public void What_is_asked_in_a_tick_is_told_to_each_once_by_the_tick()
    {
        foreach (var memory in new[] { null, RegisterBench.Memory(3) })
        {
            var one = Leading();
            var tick = new Effects();
            one.Node.Decide(1, memory, tick, beats: true);
            one.Node.OnTimer(new RegisterTick(), tick);
            Assert.Equal([A.Address, C.Address], tick.Messages.Select(sent => sent.To));
            Assert.All(tick.Messages, sent => Assert.Equal(memory, ((Keep)sent.Message).Entry.Memory));
        }
    }

    [Fact]
    public void What_was_said_in_an_earlier_term_answers_no_round_of_this_one()
    {
        var one = Leading();
        one.Node.Decide(1, null, new Effects());
        one.Hear(A, new Kept(Group, A.Disk, 1, 2, 6, 99));
        one.Hear(A, new Kept(Group, 99, 2, 2, 6, 99));
        one.Hear(A, new Kept(Group, A.Disk, 2, 2, 6, 0));
        Assert.False(one.Node.IsDecided(1));
        one.Hear(A, new Kept(Group, A.Disk, 2, 2, 6, 1));
        Assert.True(one.Node.IsDecided(1));
    }

    [Fact]
    public void A_leader_counts_nothing_of_an_earlier_time_when_it_was_one()
    {
        var one = Leading();
        Assert.NotNull(one.Node.Counting);
        one.Fire(new RegisterTick { Late = true });
        one.Hear(A, new Kept(Group, A.Disk, 3, 2, 6, 0));
        Assert.Null(one.Node.Counting);
        one.Hear(A, new Summons(Group, 3));
        one.Hear(A, new Vote(Group, A.Disk, 4, Trial: false, Given: true));
        Assert.Null(one.Node.Counting);
        one.Fire(new RegisterTick { Late = true });
        for (var tick = 0; tick < Settings.DeadPings; tick++)
            one.Fire(new RegisterTick());
        Assert.Equal(B.Address, one.Node.Leader);
        one.Fire(new RegisterTick());
        Assert.Null(one.Node.Leader);
    }

    [Fact]
    public void A_leader_that_sleeps_makes_nobody_older_but_not_twice_in_a_row()
    {
        var one = Leading();
        for (var tick = 0; tick < 2 * Settings.DeadPings + 1; tick++)
        {
            Assert.Equal(2, one.Node.LeadsTerm);
            one.Fire(new RegisterTick { Late = true });
        }
        Assert.Equal(2, one.Node.LeadsTerm);
        one.Fire(new RegisterTick { Late = true });
        Assert.Equal(0, one.Node.LeadsTerm);
    }

    [Fact]
    public void A_leader_that_is_called_something_else_now_says_so_when_its_first_entry_counts()
    {
        var moved = Member("moved", B.Disk);
        var one = new OneRegister(Entry(1, 5), self: moved);
        one.Hear(A, new Summons(Group, 1));
        one.Hear(A, new Vote(Group, A.Disk, 2, Trial: false, Given: true));
        Assert.Equal([A, B, C], one.Kept.Entry!.Members.AsEnumerable());
        one.Hear(A, new Kept(Group, A.Disk, 2, 2, 6, 0));
        Assert.Equal([A, C, moved], one.Kept.Entry!.Members.AsEnumerable());
        Assert.Equal(NoticeKind.MembersChanged, one.Effects.Notices[^1].Kind);
        one.Hear(A, new Kept(Group, A.Disk, 2, 2, 7, 0));
        Assert.Empty(one.Effects.Notices);
    }

    [Fact]
    public void One_that_may_found_nothing_waits_and_says_that_it_is_alone()
    {
        var one = new OneRegister(null, term: 0, peers: [], mayFound: false);
        Assert.Empty(one.Effects.Messages);
        Assert.Null(one.Node.Entry);
        Assert.Equal([B.Name], one.Node.Names.AsEnumerable());
    }

    [Fact]
    public void One_that_was_alone_and_gets_peers_listens_before_it_leads()
    {
        var one = new OneRegister(Entry(1, 5, B));
        Assert.Equal(0, one.Node.LeadsTerm);
        one.Fire(new PatienceTimer());
        Assert.Equal(2, one.Node.LeadsTerm);
    }

    [Fact]
    public void The_first_of_them_founds_when_all_others_are_in_no_group_and_mean_its_very_disk()
    {
        foreach (var (to, isEmpty, mayFound) in new[] { (9UL, true, true), (2UL, false, true), (2UL, true, false) })
        {
            var none = new OneRegister(null, term: 0, peers: [B, A, C], mayFound: mayFound);
            none.Hear(A, new Joining(A, B.Disk, IsEmpty: true));
            none.Hear(C, new Joining(C, to, isEmpty));
            Assert.Null(none.Node.Entry);
        }
        var second = new OneRegister(null, term: 0);
        second.Hear(A, new Joining(A, B.Disk, IsEmpty: true));
        second.Hear(C, new Joining(C, B.Disk, IsEmpty: true));
        Assert.Null(second.Node.Entry);
        var first = new OneRegister(null, term: 0, peers: [B, A, C]);
        first.Hear(A, new Joining(A, B.Disk, IsEmpty: true));
        first.Hear(C, new Joining(C, B.Disk, IsEmpty: true));
        Assert.Equal([B, A, C], first.Node.Entry!.Members.AsEnumerable());
    }

    [Fact]
    public void A_stranger_s_group_does_not_make_it_give_up()
    {
        var one = new OneRegister(Entry(1, 5, B));
        one.Hear(Member("x", 9), new Keep(3, Entry(3, 7) with { Group = new ClusterId(8) }, 0));
        one.Fire(new PatienceTimer());
        Assert.Equal(2, one.Node.LeadsTerm);
    }

    [Fact]
    public void One_that_is_in_a_group_learns_of_nobody_else_to_ask()
    {
        var one = new OneRegister(Entry(1, 5));
        var before = Print(one.Node);
        one.Node.Hear(A.Address, new ViewServices([new ViewServiceName("x", new NodeAddress("x"))], null, 0, 0));
        Assert.Equal(before, Print(one.Node));
    }

    [Fact]
    public void One_that_has_moved_asks_those_that_are_in_its_entry()
    {
        var one = new OneRegister(Entry(1, 5), self: Member("moved", B.Disk), peers: []);
        one.Fire(new RegisterTick());
        Assert.Equal([A.Address, B.Address, C.Address], one.Effects.Messages.Select(sent => sent.To));
        Assert.All(one.Sent<Joining>(), sent => Assert.Equal((B.Disk, false), (sent.From.Disk, sent.IsEmpty)));
    }

    [Fact]
    public void A_leader_that_is_long_gone_makes_no_new_states()
    {
        var one = new OneRegister(Entry(1, 5));
        one.Hear(A, new Keep(1, Entry(1, 5), 0));
        var prints = new List<ulong>();
        for (var tick = 0; tick < Settings.DeadPings + 2; tick++)
        {
            prints.Add(Print(one.Node));
            one.Fire(new RegisterTick());
        }
        Assert.Equal(Settings.DeadPings + 1, prints.Distinct().Count());
        Assert.Equal(prints[^1], prints[^2]);
    }

    [Fact]
    public void States_differ_by_who_voted_what_waits_and_who_is_to_be_answered()
    {
        AllDiffer(98UL, 99UL, disk => Voted(disk));
        AllDiffer(4L, 5L, view => Waiting(view));
        AllDiffer("x", "y", asker => Removing(C, asker));
        AllDiffer("c", "d", name => Removing(Member(name, C.Disk), "x"));

        static void AllDiffer<T>(T one, T other, Func<T, Register> make)
        {
            Assert.Equal(Print(make(one)), Print(make(one)));
            Assert.NotEqual(Print(make(one)), Print(make(other)));
        }

        static Register Voted(ulong disk)
        {
            var one = new OneRegister(Entry(1, 5));
            one.Fire(new PatienceTimer());
            one.Hear(A, new Vote(Group, disk, 2, Trial: true, Given: true));
            return one.Node;
        }

        static Register Waiting(long view)
        {
            var one = Leading();
            one.Node.Decide(1, RegisterBench.Memory(3), new Effects());
            one.Node.Decide(2, RegisterBench.Memory(view), new Effects());
            return one.Node;
        }

        static Register Removing(Member gone, string asker)
        {
            var one = new OneRegister(Entry(1, 5, A, B, gone));
            one.Hear(A, new Summons(Group, 1));
            one.Hear(A, new Vote(Group, A.Disk, 2, Trial: false, Given: true));
            for (var tick = 0; tick <= Settings.DeadPings; tick++)
            {
                one.Fire(new RegisterTick());
                one.Hear(A, new Kept(Group, A.Disk, 2, 2, 6, 0));
            }
            one.Hear(Member(asker, 0), new MemberRequest(MemberChange.Remove, gone.Id, ""));
            Assert.Equal(7, one.Node.Entry?.Index);
            return one.Node;
        }
    }

    [Fact]
    public void One_that_never_was_one_of_several_is_called_by_its_address()
    {
        Assert.Equal("host:1", new Member("", new NodeAddress("host:1"), 1).ToString());
        Assert.Equal("b (b)", B.ToString());
    }

    private static ulong Print(Node node)
    {
        var fingerprint = new Fingerprint();
        node.AddTo(ref fingerprint);
        return fingerprint.Value;
    }
}
