using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;

namespace Engine.Tests.Actors;

public sealed class Systems : TestKit
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public Systems() : base("""
        pinned { type = PinnedDispatcher }
        few { type = ForkJoinDispatcher, throughput = 10, dedicated-thread-pool { thread-count = 2, threadtype = background } }
        tasks { type = TaskDispatcher, throughput = 1 }
        """)
    {
    }

    [Fact]
    public async Task Terminate_stops_every_actor_runs_the_callbacks_and_completes()
    {
        var probe = CreateTestProbe();
        var system = ActorSystem.Create("ending", ConfigurationFactory.ParseString("akka.loglevel = ERROR"));
        system.ActorOf(Props.Create(() => new Recorder(probe.Ref)));
        probe.ExpectMsg("1 constructed");
        probe.ExpectMsg("1 PreStart");
        var called = false;
        system.RegisterOnTermination(() => called = true);
        Assert.False(system.WhenTerminated.IsCompleted);
        await system.Terminate().WaitAsync(Limit);
        probe.ExpectMsg("1 PostStop");
        Assert.True(called);
        Assert.True(system.WhenTerminated.IsCompleted);
        await system.Terminate().WaitAsync(Limit);
    }

    [Theory]
    [InlineData("pinned")]
    [InlineData("few")]
    [InlineData("tasks")]
    public void Actors_run_on_the_dispatcher_that_is_named(string dispatcher)
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(Props.Create(() => new Threads()).WithDispatcher(dispatcher));
        var threads = new HashSet<int>();
        for (var i = 0; i < 200; i++)
        {
            probe.Send(actor, "where");
            threads.Add(probe.ExpectMsg<int>());
        }
        if (dispatcher == "pinned") Assert.Single(threads);
        if (dispatcher == "few") Assert.InRange(threads.Count, 1, 2);
        probe.Watch(actor);
        Sys.Stop(actor);
        probe.ExpectTerminated(actor);
    }

    [Fact]
    public void A_pinned_actor_keeps_its_thread_through_await()
    {
        var probe = CreateTestProbe();
        var actor = ActorOf(Props.Create(() => new Threads()).WithDispatcher("pinned"));
        probe.Send(actor, "where");
        var thread = probe.ExpectMsg<int>();
        probe.Send(actor, 5);
        Assert.Equal(thread, probe.ExpectMsg<int>());
    }

    [Fact]
    public void Many_actors_of_one_system_do_not_disturb_each_other()
    {
        var probe = CreateTestProbe();
        var actors = Enumerable.Range(0, 1000).Select(_ => ActorOf(Props.Create(() => new Threads()))).ToList();
        foreach (var actor in actors) probe.Send(actor, "where");
        Assert.Equal(1000, probe.ReceiveN(1000, Limit).Count);
    }

    private sealed class Threads : ReceiveActor
    {
        public Threads()
        {
            Receive<string>(_ => Sender.Tell(Environment.CurrentManagedThreadId));
            ReceiveAsync<int>(async _ =>
            {
                await Task.Yield();
                Sender.Tell(Environment.CurrentManagedThreadId);
            });
        }
    }
}
