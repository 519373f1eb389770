using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace Engine.Tests.Actors;

public sealed class Supervision : TestKit
{
    [Fact]
    public void A_failed_actor_is_restarted_behind_the_same_ref_and_its_hooks_run_in_order()
    {
        var probe = CreateTestProbe();
        var child = Child(probe, new OneForOneStrategy(_ => Directive.Restart));
        Expect(probe, "1 constructed", "1 PreStart");
        probe.Send(child, "count");
        probe.ExpectMsg(1);
        Fail(probe, child);
        Expect(probe, "1 PreRestart with fail", "1 PostStop", "2 constructed", "2 PostRestart", "2 PreStart");
        probe.Send(child, "count");
        probe.ExpectMsg(1);
    }

    [Fact]
    public void A_resumed_actor_keeps_its_state_and_loses_the_message()
    {
        var probe = CreateTestProbe();
        var child = Child(probe, new OneForOneStrategy(_ => Directive.Resume));
        Expect(probe, "1 constructed", "1 PreStart");
        probe.Send(child, "count");
        probe.ExpectMsg(1);
        probe.Send(child, "fail");
        probe.Send(child, "count");
        probe.ExpectMsg(2);
    }

    [Fact]
    public void A_stopped_actor_runs_PostStop_and_its_watchers_hear_once()
    {
        var probe = CreateTestProbe();
        var child = Child(probe, new OneForOneStrategy(_ => Directive.Stop));
        Expect(probe, "1 constructed", "1 PreStart");
        var watcher = CreateTestProbe();
        watcher.Watch(child);
        watcher.Watch(child);
        Fail(probe, child);
        Expect(probe, "1 PostStop");
        var terminated = watcher.ExpectTerminated(child);
        Assert.True(terminated.ExistenceConfirmed);
        watcher.ExpectNoMsg(50);
    }

    [Fact]
    public void An_escalated_failure_is_the_parents()
    {
        var probe = CreateTestProbe();
        var middle = CreateTestProbe();
        var top = ActorOf(Props.Create(() => new Parent(new OneForOneStrategy(_ => Directive.Stop))));
        var parent = ChildOf(top, Props.Create(() => new Parent(new OneForOneStrategy(_ => Directive.Escalate))));
        middle.Watch(parent);
        var child = ChildOf(parent, Props.Create(() => new Recorder(probe.Ref)));
        middle.Watch(child);
        Fail(middle, child);
        var gone = new[] { middle.ExpectMsg<Terminated>().ActorRef, middle.ExpectMsg<Terminated>().ActorRef };
        Assert.Contains(parent, gone);
        Assert.Contains(child, gone);
    }

    [Fact]
    public void More_restarts_than_are_allowed_end_in_a_stop()
    {
        var probe = CreateTestProbe();
        var child = Child(probe, new OneForOneStrategy(2, TimeSpan.FromMinutes(1), _ => Directive.Restart));
        var watcher = CreateTestProbe();
        watcher.Watch(child);
        for (var i = 0; i < 3; i++) probe.Send(child, "fail");
        watcher.ExpectTerminated(child);
        Assert.Equal("3 PostStop", probe.FishForMessage<string>(m => m == "3 PostStop"));
    }

    [Fact]
    public void A_restart_stops_the_children_first()
    {
        var probe = CreateTestProbe();
        var parent = ActorOf(Props.Create(() => new Parent(new OneForOneStrategy(_ => Directive.Stop))));
        var child = ChildOf(parent, Props.Create(() => new Recorder(probe.Ref)));
        Expect(probe, "1 constructed", "1 PreStart");
        probe.Watch(child);
        Fail(probe, parent);
        Expect(probe, "1 PostStop");
        probe.ExpectMsg<Terminated>();
        probe.Send(parent, "children");
        probe.ExpectMsg(0);
    }

    [Fact]
    public void Children_stop_with_their_parent_and_before_it()
    {
        var probe = CreateTestProbe();
        var parent = ActorOf(Props.Create(() => new Parent(new OneForOneStrategy(_ => Directive.Stop))));
        var child = ChildOf(parent, Props.Create(() => new Recorder(probe.Ref)));
        Expect(probe, "1 constructed", "1 PreStart");
        probe.Watch(child);
        probe.Watch(parent);
        Sys.Stop(parent);
        Expect(probe, "1 PostStop");
        probe.ExpectTerminated(child);
        probe.ExpectTerminated(parent);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_actor_that_cannot_be_started_is_stopped_and_the_system_lives(bool inConstructor)
    {
        var probe = CreateTestProbe();
        EventFilter.Exception<ActorInitializationException>().ExpectOne(() =>
        {
            var broken = ActorOf(Props.Create(() => new Stillborn(inConstructor)));
            probe.Watch(broken);
            probe.ExpectTerminated(broken);
        });
        Child(probe, new OneForOneStrategy(_ => Directive.Restart));
        Expect(probe, "1 constructed", "1 PreStart");
    }

    [Fact]
    public void An_actor_needs_a_public_constructor_whatever_made_its_props()
    {
        var probe = CreateTestProbe();
        EventFilter.Exception<ActorInitializationException>().ExpectOne(() =>
        {
            var hidden = ActorOf(Props.Create(() => new Hidden(probe.Ref)));
            probe.Watch(hidden);
            probe.ExpectTerminated(hidden);
        });
    }

    [Fact]
    public void The_default_is_a_restart()
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(Props.Create(() => new Recorder(probe.Ref)));
        Expect(probe, "1 constructed", "1 PreStart");
        Fail(probe, actor);
        Expect(probe, "1 PreRestart with fail", "1 PostStop", "2 constructed", "2 PostRestart", "2 PreStart");
    }

    private IActorRef Child(TestProbe probe, SupervisorStrategy strategy) =>
        ChildOf(ActorOf(Props.Create(() => new Parent(strategy))), Props.Create(() => new Recorder(probe.Ref)));

    private IActorRef ChildOf(IActorRef parent, Props props)
    {
        var asking = CreateTestProbe();
        asking.Send(parent, props);
        return asking.ExpectMsg<IActorRef>();
    }

    private void Fail(TestProbe probe, IActorRef actor) => EventFilter.Exception<InvalidOperationException>().ExpectOne(() => probe.Send(actor, "fail"));

    private static void Expect(TestProbe probe, params string[] lines)
    {
        foreach (var line in lines) Assert.Equal(line, probe.FishForMessage<string>(_ => true));
    }

    private sealed class Hidden : ReceiveActor
    {
        internal Hidden(IActorRef told) => told.Tell("made all the same");
    }

    private sealed class Parent : ReceiveActor
    {
        private readonly SupervisorStrategy _strategy;

        public Parent(SupervisorStrategy strategy)
        {
            _strategy = strategy;
            Receive<Props>(props => Sender.Tell(Context.ActorOf(props)));
            Receive<string>(m => m == "children", _ => Sender.Tell(Context.GetChildren().Count()));
            Receive<string>(m => m == "fail", _ => throw new InvalidOperationException("asked to fail"));
        }

        protected override SupervisorStrategy SupervisorStrategy() => _strategy;
    }

    private sealed class Stillborn : ReceiveActor
    {
        public Stillborn(bool inConstructor)
        {
            if (inConstructor) throw new InvalidOperationException("in the constructor");
        }

        protected override void PreStart() => throw new InvalidOperationException("in PreStart");
    }
}

/// <summary>Tells of everything that happens to it, with the number of its instance.</summary>
internal sealed class Recorder : ReceiveActor
{
    private readonly IActorRef _told;
    private readonly int _instance;
    private int _count;

    public Recorder(IActorRef told)
    {
        _told = told;
        _instance = Instances.Next(Self);
        Tell("constructed");
        Receive<string>(m => m == "count", _ => Sender.Tell(++_count));
        Receive<string>(m => m == "fail", _ => throw new InvalidOperationException("asked to fail"));
    }

    protected override void PreStart() => Tell("PreStart");

    protected override void PostStop() => Tell("PostStop");

    protected override void PreRestart(Exception reason, object message)
    {
        Tell($"PreRestart with {message}");
        base.PreRestart(reason, message);
    }

    protected override void PostRestart(Exception reason)
    {
        Tell("PostRestart");
        base.PostRestart(reason);
    }

    private void Tell(string what) => _told.Tell(FormattableString.Invariant($"{_instance} {what}"));

    private static class Instances
    {
        private static readonly System.Collections.Concurrent.ConcurrentDictionary<IActorRef, int> Counts = new();

        public static int Next(IActorRef self) => Counts.AddOrUpdate(self, 1, (_, n) => n + 1);
    }
}
