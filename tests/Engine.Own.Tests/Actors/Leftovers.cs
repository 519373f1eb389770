using Akka.Actor;
using Akka.Configuration;

namespace Engine.Own.Tests.Actors;

/// <summary>What is used for a moment is given back.</summary>
public sealed class Leftovers
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly Config Quiet = ConfigurationFactory.ParseString("""
        akka { loggers = [], stdout-loglevel = OFF }
        pinned { type = PinnedDispatcher }
        few { type = ForkJoinDispatcher, dedicated-thread-pool { thread-count = 2 } }
        """);

    [Fact]
    public async Task Asks_leave_no_address_behind_however_they_end()
    {
        var system = (ActorSystemImpl)ActorSystem.Create("asks", Quiet);
        var actor = system.ActorOf(Props.Create(() => new PathAnswerer()));
        for (var i = 0; i < 100; i++) await actor.Ask<string>("path", Limit);
        await Assert.ThrowsAsync<AskTimeoutException>(() => actor.Ask<string>("silence", TimeSpan.FromMilliseconds(20)));
        using var cancelled = new CancellationTokenSource();
        var asked = actor.Ask<string>("silence", Limit, cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.True(SpinWait.SpinUntil(() => system.Provider.TemporaryCount == 0, Limit));
        await system.Terminate().WaitAsync(Limit);
    }

    [Fact]
    public async Task Messages_from_many_threads_are_all_handled_while_the_actor_is_suspended_and_resumed()
    {
        var system = ActorSystem.Create("storm", Quiet);
        foreach (var dispatcher in new[] { "akka.actor.default-dispatcher", "pinned", "few" })
        {
            var actor = system.ActorOf(Props.Create(() => new Counting()).WithDispatcher(dispatcher));
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                for (var i = 0; i < 3000; i++) actor.Tell(i, ActorRefs.NoSender);
            })));
            Assert.Equal(12_000, await actor.Ask<int>("count", Limit));
        }
        await system.Terminate().WaitAsync(Limit);
    }

    [Fact]
    public async Task Every_message_to_an_actor_that_stops_meanwhile_is_handled_or_a_dead_letter()
    {
        var system = ActorSystem.Create("ends", Quiet);
        for (var round = 0; round < 50; round++)
        {
            var letters = 0;
            var listener = new LetterCount(() => Interlocked.Increment(ref letters));
            var ear = system.ActorOf(Props.Create(() => new Ear(listener)));
            await ear.Ask<string>("ready", Limit);
            var handled = 0;
            var counter = new LetterCount(() => Interlocked.Increment(ref handled));
            var actor = system.ActorOf(Props.Create(() => new Mortal(counter)).WithDispatcher(round % 2 == 0 ? "pinned" : null));
            var senders = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                for (var i = 0; i < 500; i++) actor.Tell(i, ActorRefs.NoSender);
            })).ToList();
            system.Stop(actor);
            await Task.WhenAll(senders);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref letters) + Volatile.Read(ref handled) == 1000, Limit), $"round {round}: {handled} handled, {letters} dead letters of 1000");
            system.Stop(ear);
        }
        await system.Terminate().WaitAsync(Limit);
    }

    private sealed record LetterCount(Action One);

    private sealed class PathAnswerer : ReceiveActor
    {
        public PathAnswerer() => Receive<string>(m => m == "path", _ => Sender.Tell(Sender.Path.ToString()));
    }

    private sealed class Counting : ReceiveActor
    {
        private int _count;

        public Counting()
        {
            ReceiveAsync<int>(async i =>
            {
                if (i % 16 == 0) await Task.Yield();
                _count++;
            });
            Receive<string>(_ => Sender.Tell(_count));
        }
    }

    private sealed class Ear : ReceiveActor
    {
        public Ear(LetterCount letters)
        {
            Context.System.EventStream.Subscribe(Self, typeof(Akka.Event.DeadLetter));
            Receive<Akka.Event.DeadLetter>(l =>
            {
                if (l.Message is int) letters.One();
            });
            Receive<string>(m => Sender.Tell(m));
        }
    }

    private sealed class Mortal : ReceiveActor
    {
        public Mortal(LetterCount handled) => Receive<int>(_ => handled.One());
    }
}
