using Akka.Actor;
using Xunit.Abstractions;

namespace PbKv.Remoting.Tests;

public sealed class ManySystems(ITestOutputHelper output) : RemotingSpec
{
    private const int Batch = 20;

    [Fact]
    public async Task Two_hundred_systems_started_and_stopped_leave_no_threads_and_no_sockets()
    {
        await StartAndStop(2 * Batch);
        Settle(0, 0, TimeSpan.FromSeconds(1));
        var (threads, sockets) = (Holds.Threads(), Holds.Sockets());
        await StartAndStop(200);
        Settle(threads + 8, sockets, TimeSpan.FromSeconds(30));
        output.WriteLine($"threads {threads} -> {Holds.Threads()}, sockets {sockets} -> {Holds.Sockets()}");
        Assert.InRange(Holds.Sockets(), 0, sockets);
        Assert.InRange(Holds.Threads(), 0, threads + 8);
    }

    /// <summary>The pool gives its threads back after a while.</summary>
    private static void Settle(int threads, int sockets, TimeSpan within) =>
        SpinWait.SpinUntil(() => Holds.Threads() <= threads && Holds.Sockets() <= sockets, within);

    private static async Task StartAndStop(int count)
    {
        for (var started = 0; started < count; started += Batch)
        {
            var systems = Enumerable.Range(started, Batch).Select(i => StartAlone(Sockets, $"system-{i}")).ToArray();
            foreach (var system in systems)
                system.ActorOf(EchoActor.Props, "echo");
            for (var i = 0; i < Batch; i++)
            {
                var neighbour = RefIn(systems[i], $"{AddressOf(systems[(i + 1) % Batch])}/user/echo");
                await neighbour.Ask<string>("hello", Await.Patience);
            }
            await Task.WhenAll(systems.Select(system => system.Terminate()));
        }
    }
}
