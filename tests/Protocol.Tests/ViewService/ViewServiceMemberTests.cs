using System.Collections.Immutable;

namespace PbKv.Protocol.Tests.ViewService;

/// <summary>One of several view services, whose log is the test.</summary>
public sealed class ViewServiceMemberTests
{
    private static readonly NodeAddress Self = new("vs1");
    private static readonly NodeAddress Other = new("vs2");
    private static readonly NodeAddress Clerk = new("clerk");
    private static readonly ServerId A = new(new NodeAddress("a"), 1);
    private static readonly ServerId B = new(new NodeAddress("b"), 1);
    private static readonly ServerId C = new(new NodeAddress("c"), 1);
    private static readonly ClusterId Cluster = new(7);
    private static readonly ProtocolSettings Settings = ProtocolSettings.Default;

    /// <summary>A and B are a pair, and both know it.</summary>
    private static readonly ViewServiceMemory Pair = Memory(new View(Cluster, 2, A, B));

    private readonly ViewServiceMember _member = new(Self);
    private Effects _effects = new();

    public ViewServiceMemberTests() =>
        _member.Know(new ViewServices([new("one", Self), new("two", Other)], Other, Term: 4, Entries: 9));

    [Fact]
    public void One_that_does_not_act_refers_whoever_asks_to_the_one_that_does()
    {
        foreach (var question in Questions)
        {
            Handle(Clerk, question);
            var told = Assert.IsType<ViewServices>(Assert.Single(_effects.Messages).Message);
            Assert.Equal((Other, 4, 9), (told.Acting, told.Term, told.Entries));
            Assert.Equal(["vs1", "vs2"], told.Members.Select(member => member.Address.Value));
        }
        Handle(Clerk, new Unsupported(3));
        Do(effects => _member.OnTimer(new ViewServiceTick(), effects));
        Do(effects => _member.OnConnectionLost(A.Address, effects));
        Assert.Empty(_effects.Messages);
    }

    [Fact]
    public void One_that_knows_of_nobody_yet_says_that_there_is_itself()
    {
        var known = new ViewServiceMember(Self).Known;
        Assert.Equal(new ViewServiceName("", Self), Assert.Single(known.Members));
        Assert.Equal((null, 0, 0), (known.Acting, known.Term, known.Entries));
    }

    [Fact]
    public void A_new_cluster_is_told_of_when_it_is_decided()
    {
        Lead(null);
        Assert.Equal(Cluster, _effects.Memory?.Cluster);
        Assert.Empty(_effects.Notices);
        Assert.Empty(_effects.Timers);
        Decided(true);
        Assert.Contains(_effects.Notices, notice => notice.Kind == NoticeKind.NewCluster);
        Assert.IsType<ViewServiceTick>(Assert.Single(_effects.Timers).Timer);
    }

    [Fact]
    public void One_that_goes_on_with_what_was_decided_needs_no_decision_for_that()
    {
        Lead(Pair);
        Assert.Equal(0, _effects.Decision);
        Assert.Single(_effects.Timers);
        Assert.Equal(Pair, _member.Acting?.Known);
    }

    [Fact]
    public void An_answer_without_news_leaves_when_it_is_known_to_lead_still()
    {
        Lead(Pair);
        Open();
        Assert.Empty(_effects.Messages);
        Assert.Null(_effects.Memory);
        Decided(true);
        Assert.Equal([typeof(PingAnswer), typeof(ViewServices)], Told(A.Address));
        Assert.Equal(Self, _effects.Messages.Select(sent => sent.Message).OfType<ViewServices>().Single().Acting);
    }

    [Theory]
    [InlineData(typeof(RegisterTick))]
    [InlineData(typeof(ViewServiceTick))]
    public void Answers_without_news_wait_for_the_next_beat_and_nothing_else_waits_with_them(Type beat)
    {
        void Beat() => Do(effects => _member.OnTimer((NodeTimer)Activator.CreateInstance(beat)!, effects));

        Lead(Pair);
        Beat();
        Assert.Equal(0, _effects.Decision);
        Handle(C.Address, PingOf(C));
        Assert.Contains(_effects.Notices, notice => notice.Kind == NoticeKind.ServerSeen);
        Handle(B.Address, PingOf(B));
        Do(effects => _member.OnTimer(new ConnectionLostTimer(A), effects));
        Assert.False(_member.IsDeciding);
        Assert.True(_member.IsHolding);
        Beat();
        Assert.False(_member.IsHolding);
        Decided(true);
        Assert.NotEmpty(Told(C.Address));
        Assert.NotEmpty(Told(B.Address));
        Assert.False(_member.IsHolding);
    }

    [Fact]
    public void What_somebody_waits_for_takes_the_answers_that_wait_with_it()
    {
        Lead(Pair);
        Handle(A.Address, PingOf(A));
        Handle(Clerk, new ViewRequest(ViewId.None));
        Assert.NotEqual(0, _effects.Decision);
        Decided(true);
        Assert.Equal([A.Address, A.Address, Clerk, Clerk], _effects.Messages.Select(sent => sent.To));
    }

    [Fact]
    public void One_that_is_alone_answers_at_once()
    {
        _member.Know(new ViewServices([new("one", Self)], Self, Term: 1, Entries: 1));
        Lead(Pair);
        Handle(A.Address, PingOf(A));
        Assert.NotEqual(0, _effects.Decision);
        Decided(true);
        Assert.Equal([typeof(PingAnswer)], Told(A.Address));
    }

    [Fact]
    public void A_view_is_told_when_it_is_decided_and_not_before()
    {
        LoseA();
        Assert.Equal((3, B), (_effects.Memory?.View.Number, _effects.Memory?.View.Primary));
        Assert.Empty(_effects.Messages);
        Assert.Empty(_effects.Notices);
        Decided(true);
        Assert.Contains(typeof(ViewNews), Told(B.Address));
        Assert.Contains(_effects.Notices, notice => notice.Kind == NoticeKind.NewView);
    }

    [Fact]
    public void A_view_that_is_not_decided_was_never_made()
    {
        LoseA();
        Decided(false);
        Assert.Empty(_effects.Messages);
        Assert.Equal([NoticeKind.NotActing], _effects.Notices.Select(notice => notice.Kind));
        Assert.Null(_member.Acting);
        Lead(Pair);
        Assert.Equal(2, _member.Acting?.View.Number);
    }

    [Fact]
    public void What_comes_while_it_waits_is_answered_in_the_next_round_all_of_it_together()
    {
        Lead(Pair);
        Open();
        var first = _effects.Decision;
        Handle(B.Address, PingOf(B));
        Handle(Clerk, new ViewRequest(ViewId.None));
        Assert.Equal(0, _effects.Decision);
        Beat();
        Assert.Equal(0, _effects.Decision);
        Do(effects => _member.Decided(first, committed: true, effects));
        Assert.Equal(first + 1, _effects.Decision);
        Assert.NotEmpty(Told(A.Address));
        Assert.Empty(Told(B.Address));
        Do(effects => _member.Decided(first + 1, committed: true, effects));
        Assert.NotEmpty(Told(B.Address));
        Assert.Equal([typeof(ViewNews), typeof(ViewServices)], Told(Clerk));
    }

    [Fact]
    public void The_answer_to_an_earlier_decision_decides_nothing()
    {
        Lead(Pair);
        Open();
        Do(effects => _member.Decided(77, committed: true, effects));
        Assert.Empty(_effects.Messages);
        Assert.True(_member.IsDeciding);
        Do(effects => _member.Decided(77, committed: false, effects));
        Assert.NotNull(_member.Acting);
    }

    [Fact]
    public void Who_waits_when_another_one_is_chosen_is_referred_to_it()
    {
        Lead(Pair);
        Open();
        Handle(Clerk, new ViewRequest(ViewId.None));
        Do(_member.Follow);
        Assert.Equal([typeof(ViewServices)], Told(Clerk));
        Assert.Empty(Told(A.Address));
        Assert.Equal(Other, _member.Known.Acting);
        Do(_member.Follow);
        Assert.Empty(_effects.Notices);
    }

    [Fact]
    public void One_that_is_chosen_again_goes_on_from_what_was_decided_and_nothing_else()
    {
        Lead(Pair);
        Open();
        Handle(Clerk, new ViewRequest(ViewId.None));
        Lead(Pair);
        Assert.Equal([NoticeKind.NotActing], _effects.Notices.Select(notice => notice.Kind));
        Assert.Equal([typeof(ViewServices)], Told(Clerk));
        Assert.False(_member.IsDeciding);
        Open();
        Do(_member.Follow);
        Assert.False(_member.IsDeciding);
    }

    [Fact]
    public void Of_those_that_wait_for_ever_most_are_forgotten()
    {
        Lead(Pair);
        Open();
        for (var i = 0; i < 10_100; i++)
            Handle(Clerk, new ViewRequest(ViewId.None));
        Do(_member.Follow);
        Assert.Equal(10_000, _effects.Messages.Count);
    }

    [Fact]
    public void However_many_wait_the_next_tick_is_not_forgotten_among_them()
    {
        Lead(Pair);
        Open();
        for (var i = 0; i < 10_000; i++)
            Handle(Clerk, new ViewRequest(ViewId.None));
        Do(effects => _member.OnTimer(new ViewServiceTick(), effects));
        Assert.Empty(_effects.Timers);
        Do(effects => _member.Decided(1, committed: true, effects));
        Do(effects => _member.Decided(2, committed: true, effects));
        Assert.IsType<ViewServiceTick>(Assert.Single(_effects.Timers).Timer);
    }

    [Fact]
    public void A_tick_in_which_nothing_happens_needs_no_decision()
    {
        Lead(Pair);
        Do(effects => _member.OnTimer(new ViewServiceTick(), effects));
        Assert.Equal(0, _effects.Decision);
        Assert.Single(_effects.Timers);
    }

    [Fact]
    public void Clones_go_their_own_ways()
    {
        Lead(Pair);
        Open();
        var clone = (ViewServiceMember)_member.Clone();
        Assert.Equal(Print(_member), Print(clone));
        Decided(true);
        Assert.NotEqual(Print(_member), Print(clone));
        Assert.False(_member.IsDeciding);
        Assert.True(clone.IsDeciding);
        Do(effects => clone.Decided(1, committed: true, effects));
        Assert.Equal([typeof(PingAnswer), typeof(ViewServices)], Told(A.Address));
        Assert.Equal(Print(_member), Print(clone));
    }

    [Fact]
    public void States_differ_by_what_waits()
    {
        Lead(Pair);
        Open();
        var states = new List<ulong> { Print(_member) };
        Waits(clone => clone.Handle(Clerk, new ViewRequest(ViewId.None), new Effects()));
        Waits(clone => clone.Handle(A.Address, new ViewRequest(ViewId.None), new Effects()));
        Waits(clone => clone.Handle(Clerk, new StatusRequest(1), new Effects()));
        Waits(clone => clone.OnConnectionLost(A.Address, new Effects()));
        Waits(clone => clone.OnTimer(new ViewServiceTick(), new Effects()));
        Waits(clone => clone.OnTimer(new ConnectionLostTimer(A), new Effects()));
        Assert.Equal(states.Count, states.Distinct().Count());

        void Waits(Action<Node> input)
        {
            var clone = _member.Clone();
            input(clone);
            states.Add(Print(clone));
        }
    }

    private static ImmutableArray<Message> Questions =>
        [PingOf(A), new ViewRequest(ViewId.None), new StatusRequest(1), new ResetRequest(A.Address)];

    private static ViewServiceMemory Memory(View view) => new(Cluster, view, true, true, view, true);

    private static Ping PingOf(ServerId server) =>
        new(server, Pair.View.Id, Synced: server == B, BackupSilent: false, Leaving: false, NewestAnswer: 0);

    private static ulong Print(Node node)
    {
        var fingerprint = new Fingerprint();
        node.AddTo(ref fingerprint);
        return fingerprint.Value;
    }

    /// <summary>B pings and A does not, until A counts as dead; the view that follows waits for its decision.</summary>
    private void LoseA()
    {
        Lead(Pair);
        for (var tick = 0; tick < Settings.DeadPings; tick++)
        {
            if (_member.IsDeciding)
                Decided(true);
            Handle(B.Address, PingOf(B));
            Do(effects => _member.OnTimer(new ViewServiceTick(), effects));
        }
    }

    private void Lead(ViewServiceMemory? memory) =>
        Do(effects => _member.Lead(new ViewServiceNode(Self, Settings, Cluster, memory), effects));

    private void Beat() => Do(effects => _member.OnTimer(new RegisterTick(), effects));

    /// <summary>Something has to be decided.</summary>
    private void Open()
    {
        Handle(A.Address, PingOf(A));
        Assert.Equal(0, _effects.Decision);
        Beat();
    }

    private void Decided(bool committed)
    {
        var round = _effects.Decision;
        Do(effects => _member.Decided(round, committed, effects));
    }

    private void Handle(NodeAddress from, Message message) => Do(effects => _member.Handle(from, message, effects));

    private void Do(Action<Effects> input)
    {
        _effects = new Effects();
        input(_effects);
    }

    private IEnumerable<Type> Told(NodeAddress to) =>
        _effects.Messages.Where(sent => sent.To == to).Select(sent => sent.Message.GetType());
}
