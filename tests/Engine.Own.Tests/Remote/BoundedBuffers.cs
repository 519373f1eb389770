using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Event;
using Xunit.Abstractions;

namespace Engine.Own.Tests.Remote;

[Collection(nameof(Alone))]
public sealed class BoundedBuffers(ITestOutputHelper output) : IAsyncLifetime
{
    private const long Bound = 48L * 1024 * 1024;
    private const int Messages = 100_000;

    private readonly ActorSystem _system = OwnSystems.Start("sender");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public async Task A_peer_that_stops_reading_costs_bounded_memory_and_blocks_no_sender()
    {
        using var peer = new WireClient(OwnSystems.AddressOf(_system));
        peer.ShakeHands(OwnSystems.AddressOf(_system), "silent");
        await FloodAndMeasure("akka.tcp://silent@127.0.0.1:1/user/x");
    }

    [Fact]
    public async Task A_host_that_does_not_answer_costs_bounded_memory_and_blocks_no_sender()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen(4);
        await FloodAndMeasure($"akka.tcp://silent@127.0.0.1:{((IPEndPoint)silent.LocalEndPoint!).Port}/user/x");
    }

    [Fact]
    public async Task What_was_sent_just_before_the_end_of_a_system_still_leaves()
    {
        var receiver = OwnSystems.Start("receiver");
        var received = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        receiver.ActorOf(Props.Create(() => new Countdown(Messages, received)), "countdown");
        var passing = OwnSystems.Start("passing");
        var target = OwnSystems.Across(passing, receiver, "/user/countdown");
        for (var i = 0; i < Messages; i++) target.Tell(new Parcel([1]), ActorRefs.NoSender);
        await passing.Terminate();
        await received.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await receiver.Terminate();
    }

    [Fact]
    public async Task A_system_ends_soon_though_its_peer_neither_reads_nor_answers()
    {
        using var peer = new WireClient(OwnSystems.AddressOf(_system));
        peer.ShakeHands(OwnSystems.AddressOf(_system), "silent");
        var target = ((ExtendedActorSystem)_system).Provider.ResolveActorRef("akka.tcp://silent@127.0.0.1:1/user/x");
        for (var i = 0; i < 10_000; i++) target.Tell(new Parcel(new byte[1024]), ActorRefs.NoSender);
        var clock = Stopwatch.StartNew();
        await _system.Terminate();
        output.WriteLine($"ended after {clock.Elapsed}");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    private async Task FloodAndMeasure(string path)
    {
        var lost = new LetterCounter.Count();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var counter = _system.ActorOf(Props.Create(() => new LetterCounter(lost)));
        _system.EventStream.Subscribe(counter, typeof(DeadLetter));
        var target = ((ExtendedActorSystem)_system).Provider.ResolveActorRef(path);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        _system.ActorOf(Props.Create(() => new Flooder(target, done)));
        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));
        // The letters themselves are not to be measured: the counter must be through with them.
        await counter.Ask<string>("through?", TimeSpan.FromSeconds(30));
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"{Messages} messages told in {clock.Elapsed}, {Interlocked.Read(ref lost.Value)} lost, memory {grown / 1024} KiB more");
        Assert.InRange(grown, long.MinValue, Bound);
        Assert.InRange(Interlocked.Read(ref lost.Value), 1, Messages);
    }

    private sealed class Flooder : ReceiveActor
    {
        private readonly IActorRef _target;
        private readonly TaskCompletionSource _done;

        public Flooder(IActorRef target, TaskCompletionSource done)
        {
            _target = target;
            _done = done;
        }

        protected override void PreStart()
        {
            for (var i = 0; i < Messages; i++) _target.Tell(new Parcel(new byte[1024]), Self);
            _done.SetResult();
        }
    }

    private sealed class LetterCounter : ReceiveActor
    {
        public LetterCounter(Count count)
        {
            Receive<DeadLetter>(_ => Interlocked.Increment(ref count.Value));
            Receive<string>(question => Sender.Tell(question, Self));
        }

        internal sealed class Count
        {
            public long Value;
        }
    }

    private sealed class Countdown : ReceiveActor
    {
        public Countdown(int from, TaskCompletionSource done) => Receive<Parcel>(_ =>
        {
            if (--from == 0) done.SetResult();
        });
    }
}
