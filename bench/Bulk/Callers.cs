using System.Diagnostics;
using HdrHistogram;
using PbKv.Bench;
using PbKv.Client;

namespace PbKv.Bulk;

/// <param name="At">When it was acknowledged.</param>
internal readonly record struct Sample(long At, long Took);

/// <summary>
/// Callers that put (or get) random keys until they are stopped, each after its last one was acknowledged. Every
/// operation is kept: when a phase began and ended is known only afterwards.
/// </summary>
internal sealed class Callers : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<List<Sample>>[] _loops;
    private long _failed;

    /// <param name="clients">Spread over the callers; where there are more of them, each caller has a share and takes
    /// one of it by chance each time.</param>
    /// <param name="valueSize">Of what is put; 0: they get.</param>
    /// <param name="perSecond">No more than this of all of them together; what was late is made up for.</param>
    public Callers(
        IReadOnlyList<PbKvClient> clients,
        int count,
        long keys,
        int valueSize = Entries.ValueSize,
        double perSecond = double.PositiveInfinity
    )
    {
        var pause = TimeSpan.FromSeconds(count / perSecond);
        _loops =
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => Task.Run(() => CallAsync(clients, i, count, keys, valueSize, pause))),
        ];
    }

    public async Task<Recording> StopAsync()
    {
        await _stop.CancelAsync();
        return new Recording(await Task.WhenAll(_loops), Volatile.Read(ref _failed));
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task<List<Sample>> CallAsync(
        IReadOnlyList<PbKvClient> clients,
        int index,
        int count,
        long keys,
        int valueSize,
        TimeSpan pause
    )
    {
        var samples = new List<Sample>(1 << 14);
        var (random, value) = (new RandomKeys(keys, index), Entries.Value(valueSize));
        var due = Stopwatch.GetTimestamp();
        var share = Math.Max(1, (clients.Count - index + count - 1) / count);
        var stop = _stop.Token;
        while (!stop.IsCancellationRequested)
        {
            var key = random.Next();
            var client =
                clients.Count <= count
                    ? clients[index % clients.Count]
                    : clients[index + (count * (int)((random.Drawn >> 20) % (ulong)share))];
            due += (long)(pause.TotalSeconds * Stopwatch.Frequency);
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { TotalMilliseconds: > 1 } early)
                await Task.Delay(early, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var before = Stopwatch.GetTimestamp();
            try
            {
                if (value.Length == 0)
                    await client.TryGetAsync(key);
                else
                    await client.PutAsync(key, value);
            }
            catch (PbKvException e)
            {
                if (Interlocked.Increment(ref _failed) == 1)
                    Say.Line($"  an operation failed: {e.Message}");
                continue;
            }
            var after = Stopwatch.GetTimestamp();
            samples.Add(new Sample(after, after - before));
        }
        return samples;
    }
}

/// <summary>What callers saw in one span of time.</summary>
internal sealed record Phase(double OpsPerSecond, double P99Ms, double MaxMs);

internal sealed class Recording(IReadOnlyList<List<Sample>> callers, long failed)
{
    public long Failed => failed;

    public Phase Between(long from, long to)
    {
        var latency = LoadResult.NewHistogram();
        foreach (var samples in callers)
        {
            foreach (var sample in samples)
            {
                if (sample.At >= from && sample.At < to)
                    latency.RecordValue(sample.Took);
            }
        }
        if (latency.TotalCount == 0)
            return new Phase(0, 0, 0);
        return new Phase(
            latency.TotalCount * 1000.0 / Say.Ms(to - from),
            Say.Ms(latency.GetValueAtPercentile(99)),
            Say.Ms(latency.GetMaxValue())
        );
    }

    /// <summary>
    /// The longest that a call took, of all that were under way within the span; what lies before it does not count.
    /// </summary>
    public double LongestMs(long from, long to) =>
        Say.Ms(
            callers
                .SelectMany(samples => samples)
                .Where(call => call.At > from && call.At - call.Took < to)
                .Max(call => (long?)(call.At - Math.Max(from, call.At - call.Took)))
                ?? 0
        );

    /// <summary>The longest time within the span in which nobody's call came back.</summary>
    public double LongestSilenceMs(long from, long to)
    {
        var (last, longest) = (from, 0L);
        foreach (var at in callers.SelectMany(samples => samples).Select(call => call.At).Order())
        {
            if (at <= from || last >= to)
                continue;
            longest = Math.Max(longest, at - last);
            last = at;
        }
        return Say.Ms(longest);
    }

    /// <summary>
    /// The longest time in which one caller's writes were not acknowledged, of all that were going on within the span;
    /// what lies before the span does not count, what lies after it does.
    /// </summary>
    public double LongestGapMs(long from, long to)
    {
        long longest = 0;
        foreach (var samples in callers)
        {
            for (var i = 1; i < samples.Count; i++)
            {
                var (begun, ended) = (samples[i - 1].At, samples[i].At);
                if (begun < to && ended > from)
                    longest = Math.Max(longest, ended - Math.Max(begun, from));
            }
        }
        return Say.Ms(longest);
    }
}
