using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace PbKv.Remoting.Tests;

public sealed class Timers : RemotingSpec
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void What_is_due_once_comes_once_and_not_before_its_time()
    {
        var system = Start(Sockets);
        var bag = new Bag(system);
        Assert.IsType<TurnScheduler>(system.Scheduler);
        for (var i = 0; i < 20; i++)
        {
            var delay = TimeSpan.FromMilliseconds(1 + 3 * i);
            var since = Stopwatch.GetTimestamp();
            system.Scheduler.ScheduleTellOnce(delay, bag.Ref, i, ActorRefs.NoSender);
            bag.Expect(i);
            Assert.True(Stopwatch.GetElapsedTime(since) >= delay);
        }
        Assert.Equal(0, bag.Count);
    }

    [Fact]
    public void Timers_come_in_the_order_in_which_they_are_due()
    {
        var system = Start(Sockets);
        var bag = new Bag(system);
        foreach (var i in Enumerable.Range(0, 50).OrderBy(i => i * 37 % 50))
            system.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(100 + 3 * i), bag.Ref, i, ActorRefs.NoSender);
        for (var i = 0; i < 50; i++)
            bag.Expect(i);
        for (var i = 0; i < 1_000; i++)
            system.Scheduler.ScheduleTellOnce(Short, bag.Ref, i, ActorRefs.NoSender);
        for (var i = 0; i < 1_000; i++)
            bag.Expect(i);
    }

    [Fact]
    public void A_repeated_timer_comes_again_and_again_until_it_is_cancelled()
    {
        var system = Start(Sockets);
        var bag = new Bag(system);
        var since = Stopwatch.StartNew();
        var timer = system.Scheduler.ScheduleTellRepeatedlyCancelable(
            Short,
            Short,
            bag.Ref,
            "again",
            ActorRefs.NoSender
        );
        for (var i = 0; i < 10; i++)
            bag.Expect("again");
        Assert.InRange(since.Elapsed, 10 * Short, TimeSpan.FromSeconds(5));
        timer.Cancel();
        AwaitAnother(system);
        var came = bag.Count;
        for (var i = 0; i < 5; i++)
            AwaitAnother(system);
        Assert.Equal(came, bag.Count);
    }

    [Fact]
    public void A_cancelled_timer_does_not_come()
    {
        var system = Start(Sockets);
        var bag = new Bag(system);
        for (var i = 0; i < 100; i++)
        {
            var timer = system.Scheduler.ScheduleTellOnceCancelable(Short, bag.Ref, "cancelled", ActorRefs.NoSender);
            system.Scheduler.ScheduleTellOnce(Short, bag.Ref, i, ActorRefs.NoSender);
            timer.Cancel();
        }
        for (var i = 0; i < 100; i++)
            bag.Expect(i);
        AwaitAnother(system);
        Assert.Equal(0, bag.Count);
    }

    [Fact]
    public void What_fails_when_it_is_due_does_not_end_the_others()
    {
        var system = Start(Sockets);
        var bag = new Bag(system);
        var calls = new ConcurrentQueue<int>();
        system.Scheduler.Advanced.ScheduleOnce(Short, () => throw new InvalidOperationException("as it happens"));
        system.Scheduler.ScheduleTellOnce(Short, new Refusing(), "no", ActorRefs.NoSender);
        system.Scheduler.ScheduleTellRepeatedly(Short, Short, new Refusing(), "no", ActorRefs.NoSender);
        system.Scheduler.Advanced.ScheduleRepeatedly(Short, Short, () => calls.Enqueue(calls.Count));
        system.Scheduler.ScheduleTellOnce(2 * Short, bag.Ref, "yes", ActorRefs.NoSender);
        bag.Expect("yes");
        Await.That(() => calls.Count > 5, "the repeated call goes on");
    }

    [Fact]
    public void What_blocks_when_it_is_due_holds_up_no_other()
    {
        var system = Start(Sockets);
        var bag = new Bag(system);
        using var free = new ManualResetEventSlim();
        system.Scheduler.Advanced.ScheduleOnce(Short, () => free.Wait(Await.Patience));
        for (var i = 1; i < 10; i++)
            system.Scheduler.ScheduleTellOnce(i * Short, bag.Ref, i, ActorRefs.NoSender);
        var since = Stopwatch.StartNew();
        for (var i = 1; i < 10; i++)
            bag.Expect(i);
        Assert.InRange(since.Elapsed, TimeSpan.Zero, Await.Patience / 2);
        free.Set();
    }

    [Fact]
    public void After_its_end_a_scheduler_does_nothing_more_and_takes_nothing_more()
    {
        var system = Start(Sockets);
        var bag = new Bag(system);
        IScheduler scheduler = new TurnScheduler(ConfigurationFactory.Empty, NoLogger.Instance);
        scheduler.ScheduleTellOnce(Short, bag.Ref, "too late", ActorRefs.NoSender);
        scheduler.ScheduleTellRepeatedly(Short, Short, bag.Ref, "too late", ActorRefs.NoSender);
        ((IDisposable)scheduler).Dispose();
        Assert.Throws<SchedulerException>(() =>
            scheduler.ScheduleTellOnce(Short, bag.Ref, "refused", ActorRefs.NoSender)
        );
        Assert.Throws<SchedulerException>(() =>
            scheduler.Advanced.ScheduleRepeatedly(Short, Short, () => bag.Ref.Tell("refused"))
        );
        for (var i = 0; i < 3; i++)
            AwaitAnother(system);
        Assert.Equal(0, bag.Count);
    }

    [Fact]
    public async Task An_ended_system_is_not_held_by_what_it_had_scheduled()
    {
        var held = await StartAndEnd();
        Await.That(() => IsCollected(held), "it is collected");

        static bool IsCollected(WeakReference reference)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !reference.IsAlive;
        }
    }

    [Fact]
    public void What_is_cancelled_long_before_it_is_due_is_let_go()
    {
        var system = Start(Sockets);
        var hour = TimeSpan.FromHours(1);
        var memory = Holds.Memory();
        for (var i = 0; i < 200_000; i++)
        {
            var timer = system.Scheduler.ScheduleTellOnceCancelable(
                hour,
                ActorRefs.Nobody,
                new byte[200],
                ActorRefs.NoSender
            );
            timer.Cancel();
        }
        Assert.InRange(Holds.Memory() - memory, long.MinValue, 5L * 1024 * 1024);
    }

    private static async Task<WeakReference> StartAndEnd()
    {
        ITellScheduler scheduler = new TurnScheduler(ConfigurationFactory.Empty, NoLogger.Instance);
        await Task.Yield();
        scheduler.ScheduleTellOnce(TimeSpan.FromHours(1), ActorRefs.Nobody, "in an hour", ActorRefs.NoSender);
        scheduler.ScheduleTellRepeatedly(
            TimeSpan.FromHours(1),
            Short,
            ActorRefs.Nobody,
            "in an hour",
            ActorRefs.NoSender
        );
        ((IDisposable)scheduler).Dispose();
        return new WeakReference(scheduler);
    }

    /// <summary>What was due before this has come when it returns.</summary>
    private static void AwaitAnother(ActorSystem system)
    {
        var bag = new Bag(system);
        system.Scheduler.ScheduleTellOnce(Short + Short, bag.Ref, "another", ActorRefs.NoSender);
        bag.Expect("another");
    }

    private sealed class Refusing : ICanTell
    {
        public void Tell(object message, IActorRef sender) => throw new InvalidOperationException("it takes nothing");
    }
}
