using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace Engine.Tests.Actors;

public sealed class Timers : TestKit
{
    [Fact]
    public void A_single_timer_fires_once_and_a_periodic_one_until_it_is_cancelled()
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(Props.Create(() => new Timed(probe.Ref)));
        probe.Send(actor, "single");
        probe.ExpectMsg("single fired, active False");
        probe.Send(actor, "periodic");
        for (var i = 0; i < 3; i++) probe.ExpectMsg("periodic fired, active True");
        probe.Send(actor, "cancel");
        probe.FishForMessage<string>(m => m == "cancelled");
        probe.ExpectNoMsg(60);
    }

    [Fact]
    public void A_timer_that_is_replaced_by_its_key_never_delivers_its_old_message()
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(Props.Create(() => new Timed(probe.Ref)));
        // The old tick is in the mailbox already when the timer is replaced: the actor sleeps over it.
        for (var i = 0; i < 20; i++)
        {
            probe.Send(actor, "replace");
            probe.ExpectMsg("new fired");
        }
        probe.ExpectNoMsg(30);
    }

    [Fact]
    public void Timers_are_gone_after_a_restart()
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(Props.Create(() => new Timed(probe.Ref)));
        probe.Send(actor, "periodic");
        probe.ExpectMsg("periodic fired, active True");
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => probe.Send(actor, "fail"));
        probe.FishForMessage<string>(m => m == "restarted");
        probe.ExpectNoMsg(60);
    }

    [Fact]
    public void The_scheduler_tells_once_or_repeatedly_until_it_is_cancelled()
    {
        var probe = CreateTestProbe();
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(5), probe.Ref, "once", ActorRefs.NoSender);
        probe.ExpectMsg("once");
        var repeated = Sys.Scheduler.ScheduleTellRepeatedlyCancelable(TimeSpan.Zero, TimeSpan.FromMilliseconds(15), probe.Ref, "again", ActorRefs.NoSender);
        probe.ExpectMsg("again");
        probe.ExpectMsg("again");
        repeated.Cancel();
        Assert.True(repeated.IsCancellationRequested);
        // Long enough for a thread that gets no time between the two lines.
        var cancelled = Sys.Scheduler.ScheduleTellOnceCancelable(TimeSpan.FromMilliseconds(500), probe.Ref, "never", ActorRefs.NoSender);
        cancelled.Cancel();
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(600), probe.Ref, "last", ActorRefs.NoSender);
        Assert.Equal("last", probe.FishForMessage<string>(m => m != "again"));
    }

    private sealed class Timed : ReceiveActor, IWithTimers
    {
        private readonly IActorRef _told;

        public Timed(IActorRef told)
        {
            _told = told;
            Receive<string>(m => m == "single", _ => Timers.StartSingleTimer("s", new Fired("single"), TimeSpan.FromMilliseconds(10)));
            Receive<string>(m => m == "periodic", _ => Timers.StartPeriodicTimer("p", new Fired("periodic"), TimeSpan.Zero, TimeSpan.FromMilliseconds(15)));
            Receive<string>(m => m == "cancel", _ =>
            {
                Timers.CancelAll();
                told.Tell($"cancelled");
            });
            Receive<string>(m => m == "fail", _ => throw new InvalidOperationException("asked to fail"));
            Receive<string>(m => m == "replace", _ => Replace());
            Receive<Fired>(f => told.Tell(f.Name == "new" ? "new fired" : $"{f.Name} fired, active {Timers.IsTimerActive(f.Name[..1])}"));
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PostRestart(Exception reason) => _told.Tell("restarted");

        private void Replace()
        {
            Timers.StartSingleTimer("r", new Fired("old"), TimeSpan.FromMilliseconds(1));
            SpinWait.SpinUntil(() => false, TimeSpan.FromMilliseconds(5));
            Timers.StartSingleTimer("r", new Fired("new"), TimeSpan.FromMilliseconds(1));
        }
    }

    private sealed record Fired(string Name);
}
