using System.Diagnostics;
using Akka.Actor;
using Xunit.Abstractions;

namespace Engine.Own.Tests.Remote;

[Collection(nameof(Alone))]
public sealed class ManySystems(ITestOutputHelper output)
{
    private const int Systems = 200;
    private const int Tolerance = 10;

    [Fact]
    public async Task Two_hundred_systems_started_and_stopped_leave_no_threads_sockets_or_handles()
    {
        await StartAndStop(20);
        var before = Measured();
        await StartAndStop(Systems);
        var after = Measured();
        var patience = Stopwatch.StartNew();
        while (!Within(before, after) && patience.Elapsed < TimeSpan.FromSeconds(40))
        {
            // The pool gives its idle threads back after a while.
            await Task.Yield();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            after = Measured();
        }
        output.WriteLine($"threads {before.Threads} -> {after.Threads}, handles {before.Handles} -> {after.Handles}, sockets {before.Sockets} -> {after.Sockets}");
        Assert.True(Within(before, after), $"threads, handles, sockets were {before} and are {after}");
    }

    private static bool Within((int Threads, int Handles, int Sockets) before, (int Threads, int Handles, int Sockets) after) =>
        after.Threads <= before.Threads + Tolerance && after.Handles <= before.Handles + Tolerance && after.Sockets <= before.Sockets + Tolerance;

    private static async Task StartAndStop(int count)
    {
        for (var started = 0; started < count; started += 20)
        {
            var systems = Enumerable.Range(started, 20).Select(i => OwnSystems.Start($"system-{i}")).ToArray();
            foreach (var system in systems) system.ActorOf(Props.Create(() => new ParcelEcho()), "echo");
            for (var i = 0; i < systems.Length; i++)
            {
                var neighbour = OwnSystems.Across(systems[i], systems[(i + 1) % systems.Length], "/user/echo");
                await neighbour.Ask<Parcel>(new Parcel([1]), TimeSpan.FromSeconds(20));
            }
            await Task.WhenAll(systems.Select(system => system.Terminate()));
        }
    }

    private static (int Threads, int Handles, int Sockets) Measured()
    {
        using var process = Process.GetCurrentProcess();
        return (process.Threads.Count, process.HandleCount, Sockets());
    }

    /// <summary>Where the platform shows them; elsewhere the handles count them in.</summary>
    private static int Sockets() => !Directory.Exists("/proc/self/fd")
        ? 0
        : Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Count(entry => new FileInfo(entry).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) ?? false);
}

/// <summary>Tests that measure the whole process do not run beside others.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
