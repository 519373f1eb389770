using Akka.Actor;
using Xunit.Abstractions;

namespace Engine.Tests.Remote;

public sealed class RemoteTells(ITestOutputHelper output) : RemoteSpec(output)
{
    [Fact]
    public void A_message_reaches_an_actor_of_another_system_and_its_answer_comes_back()
    {
        var far = StartOther();
        var echo = far.ActorOf(EchoActor.Props, "echo");
        var probe = CreateTestProbe();
        Across(Sys, far, echo).Tell(new Note("there and back"), probe.Ref);
        probe.ExpectMsg(new Note("there and back"), Patience);
        Assert.Equal(AddressOf(far), probe.Sender.Path.Address);
        Assert.Equal("/user/echo", probe.Sender.Path.ToStringWithoutAddress());
    }

    [Fact]
    public void A_selection_reaches_an_actor_of_another_system()
    {
        var far = StartOther();
        far.ActorOf(EchoActor.Props, "echo");
        var probe = CreateTestProbe();
        Sys.ActorSelection($"{AddressOf(far)}/user/echo").Tell(new Note("by selection"), probe.Ref);
        probe.ExpectMsg(new Note("by selection"), Patience);
    }

    [Fact]
    public async Task A_selection_resolves_to_the_ref_of_a_remote_actor()
    {
        var far = StartOther();
        var echo = far.ActorOf(EchoActor.Props, "echo");
        var found = await Sys.ActorSelection($"{AddressOf(far)}/user/echo").ResolveOne(Patience);
        Assert.Equal(echo.Path.ToStringWithAddress(AddressOf(far)), found.Path.ToStringWithAddress());
        Assert.Equal(new Note("x"), await found.Ask<Note>(new Note("x"), Patience));
    }

    [Fact]
    public async Task A_selection_of_nobody_does_not_resolve()
    {
        var far = StartOther();
        await Assert.ThrowsAnyAsync<Exception>(() =>
            Sys.ActorSelection($"{AddressOf(far)}/user/nobody").ResolveOne(TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public async Task An_ask_is_answered_across_systems()
    {
        var far = StartOther();
        var echo = Across(Sys, far, far.ActorOf(EchoActor.Props, "echo"));
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(new Note($"question {i}"), await echo.Ask<Note>(new Note($"question {i}"), Patience));
        }
    }

    [Fact]
    public void Text_bytes_and_numbers_need_no_serializer_of_ones_own()
    {
        var far = StartOther();
        var echo = Across(Sys, far, far.ActorOf(EchoActor.Props, "echo"));
        var probe = CreateTestProbe();
        foreach (var message in new object[] { "text", 42, -7L, "" })
        {
            echo.Tell(message, probe.Ref);
            Assert.Equal(message, probe.ExpectMsg<object>(Patience));
        }
        echo.Tell(new byte[] { 1, 2, 3 }, probe.Ref);
        Assert.Equal([1, 2, 3], probe.ExpectMsg<byte[]>(Patience));
    }

    [Fact]
    public void The_messages_of_each_sender_arrive_in_order_and_once()
    {
        const int Count = 20_000;
        var far = StartOther();
        var probe = CreateTestProbe(far);
        var target = Across(Sys, far, probe.Ref);
        var senders = Enumerable.Range(0, 3).Select(s => Sys.ActorOf(Props.Create(() => new Counter(target, s, Count)))).ToArray();
        foreach (var sender in senders) sender.Tell("go", ActorRefs.NoSender);
        var next = new int[senders.Length];
        for (var i = 0; i < Count * senders.Length; i++)
        {
            var parts = probe.ExpectMsg<Note>(Patience).Text.Split(' ');
            var sender = int.Parse(parts[0]);
            Assert.Equal(next[sender]++, int.Parse(parts[1]));
        }
        probe.ExpectNoMsg(100);
    }

    [Fact]
    public void A_great_many_senders_are_each_answered()
    {
        const int Senders = 10_000;
        var far = StartOther();
        var echo = Across(Sys, far, far.ActorOf(EchoActor.Props, "echo"));
        var probe = CreateTestProbe();
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < Senders; i++)
            {
                var number = i;
                Sys.ActorOf(Props.Create(() => new Asker(echo, number, probe.Ref)));
            }
            var answered = new HashSet<string>();
            while (answered.Count < Senders) answered.Add(probe.ExpectMsg<Note>(Patience).Text);
        }
    }

    [Fact]
    public void A_forwarded_message_keeps_its_first_sender()
    {
        var far = StartOther();
        var third = StartOther();
        var echo = third.ActorOf(EchoActor.Props, "echo");
        var behind = Across(far, third, echo);
        var forwarder = far.ActorOf(Props.Create(() => new Forwarder(behind)), "forwarder");
        var probe = CreateTestProbe();
        Across(Sys, far, forwarder).Tell(new Note("around"), probe.Ref);
        probe.ExpectMsg(new Note("around"), Patience);
        Assert.Equal(AddressOf(third), probe.Sender.Path.Address);
    }

    [Fact]
    public void A_path_with_the_systems_own_address_is_local()
    {
        var probe = CreateTestProbe();
        var own = RefIn(Sys, probe.Ref.Path.ToStringWithAddress(AddressOf(Sys)));
        var message = new NeverSerialized();
        own.Tell(message, ActorRefs.NoSender);
        Assert.Same(message, probe.ExpectMsg<NeverSerialized>(Patience));
    }

    [Fact]
    public void A_poison_pill_stops_a_remote_actor()
    {
        var far = StartOther();
        var echo = far.ActorOf(EchoActor.Props, "echo");
        var watcher = CreateTestProbe(far);
        watcher.Watch(echo);
        Across(Sys, far, echo).Tell(PoisonPill.Instance, ActorRefs.NoSender);
        watcher.ExpectTerminated(echo, Patience);
    }

    [Fact]
    public void A_message_to_a_remote_actor_that_does_not_exist_is_a_dead_letter_there()
    {
        var far = StartOther();
        var probe = CreateTestProbe(far);
        far.EventStream.Subscribe(probe.Ref, typeof(Akka.Event.DeadLetter));
        RefIn(Sys, $"{AddressOf(far)}/user/nobody").Tell(new Note("lost"), ActorRefs.NoSender);
        probe.FishForMessage<Akka.Event.DeadLetter>(letter => Equals(letter.Message, new Note("lost")), Patience);
    }

    [Fact]
    public void An_actor_that_blocks_for_an_answer_from_another_system_gets_it()
    {
        var far = StartOther();
        var echo = Across(Sys, far, far.ActorOf(EchoActor.Props, "echo"));
        var blocker = Sys.ActorOf(Props.Create(() => new Blocker(echo)), "blocker");
        var probe = CreateTestProbe(far);
        for (var i = 0; i < 20; i++)
        {
            Across(far, Sys, blocker).Tell(new Note($"block {i}"), probe.Ref);
            probe.ExpectMsg(new Note($"block {i}"), Patience);
        }
    }

    private sealed record NeverSerialized;

    /// <summary>What nobody should write, and somebody will.</summary>
    private sealed class Blocker : ReceiveActor
    {
        public Blocker(IActorRef echo) => Receive<Note>(note => Sender.Tell(echo.Ask<Note>(note, Patience).GetAwaiter().GetResult(), Self));
    }

    private sealed class Counter : ReceiveActor
    {
        public Counter(IActorRef target, int number, int count) => ReceiveAny(_ =>
        {
            for (var i = 0; i < count; i++) target.Tell(new Note($"{number} {i}"), Self);
        });
    }

    private sealed class Asker : ReceiveActor
    {
        private readonly IActorRef _echo;
        private readonly int _number;

        public Asker(IActorRef echo, int number, IActorRef listener)
        {
            _echo = echo;
            _number = number;
            Receive<Note>(note =>
            {
                listener.Tell(note, Self);
                Context.Stop(Self);
            });
        }

        protected override void PreStart() => _echo.Tell(new Note($"sender {_number}"), Self);
    }

    private sealed class Forwarder : ReceiveActor
    {
        public Forwarder(IActorRef target) => ReceiveAny(message => target.Forward(message));
    }
}
