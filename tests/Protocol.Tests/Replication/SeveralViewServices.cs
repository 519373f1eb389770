using System.Collections.Immutable;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>Whom a server pings where there are several view services.</summary>
public sealed class SeveralViewServices
{
    private static readonly ImmutableArray<NodeAddress> Views = [new("vs1"), new("vs2"), new("vs3")];
    private static readonly ServerId Id = new(new NodeAddress("a"), 1);

    private readonly ReplicaNode _server = new(Id, Views, GroupName.Default, ProtocolSettings.Default);
    private Effects _effects = new();

    [Fact]
    public void It_pings_the_one_that_answers()
    {
        Answer(Views[1], 5);
        Tick();
        Assert.Equal([(Views[1], 5L)], Pings);
    }

    [Fact]
    public void After_two_silent_ticks_it_pings_all_and_the_newest_answer_only_goes_to_who_gave_it()
    {
        Answer(Views[1], 5);
        Tick();
        Assert.Single(Pings);
        Tick();
        Assert.Equal([(Views[0], 0L), (Views[1], 5L), (Views[2], 0L)], Pings);
        Answer(Views[2], 9);
        Tick();
        Assert.Equal([(Views[2], 9L)], Pings);
    }

    [Fact]
    public void One_that_names_another_as_acting_sends_it_there_at_once()
    {
        Hear(Views[0], Told(acting: Views[2]));
        Assert.Equal([Views[2]], Pings.Select(ping => ping.To));
    }

    [Fact]
    public void The_number_of_an_answer_is_nothing_to_another_one_that_acts_now()
    {
        Answer(Views[0], 5);
        Hear(Views[0], Told(acting: Views[2]));
        Assert.Equal([(Views[2], 0L)], Pings);
        Tick();
        Assert.Equal([(Views[2], 0L)], Pings);
    }

    [Fact]
    public void Two_that_name_each_other_do_not_send_it_to_and_fro()
    {
        Hear(Views[0], Told(acting: Views[2]));
        Hear(Views[2], Told(acting: Views[0]));
        Assert.Empty(Pings);
        Tick();
        Assert.Equal([Views[2]], Pings.Select(ping => ping.To));
        Hear(Views[2], Told(acting: Views[0]));
        Assert.Equal([Views[0]], Pings.Select(ping => ping.To));
    }

    [Fact]
    public void It_learns_of_others_and_keeps_those_that_it_was_given()
    {
        NodeAddress fourth = new("vs4");
        Hear(Views[0], Told(acting: null, [Views[0], fourth]));
        Assert.Empty(Pings);
        Tick();
        Tick();
        Assert.Equal([.. Views, fourth], Pings.Select(ping => ping.To));
        Answer(fourth, 3);
        Tick();
        Assert.Equal([fourth], Pings.Select(ping => ping.To));
    }

    [Fact]
    public void A_stranger_a_damaged_list_and_one_who_names_a_stranger_change_nothing()
    {
        Hear(new NodeAddress("x"), Told(acting: Views[2]));
        Assert.Contains(_effects.Notices, notice => notice.Kind == NoticeKind.Refused);
        Hear(Views[0], Told(acting: Views[2], []));
        Hear(Views[0], Told(acting: Views[2], [.. Enumerable.Range(0, 10).Select(i => new NodeAddress($"{i}"))]));
        Hear(Views[0], Told(acting: Views[2], [Views[2], new NodeAddress("")]));
        Hear(Views[0], Told(acting: new NodeAddress("x")));
        Tick();
        Assert.Equal([Views[0]], Pings.Select(ping => ping.To));
    }

    [Fact]
    public void When_the_connection_to_the_acting_one_breaks_all_are_pinged()
    {
        Answer(Views[1], 5);
        Do(effects => _server.OnConnectionLost(Views[0], effects));
        Assert.Empty(Pings);
        Do(effects => _server.OnConnectionLost(Views[1], effects));
        Assert.Equal(Views, Pings.Select(ping => ping.To));
    }

    [Fact]
    public void Where_nobody_answers_all_are_asked_for_a_view_too()
    {
        Tick();
        Tick();
        var unknown = new ViewId(new ClusterId(7), 4);
        Hear(new NodeAddress("b"), new Forward(unknown, 1, 1, -1, []));
        Assert.Equal(Views, _effects.Messages.Where(sent => sent.Message is ViewRequest).Select(sent => sent.To));
    }

    [Fact]
    public void A_clone_looks_the_same_and_goes_its_own_way()
    {
        var clone = _server.Clone();
        Assert.Equal(Print(_server), Print(clone));
        Tick();
        Assert.NotEqual(Print(_server), Print(clone));
    }

    [Fact]
    public void One_that_is_alone_is_in_the_same_state_whether_it_is_silent_or_not()
    {
        var contact = new ViewContact([Views[0]]);
        var before = Print(contact);
        contact.OnTick();
        contact.OnLost();
        Assert.Equal(before, Print(contact));
        Assert.Equal(Views[0], Assert.Single(contact.ToAsk));

        static ulong Print(ViewContact contact)
        {
            var fingerprint = new Fingerprint();
            contact.AddTo(ref fingerprint);
            return fingerprint.Value;
        }
    }

    private IEnumerable<(NodeAddress To, long Heard)> Pings =>
        _effects
            .Messages.Where(sent => sent.Message is Ping)
            .Select(sent => (sent.To, ((Ping)sent.Message).NewestAnswer));

    private static ViewServices Told(NodeAddress? acting, ImmutableArray<NodeAddress>? members = null) =>
        new([.. (members ?? Views).Select(address => new ViewServiceName("", address))], acting, 0, 0);

    private static ulong Print(ReplicaNode node)
    {
        var fingerprint = new Fingerprint();
        node.AddTo(ref fingerprint);
        return fingerprint.Value;
    }

    private void Answer(NodeAddress from, long answer) => Hear(from, new PingAnswer(Id, View.None, false, answer));

    private void Tick() => Do(effects => _server.OnTimer(new ReplicaTick(), effects));

    private void Hear(NodeAddress from, Message message) => Do(effects => _server.Handle(from, message, effects));

    private void Do(Action<Effects> input)
    {
        _effects = new Effects();
        input(_effects);
    }
}
