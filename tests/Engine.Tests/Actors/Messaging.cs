using Akka.Actor;
using Akka.Event;
using Akka.TestKit.Xunit2;

namespace Engine.Tests.Actors;

public sealed class Messaging : TestKit
{
    [Fact]
    public void Messages_of_one_sender_arrive_in_order()
    {
        var probe = CreateTestProbe();
        var echo = ActorOf(Props.Create(() => new Echo()));
        for (var i = 0; i < 1000; i++) probe.Send(echo, i);
        Assert.Equal(Enumerable.Range(0, 1000).Cast<object>(), probe.ReceiveN(1000));
    }

    [Fact]
    public async Task An_actor_handles_one_message_at_a_time_whoever_sends()
    {
        var counter = ActorOf(Props.Create(() => new Counter()));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 5000; i++) counter.Tell("add", ActorRefs.NoSender);
        })));
        Assert.Equal(20_000, await counter.Ask<int>("get", Limit));
    }

    [Fact]
    public void A_forwarded_message_keeps_its_sender()
    {
        var probe = CreateTestProbe();
        var target = CreateTestProbe();
        var forwarder = ActorOf(Props.Create(() => new Forwarder(target.Ref)));
        probe.Send(forwarder, "hello");
        target.ExpectMsg("hello");
        Assert.Equal(probe.Ref, target.Sender);
        target.Reply("answer");
        probe.ExpectMsg("answer");
        Assert.Equal(target.Ref, probe.LastSender);
    }

    [Fact]
    public void A_message_that_no_handler_takes_is_published_as_unhandled()
    {
        var probe = CreateTestProbe();
        Sys.EventStream.Subscribe(probe.Ref, typeof(UnhandledMessage));
        var echo = ActorOf(Props.Create(() => new Echo()));
        probe.Send(echo, 1.5);
        var unhandled = probe.ExpectMsg<UnhandledMessage>();
        Assert.Equal(1.5, unhandled.Message);
        Assert.Equal(echo, unhandled.Recipient);
        Assert.Equal(probe.Ref, unhandled.Sender);
    }

    [Fact]
    public void What_a_stopped_actor_is_told_is_a_dead_letter()
    {
        var probe = CreateTestProbe();
        var echo = ActorOf(Props.Create(() => new Echo()));
        probe.Watch(echo);
        Sys.Stop(echo);
        probe.ExpectTerminated(echo);
        Sys.EventStream.Subscribe(probe.Ref, typeof(DeadLetter));
        probe.Send(echo, "late");
        var letter = probe.ExpectMsg<DeadLetter>();
        Assert.Equal("late", letter.Message);
        Assert.Equal(echo, letter.Recipient);
        Assert.Equal(probe.Ref, letter.Sender);
    }

    [Fact]
    public void A_poison_pill_waits_for_its_turn()
    {
        var probe = CreateTestProbe();
        var echo = ActorOf(Props.Create(() => new Echo()));
        probe.Watch(echo);
        probe.Send(echo, "first");
        probe.Send(echo, PoisonPill.Instance);
        probe.ExpectMsg("first");
        probe.ExpectTerminated(echo);
    }

    [Fact]
    public void Kill_ends_an_actor_with_its_exception()
    {
        var probe = CreateTestProbe();
        var echo = ActorOf(Props.Create(() => new Echo()));
        probe.Watch(echo);
        EventFilter.Exception<ActorKilledException>().ExpectOne(() => echo.Tell(Kill.Instance, ActorRefs.NoSender));
        probe.ExpectTerminated(echo);
    }

    [Fact]
    public void Handlers_are_tried_in_the_order_of_their_declaration()
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(Props.Create(() => new Ordered()));
        foreach (var message in new object[] { 5, -5, 0, "text", 2.5 }) probe.Send(actor, message);
        Assert.Equal(["positive", "negative", "any int", "any: text", "any: 2.5"], probe.ReceiveN(5));
    }

    [Fact]
    public void A_behaviour_on_the_stack_gives_way_to_the_one_below()
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(Props.Create(() => new Moody()));
        foreach (var message in new[] { "who", "angry", "who", "angrier", "who", "calm", "who", "calm", "who" }) probe.Send(actor, message);
        Assert.Equal(["calm", "angry", "angrier", "angry", "calm"], probe.ReceiveN(5));
    }

    [Fact]
    public void Become_takes_the_place_of_the_present_behaviour()
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(Props.Create(() => new Switching()));
        foreach (var message in new[] { "a", "b", "c" }) probe.Send(actor, message);
        Assert.Equal(["even a", "odd b", "even c"], probe.ReceiveN(3));
    }

    [Fact]
    public void The_receive_timeout_comes_when_nothing_else_does()
    {
        var probe = CreateTestProbe();
        ActorOf(Props.Create(() => new Waiting(probe.Ref)));
        probe.ExpectMsg("waited");
        probe.ExpectMsg("waited");
    }

    [Fact]
    public async Task An_asynchronous_handler_holds_up_what_comes_after_it()
    {
        var probe = CreateTestProbe();
        var release = new TaskCompletionSource();
        var actor = ActorOf(Props.Create(() => new Asynchronous(release.Task)));
        probe.Send(actor, "wait");
        probe.ExpectMsg("begun");
        probe.Send(actor, "next");
        probe.ExpectNoMsg(50);
        await Task.Run(release.SetResult);
        probe.ExpectMsg($"done, sender {probe.Ref.Path.Name}, self {actor.Path.Name}");
        probe.ExpectMsg("next");
    }

    [Fact]
    public void An_asynchronous_handler_that_throws_fails_its_actor()
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(Props.Create(() => new Asynchronous(Task.CompletedTask)));
        EventFilter.Exception<InvalidOperationException>(contains: "after an await").ExpectOne(() => probe.Send(actor, "throw"));
        probe.Send(actor, "next");
        probe.ExpectMsg("next");
    }

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private sealed class Echo : ReceiveActor
    {
        public Echo()
        {
            Receive<string>(m => Sender.Tell(m));
            Receive<int>(m => Sender.Tell(m));
        }
    }

    private sealed class Counter : ReceiveActor
    {
        private int _count;

        public Counter()
        {
            Receive<string>(m => m == "add", _ => _count++);
            Receive<string>(_ => Sender.Tell(_count));
        }
    }

    private sealed class Forwarder : ReceiveActor
    {
        public Forwarder(IActorRef target) => ReceiveAny(target.Forward);
    }

    private sealed class Ordered : ReceiveActor
    {
        public Ordered()
        {
            Receive<int>(i => i > 0, _ => Sender.Tell("positive"));
            Receive<int>(i =>
            {
                if (i == 0) return false;
                Sender.Tell("negative");
                return true;
            });
            Receive<int>(_ => Sender.Tell("any int"));
            ReceiveAny(m => Sender.Tell(FormattableString.Invariant($"any: {m}")));
        }
    }

    private sealed class Moody : ReceiveActor
    {
        public Moody()
        {
            Receive<string>(m => m == "who", _ => Sender.Tell("calm"));
            Receive<string>(m => m == "angry", _ => BecomeStacked(() => Mood("angry", "angrier")));
        }

        private void Mood(string mood, string? next)
        {
            Receive<string>(m => m == "who", _ => Sender.Tell(mood));
            Receive<string>(m => m == "calm", _ => Context.UnbecomeStacked());
            if (next is not null) Receive<string>(m => m == next, _ => BecomeStacked(() => Mood(next, null)));
        }
    }

    private sealed class Switching : UntypedActor
    {
        protected override void OnReceive(object message) => Even(message);

        private void Even(object message)
        {
            Sender.Tell($"even {message}");
            Become(Odd);
        }

        private void Odd(object message)
        {
            Sender.Tell($"odd {message}");
            Become(Even);
        }
    }

    private sealed class Waiting : ReceiveActor
    {
        public Waiting(IActorRef told)
        {
            Receive<ReceiveTimeout>(_ => told.Tell("waited"));
            Context.SetReceiveTimeout(TimeSpan.FromMilliseconds(20));
        }
    }

    private sealed class Asynchronous : ReceiveActor
    {
        public Asynchronous(Task gate)
        {
            ReceiveAsync<string>(m => m == "wait", async _ =>
            {
                Sender.Tell("begun");
                await gate;
                Sender.Tell($"done, sender {Sender.Path.Name}, self {Self.Path.Name}");
            });
            ReceiveAsync<string>(m => m == "throw", async _ =>
            {
                await Task.Yield();
                throw new InvalidOperationException("after an await");
            });
            Receive<string>(m => Sender.Tell(m));
        }
    }
}
