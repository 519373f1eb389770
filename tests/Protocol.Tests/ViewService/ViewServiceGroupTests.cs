using System.Collections.Immutable;

namespace PbKv.Protocol.Tests.ViewService;

/// <summary>Whole view services, with all that they keep together: what each half does with the other one.</summary>
public sealed class ViewServiceGroupTests
{
    private static readonly NodeAddress Clerk = new("akka.tcp://client@host:1/clerk");
    private static readonly ServerId A = new(new NodeAddress("a"), 1);

    [Fact]
    public void One_alone_acts_keeps_and_tells_in_the_same_step()
    {
        var bench = new GroupBench("one");
        bench.Start("one");
        var node = bench["one"].Member.Acting!;
        Assert.Equal(bench["one"].Register.Entry?.Group, node.Cluster);
        Assert.Equal(node.Known, bench.Disk("one").Entry?.Memory);
        Assert.Equal(bench["one"].Register.Entry?.Index, bench["one"].Member.Known.Entries);
        bench.Give("one", Clerk, new ViewRequest(ViewId.None));
        Assert.Equal([typeof(ViewNews)], Kinds(bench.Take(Clerk)));
        Assert.False(bench["one"].Member.IsDeciding);
    }

    [Fact]
    public void One_that_is_started_again_goes_on_with_what_was_kept()
    {
        var bench = new GroupBench("one");
        bench.Start("one");
        bench.FormView("one", A);
        Assert.Equal((1, A), (bench.Disk("one").Entry?.Memory?.View.Number, bench["one"].Member.Acting?.View.Primary));
        bench.Start("one");
        Assert.Equal(1, bench["one"].Member.Acting?.View.Number);
    }

    [Fact]
    public void A_view_is_on_most_disks_when_it_is_told()
    {
        var bench = GroupBench.Acting("one", "two", "three");
        bench.FormView("one", A);
        Assert.Contains(typeof(ViewNews), Kinds(bench.Take(A.Address)));
        Assert.Equal(1, bench.Disk("two").Entry?.Memory?.View.Number);
        bench.Stop("two", "three");
        bench.Give("one", A.Address, new Ping(A, bench["one"].Member.Acting!.View.Id, false, false, false, 0));
        Assert.Empty(Kinds(bench.Take(A.Address)));
        Assert.True(bench["one"].Member.IsDeciding);
    }

    [Fact]
    public void What_waits_for_the_beat_is_asked_for_with_it_and_not_beside_it()
    {
        var bench = GroupBench.Acting("one", "two", "three");
        bench.Give("one", A.Address, new Ping(A, ViewId.None, false, false, false, 0));
        Assert.Empty(Kinds(bench.Take(A.Address)));
        var before = bench.Sent.Count(sent => sent.Message is Keep);
        bench.Fire("one", new RegisterTick());
        Assert.Equal(2, bench.Sent.Count(sent => sent.Message is Keep) - before);
        Assert.Equal([typeof(PingAnswer), typeof(ViewServices)], Kinds(bench.Take(A.Address)));
    }

    [Fact]
    public void One_that_reaches_most_no_more_acts_no_more_and_the_next_one_goes_on()
    {
        var bench = GroupBench.Acting("one", "two", "three");
        bench.FormView("one", A);
        bench.Stop("two", "three");
        for (var i = 0; i <= GroupBench.DeadPings; i++)
            bench.Fire("one", new RegisterTick());
        Assert.Null(bench["one"].Member.Acting);
        bench.Stop("one");
        bench.Start("two");
        bench.Start("three");
        bench.Fire("two", new PatienceTimer());
        Assert.Equal((1, A), (bench["two"].Member.Acting?.View.Number, bench["two"].Member.Acting?.View.Primary));
    }

    [Fact]
    public void Who_waits_when_another_one_leads_is_referred_to_that_one()
    {
        var bench = GroupBench.Acting("one", "two", "three");
        bench.Stop("two", "three");
        for (var i = 0; i < 2; i++)
            bench.Give("one", Clerk, new ViewRequest(ViewId.None));
        var entry = bench["one"].Register.Entry! with { Term = 9 };
        bench.Give("one", new NodeAddress("three"), new Keep(9, entry, 0));
        var told = Assert.IsType<ViewServices>(Assert.Single(bench.Take(Clerk)));
        Assert.Equal((new NodeAddress("three"), 9), (told.Acting, told.Term));
    }

    [Fact]
    public void Whoever_asks_is_told_who_there_is_who_acts_and_how_new_that_is()
    {
        var bench = GroupBench.Acting("one", "two", "three");
        foreach (var name in new[] { "one", "two" })
        {
            bench.Give(name, Clerk, new ViewRequest(ViewId.None));
            var told = bench.Take(Clerk).OfType<ViewServices>().Single();
            Assert.Equal(["one", "two", "three"], told.Members.Select(member => member.Id));
            Assert.Equal(new NodeAddress("one"), told.Acting);
            var register = bench[name].Register;
            Assert.Equal((register.Term, register.Entry!.Index), (told.Term, told.Entries));
        }
        Assert.Equal((1, 3), (bench["two"].Register.Term, bench["two"].Register.Entry!.Index));
    }

    [Fact]
    public void Who_asks_to_be_taken_in_is_told_of_the_others_and_asks_them_too()
    {
        var bench = GroupBench.Acting("one", "two", "three");
        bench.Start("four", ["two", "four"]);
        bench.Fire("four", new RegisterTick());
        Assert.Empty(Asked(bench, "one"));
        bench.Fire("four", new RegisterTick());
        Assert.IsType<Joining>(Assert.Single(Asked(bench, "one")));
        Assert.Equal(0, bench["four"].Member.Known.Entries);
    }

    [Fact]
    public void Who_there_is_is_learned_from_those_that_are_asked_only_and_a_damaged_list_teaches_nothing()
    {
        var bench = new GroupBench();
        bench.Start("four", ["two", "four"]);
        bench.Give("four", Clerk, Told("one"));
        bench.Give("four", new NodeAddress("two"), Told(""));
        bench.Give("four", new NodeAddress("two"), Told("four"));
        bench.Fire("four", new RegisterTick());
        Assert.Equal([new NodeAddress("two")], bench.Sent.Select(sent => sent.To));
        bench.Give("four", new NodeAddress("two"), Told("one", "two"));
        bench.Give("four", new NodeAddress("one"), Told([.. Enumerable.Range(1, 9).Select(i => $"x{i}")]));
        bench.Give("four", new NodeAddress("one"), Told([.. Enumerable.Range(1, 9).Select(i => $"y{i}")]));
        bench.Sent.Clear();
        bench.Fire("four", new RegisterTick());
        Assert.Equal(2 * ViewServices.Most, bench.Sent.Count);
        Assert.Equal(["two", "one", "x1"], bench.Sent.Take(3).Select(sent => sent.To.Value));
    }

    [Fact]
    public void A_connection_that_breaks_matters_to_both_halves()
    {
        var bench = GroupBench.Acting("one", "two", "three");
        bench.FormView("one", A);
        bench.Lose("one", A.Address);
        Assert.Contains(bench.Last.Notices, notice => notice.Kind == NoticeKind.ConnectionLost);
        bench.Lose("two", new NodeAddress("one"));
        Assert.Null(bench["two"].Register.Leader);
        Assert.Null(bench["two"].Member.Known.Acting);
    }

    [Fact]
    public void The_patience_of_one_half_is_nothing_to_the_other()
    {
        var bench = GroupBench.Acting("one", "two", "three");
        bench.Fire("one", new PatienceTimer());
        Assert.Empty(bench.Last.Notices);
    }

    [Fact]
    public void The_tick_of_what_acts_is_the_beat_of_both_with_another_one_behind_it()
    {
        var bench = GroupBench.Acting("one", "two", "three");
        bench.Fire("one", new ViewServiceTick());
        var ms = ProtocolSettings.Default.PingIntervalMs;
        Assert.Equal(
            [new(new ViewServiceTick(), ms, ms), new TimerSetting(new RegisterTick(), ms * 3 / 2, ms * 2)],
            bench.Last.Timers
        );
        Assert.Equal(["two", "three"], bench.Last.Messages.Select(sent => sent.To.Value));
        Assert.All(bench.Last.Messages, sent => Assert.IsType<Keep>(sent.Message));
    }

    [Fact]
    public void Clients_that_are_gone_are_told_nothing()
    {
        var bench = new GroupBench("one");
        bench.Start("one");
        bench.Give("one", Clerk, new ViewRequest(ViewId.None));
        bench["one"].OnClientsGone("akka.tcp://client@host:1/");
        bench.Take(Clerk);
        bench.FormView("one", A);
        Assert.Empty(Kinds(bench.Take(Clerk)));
    }

    [Fact]
    public void A_clone_goes_its_own_way()
    {
        var bench = GroupBench.Acting("one", "two", "three");
        var clone = (ViewServiceGroup)bench["one"].Clone();
        Assert.Equal(Print(bench["one"]), Print(clone));
        bench.Stop("two", "three");
        bench.FormView("one", A);
        Assert.NotEqual(Print(bench["one"]), Print(clone));
        Assert.False(clone.Member.IsDeciding);
        Assert.Null(clone.Register.Entry!.Memory!.View.Primary);
    }

    private static IEnumerable<Type> Kinds(List<Message> messages) => messages.Select(message => message.GetType());

    private static IEnumerable<Message> Asked(GroupBench bench, string name) =>
        bench.Sent.Where(sent => sent.From == "four" && sent.To.Value == name).Select(sent => sent.Message);

    private static ViewServices Told(params string[] names) =>
        new([.. names.Select(name => new ViewServiceName(name, new NodeAddress(name)))], null, 0, 0);

    private static ulong Print(Node node)
    {
        var fingerprint = new Fingerprint();
        node.AddTo(ref fingerprint);
        return fingerprint.Value;
    }
}
