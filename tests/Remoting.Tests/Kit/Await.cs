using System.Diagnostics;

namespace PbKv.Remoting.Tests;

internal static class Await
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static void That(Func<bool> condition, string what) =>
        Assert.True(SpinWait.SpinUntil(condition, Patience), $"not within {Patience.TotalSeconds} s: {what}");
}

/// <summary>What the process holds, as the operating system counts it.</summary>
internal static class Holds
{
    public static int Sockets() =>
        Directory
            .EnumerateFileSystemEntries("/proc/self/fd")
            .Count(entry => new FileInfo(entry).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) ?? false);

    public static int Threads()
    {
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }

    public static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}

/// <summary>A randomized test prints its seed; PBKV_SEED runs one again.</summary>
internal static class Seed
{
    public static int Next() =>
        int.TryParse(Environment.GetEnvironmentVariable("PBKV_SEED"), out var given) ? given : Random.Shared.Next();
}
