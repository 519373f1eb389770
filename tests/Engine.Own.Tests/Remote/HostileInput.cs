using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using Xunit.Abstractions;

namespace Engine.Own.Tests.Remote;

/// <summary>The seed is random and printed; HOSTILE_SEED runs one again.</summary>
[Collection(nameof(Alone))]
public sealed class HostileInput : IAsyncLifetime
{
    private const int Inputs = 100_000;
    private const long MemoryTolerance = 20L * 1024 * 1024;

    private readonly ITestOutputHelper _output;
    private readonly ActorSystem _victim = OwnSystems.Start("victim");
    private readonly ActorSystem _friend = OwnSystems.Start("friend");
    private readonly LogCounter.Counts _log = new();
    private readonly StrongBox _echoes = new();

    public HostileInput(ITestOutputHelper output)
    {
        _output = output;
        _victim.ActorOf(Props.Create(() => new ParcelEcho()), "echo");
        var counter = _victim.ActorOf(Props.Create(() => new LogCounter(_log)));
        _victim.EventStream.Subscribe(counter, typeof(LogEvent));
        _friend.ActorOf(Props.Create(() => new EchoLoop(OwnSystems.Across(_friend, _victim, "/user/echo"), _echoes)));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _friend.Terminate();
        await _victim.Terminate();
    }

    [Fact]
    public void A_hundred_thousand_hostile_inputs_cost_log_lines_and_their_own_connections_at_most()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("HOSTILE_SEED"), out var given) ? given : Random.Shared.Next();
        _output.WriteLine($"seed {seed}");
        var address = OwnSystems.AddressOf(_victim);
        var frames = new HostileFrames(seed, address);
        Attack(frames, address, 2_000);
        var memory = Memory();
        Attack(frames, address, Inputs);
        var grown = Memory() - memory;
        _output.WriteLine($"{_log.Lines} log lines, {_echoes.Value} echoes of the friend meanwhile, memory {grown / 1024} KiB more");
        Assert.InRange(grown, long.MinValue, MemoryTolerance);
        Assert.True(_log.Lines > Inputs / 20, $"only {_log.Lines} log lines");
    }

    [Fact]
    public void Strangers_who_never_finish_their_handshake_are_turned_away()
    {
        var address = OwnSystems.AddressOf(_victim);
        var slow = Enumerable.Range(0, 300).Select(_ => new WireClient(address)).ToArray();
        foreach (var client in slow) client.Send([20]);
        AwaitEcho();
        foreach (var client in slow)
        {
            client.AwaitClose();
            client.Dispose();
        }
        AwaitEcho();
    }

    /// <summary>Of a hundred inputs ten are handshakes, ten poison; each of those has a connection of its own.</summary>
    private void Attack(HostileFrames frames, Address address, int inputs)
    {
        WireClient? open = null;
        for (var i = 0; i < inputs; i++)
        {
            if (i % 1000 == 0) AwaitEcho();
            if (i % 10 == 0)
            {
                using var stranger = new WireClient(address);
                stranger.Send(frames.Handshake());
                stranger.FinishAndAwaitClose();
                continue;
            }
            if (open is null)
            {
                open = new WireClient(address);
                open.ShakeHands(address, $"peer{i % 7}");
            }
            if (i % 10 != 5)
            {
                Assert.True(open.Send(frames.Nonsense()), $"input {i}: nonsense cost the connection");
                continue;
            }
            open.Send(frames.Poison());
            open.FinishAndAwaitClose();
            open.Dispose();
            open = null;
        }
        open?.FinishAndAwaitClose();
        open?.Dispose();
        AwaitEcho();
    }

    private void AwaitEcho()
    {
        var before = Interlocked.Read(ref _echoes.Value);
        var patience = Stopwatch.StartNew();
        while (Interlocked.Read(ref _echoes.Value) <= before)
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(20), "the echo over another connection has stopped");
            Thread.Yield();
        }
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    internal sealed class StrongBox
    {
        public long Value;
    }

    private sealed class EchoLoop : ReceiveActor
    {
        private readonly IActorRef _partner;

        public EchoLoop(IActorRef partner, StrongBox echoes)
        {
            _partner = partner;
            SetReceiveTimeout();
            Receive<Parcel>(parcel =>
            {
                Interlocked.Increment(ref echoes.Value);
                partner.Tell(parcel, Self);
            });
            Receive<ReceiveTimeout>(_ => partner.Tell(new Parcel([1, 2, 3]), Self));
        }

        protected override void PreStart() => _partner.Tell(new Parcel([1, 2, 3]), Self);

        private static void SetReceiveTimeout() => Context.SetReceiveTimeout(TimeSpan.FromSeconds(5));
    }
}
