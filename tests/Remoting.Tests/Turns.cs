using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using Akka.Dispatch;

namespace PbKv.Remoting.Tests;

public sealed class Turns : RemotingSpec
{
    private const int Rounds = 100;

    /// <summary>
    /// Where this thread is kept from running for a few milliseconds, others end the round, in another order.
    /// </summary>
    private const int RoundsThatCount = 80;

    [Fact]
    public void What_gathering_work_wakes_runs_behind_it_in_order_on_its_thread()
    {
        string[] expected = ["work", "inner work", $"first on {Environment.CurrentManagedThreadId}", "second", "third"];
        var asExpected = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var done = new ConcurrentQueue<string>();
            var third = new Step(() => done.Enqueue("third"));
            Turn.Gather(turn =>
            {
                turn.Add(
                    new Step(() =>
                    {
                        done.Enqueue($"first on {Environment.CurrentManagedThreadId}");
                        Turn.Execute(third);
                    })
                );
                turn.Add(new Step(() => done.Enqueue("second")));
                done.Enqueue("work");
                Turn.Gather(_ => done.Enqueue("inner work"));
            });
            Await.That(() => done.Count == expected.Length, "all is done");
            if (done.SequenceEqual(expected))
                asExpected++;
        }
        Assert.InRange(asExpected, RoundsThatCount, Rounds);
    }

    [Fact]
    public void What_is_told_while_gathering_arrives_behind_the_work()
    {
        var system = Start(Sockets);
        var (worked, early, looked) = (false, 0, 0);
        Action look = () =>
        {
            early += worked ? 0 : 1;
            Volatile.Write(ref looked, looked + 1);
        };
        var bag = new Bag(system, RemoteDispatcher);
        var looking = system.ActorOf(Props.Create<LookingActor>(look).WithDispatcher(RemoteDispatcher));
        bag.Ref.Tell("started", ActorRefs.NoSender);
        bag.Expect("started");
        for (var i = 0; i < Rounds; i++)
        {
            worked = false;
            Turn.Gather(_ =>
            {
                looking.Tell("look", ActorRefs.NoSender);
                bag.Ref.Tell(i, ActorRefs.NoSender);
                worked = true;
            });
            bag.Expect(i);
            // Where another thread took it over and is held up, it would look in the midst of a later round, for all
            // rounds between.
            var looks = i + 1;
            Await.That(() => Volatile.Read(ref looked) == looks, "it looked");
        }
        Assert.InRange(early, 0, Rounds - RoundsThatCount);
    }

    [Fact]
    public void Work_that_fails_still_runs_what_it_woke()
    {
        using var ran = new ManualResetEventSlim();
        Assert.Throws<InvalidOperationException>(() =>
            Turn.Gather(turn =>
            {
                turn.Add(new Step(ran.Set));
                throw new InvalidOperationException("as it happens");
            })
        );
        Assert.True(ran.Wait(Await.Patience));
    }

    [Fact]
    public void Work_that_blocks_does_not_hold_up_what_it_woke_before()
    {
        using var ran = new ManualResetEventSlim();
        var inTime = false;
        Turn.Gather(turn =>
        {
            turn.Add(new Step(ran.Set));
            inTime = ran.Wait(Await.Patience);
        });
        Assert.True(inTime);
    }

    [Fact]
    public async Task An_actor_that_blocks_its_thread_holds_up_no_other()
    {
        var near = Start(Sockets, name: "near");
        var far = Start(Sockets);
        var third = Start(Sockets, name: "third");
        using var started = new SemaphoreSlim(0);
        using var free = new ManualResetEventSlim();
        var blocks = 0;
        Action block = () =>
        {
            Volatile.Write(ref blocks, 1);
            started.Release();
            free.Wait(Await.Patience);
            Volatile.Write(ref blocks, 0);
        };
        var toFar = Across(near, far, far.ActorOf(EchoActor.Props.WithDispatcher(RemoteDispatcher), "echo"));
        var toThird = Across(near, third, third.ActorOf(EchoActor.Props.WithDispatcher(RemoteDispatcher), "echo"));
        var toBlocking = Across(
            near,
            far,
            far.ActorOf(Props.Create<LookingActor>(block).WithDispatcher(RemoteDispatcher), "blocking")
        );
        for (var round = 0; round < 5; round++)
        {
            await toFar.Ask<string>("warm", Await.Patience);
            await toThird.Ask<string>("warm", Await.Patience);
            free.Reset();
            toBlocking.Tell("block", ActorRefs.NoSender);
            toFar.Tell("right behind", ActorRefs.NoSender);
            Assert.True(await started.WaitAsync(Await.Patience));
            for (var i = 0; i < 50; i++)
            {
                Assert.Equal($"far {i}", await toFar.Ask<string>($"far {i}", Await.Patience));
                Assert.Equal($"third {i}", await toThird.Ask<string>($"third {i}", Await.Patience));
            }
            Assert.Equal(1, Volatile.Read(ref blocks));
            free.Set();
        }
    }

    [Fact]
    public void Two_systems_whose_actors_block_for_each_others_answers_get_them()
    {
        var near = Start(Sockets, name: "near");
        var far = Start(Sockets);
        var echo = Across(near, far, far.ActorOf(EchoActor.Props.WithDispatcher(RemoteDispatcher), "echo"));
        var bag = new Bag(far);
        for (var i = 0; i < 8; i++)
        {
            var asking = near.ActorOf(Props.Create<AskingActor>(echo).WithDispatcher(RemoteDispatcher), $"asking-{i}");
            for (var n = 0; n < 5; n++)
                Across(far, near, asking).Tell($"{i} {n}", bag.Ref);
        }
        var answers = Enumerable.Range(0, 40).Select(_ => (string)bag.Next()).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(40, answers.Count);
    }

    private sealed class Step(Action action) : IRunnable
    {
        public void Run() => action();

        public void Execute() => action();
    }

    private sealed class LookingActor : ReceiveActor
    {
        public LookingActor(Action look) => ReceiveAny(_ => look());
    }

    private sealed class AskingActor : ReceiveActor
    {
        public AskingActor(IActorRef echo) =>
            Receive<string>(text => Sender.Tell(echo.Ask<string>(text, Await.Patience).GetAwaiter().GetResult(), Self));
    }
}
