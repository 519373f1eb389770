using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace Engine.Tests.Actors;

public sealed class DeathWatch : TestKit
{
    [Fact]
    public void Whoever_watches_an_actor_that_is_dead_already_hears_at_once()
    {
        var probe = CreateTestProbe();
        var gone = ActorOf(Props.Create(() => new Idle()));
        probe.Watch(gone);
        Sys.Stop(gone);
        probe.ExpectTerminated(gone);
        var late = CreateTestProbe();
        late.Watch(gone);
        late.ExpectTerminated(gone);
    }

    [Fact]
    public void What_an_actor_sent_before_its_end_arrives_before_the_news_of_it()
    {
        var probe = CreateTestProbe();
        for (var i = 0; i < 50; i++)
        {
            var last = ActorOf(Props.Create(() => new LastWords()));
            probe.Watch(last);
            probe.Send(last, "go");
            probe.ExpectMsg("last words");
            probe.ExpectTerminated(last);
        }
    }

    [Fact]
    public void WatchWith_brings_the_message_that_was_given()
    {
        var probe = CreateTestProbe();
        var child = ActorOf(Props.Create(() => new Idle()));
        ActorOf(Props.Create(() => new Watcher(child, "it is over", probe.Ref)));
        probe.ExpectMsg("watching");
        Sys.Stop(child);
        probe.ExpectMsg("it is over");
    }

    [Fact]
    public void An_unwatched_actor_ends_in_silence()
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(Props.Create(() => new Idle()));
        var other = CreateTestProbe();
        other.Watch(actor);
        probe.Watch(actor);
        probe.Unwatch(actor);
        Sys.Stop(actor);
        other.ExpectTerminated(actor);
        probe.ExpectNoMsg(50);
    }

    [Fact]
    public void A_watcher_that_does_not_handle_the_end_ends_too()
    {
        var probe = CreateTestProbe();
        var child = ActorOf(Props.Create(() => new Idle()));
        var watcher = ActorOf(Props.Create(() => new Watcher(child, null, probe.Ref)));
        probe.ExpectMsg("watching");
        probe.Watch(watcher);
        Sys.Stop(child);
        probe.ExpectTerminated(watcher);
    }

    [Fact]
    public void A_parent_may_give_a_childs_name_away_again_when_it_hears_of_its_end()
    {
        var probe = CreateTestProbe();
        var parent = ActorOf(Props.Create(() => new Renewing(probe.Ref)));
        var children = new HashSet<IActorRef>();
        for (var i = 0; i < 10; i++) Assert.True(children.Add(probe.ExpectMsg<IActorRef>()));
        Assert.All(children, c => Assert.Equal("child", c.Path.Name));
        Sys.Stop(parent);
    }

    private sealed class Idle : ReceiveActor;

    private sealed class LastWords : ReceiveActor
    {
        public LastWords() => Receive<string>(_ =>
        {
            Sender.Tell("last words");
            Context.Stop(Self);
        });
    }

    private sealed class Watcher : ReceiveActor
    {
        public Watcher(IActorRef subject, string? message, IActorRef told)
        {
            if (message is null) Context.Watch(subject);
            else Context.WatchWith(subject, message);
            Receive<string>(told.Tell);
            told.Tell("watching");
        }
    }

    private sealed class Renewing : ReceiveActor
    {
        private int _left = 10;

        public Renewing(IActorRef told)
        {
            Receive<Terminated>(_ =>
            {
                if (--_left > 0) Renew(told);
            });
            Renew(told);
        }

        private static void Renew(IActorRef told)
        {
            var child = Context.Watch(Context.ActorOf(Props.Create(() => new Idle()), "child"));
            told.Tell(child);
            Context.Stop(child);
        }
    }
}
