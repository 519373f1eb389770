using System.Diagnostics;
using HdrHistogram;
using PbKv.Bench;

namespace PbKv.Peers;

/// <summary>One caller: does an operation, waits for it, does the next.</summary>
internal abstract class Caller : IDisposable
{
    /// <returns>How many operations the round trip did.</returns>
    public abstract ValueTask<int> RoundTripAsync();

    public abstract void Dispose();
}

/// <summary>Callers that work until the time is up; what the warm-up did does not count.</summary>
internal static class ClosedLoop
{
    public static async Task<LoadResult> RunAsync(
        string op,
        int clients,
        IReadOnlyList<Caller> callers,
        LoadOptions options
    )
    {
        var start = Stopwatch.GetTimestamp() + (long)(options.Warmup * Stopwatch.Frequency);
        var end = start + (long)(options.Seconds * Stopwatch.Frequency);
        var loops = callers.Select(caller => Task.Run(() => LoopAsync(caller, start, end))).ToArray();
        var total = LoadResult.NewHistogram();
        long errors = 0;
        foreach (var loop in loops)
        {
            var (latency, failed) = await loop;
            total.Add(latency);
            errors += failed;
        }
        return new LoadResult(op, clients, options.Callers, options.Seconds, total, errors);
    }

    private static async Task<(LongHistogram Latency, long Errors)> LoopAsync(Caller caller, long start, long end)
    {
        var latency = LoadResult.NewHistogram();
        while (true)
        {
            var before = Stopwatch.GetTimestamp();
            if (before >= end)
                return (latency, 0);
            var done = await caller.RoundTripAsync();
            var after = Stopwatch.GetTimestamp();
            if (before >= start && after < end)
                latency.RecordValueWithCount(after - before, done);
        }
    }
}
