using System.Diagnostics;
using System.Globalization;

namespace PbKv.Failover;

/// <summary>What callers saw of one fault.</summary>
/// <param name="FirstWriteMs">From the fault to the first acknowledged write that was begun after it.</param>
/// <param name="LongestGapMs">The longest time between two acknowledged writes of one caller, from shortly before the
/// fault on.</param>
/// <param name="Lost">Acknowledged writes that are not there any more.</param>
internal sealed record Strike(double FirstWriteMs, double LongestGapMs, long Lost, long Failed);

/// <summary>
/// Callers that each write an ever growing number under a key of their own. What is read afterwards must be no older
/// than what was acknowledged last.
/// </summary>
/// <param name="pause">Of each caller between two writes; it does not count as a gap.</param>
internal sealed class Probe(IStore store, int callers, TimeSpan pause)
{
    private static readonly TimeSpan Before = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(180);

    private long _struckAt = long.MaxValue;
    private long _firstAfter;

    public async Task<Strike> RunAsync(Fault fault, int round)
    {
        (_struckAt, _firstAfter) = (long.MaxValue, 0);
        using var stop = new CancellationTokenSource();
        using var limit = new CancellationTokenSource(GiveUp);
        var tasks = Enumerable
            .Range(0, callers)
            .Select(i => Task.Run(() => WriteAsync(Key(i, round), stop.Token, limit.Token)))
            .ToArray();
        await Task.Delay(Before);
        await store.StrikeAsync(fault, () => Volatile.Write(ref _struckAt, Stopwatch.GetTimestamp()));
        while (Volatile.Read(ref _firstAfter) == 0 && !limit.IsCancellationRequested)
            await Task.Delay(5);
        await Task.Delay(Quiet);
        await stop.CancelAsync();
        var seen = await Task.WhenAll(tasks);
        await store.HealAsync(limit.Token);
        long lost = 0;
        for (var i = 0; i < callers; i++)
        {
            var text = await store.GetAsync(Key(i, round), limit.Token);
            var found = text.Length == 0 ? 0 : long.Parse(text, CultureInfo.InvariantCulture);
            lost += Math.Max(0, seen[i].LastAcknowledged - found);
        }
        return new Strike(
            Ms(_firstAfter - _struckAt),
            Ms(seen.Max(caller => caller.LongestGap)),
            lost,
            seen.Sum(caller => caller.Failed)
        );
    }

    private static string Key(int caller, int round) =>
        string.Create(CultureInfo.InvariantCulture, $"probe:{round}:{caller}");

    private static double Ms(long ticks) => ticks * 1000.0 / Stopwatch.Frequency;

    private async Task<Seen> WriteAsync(string key, CancellationToken stop, CancellationToken limit)
    {
        long value = 0,
            acknowledged = 0,
            gap = 0,
            failed = 0;
        var last = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested && !limit.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            try
            {
                await store.PutAsync(key, (++value).ToString(CultureInfo.InvariantCulture), limit);
            }
            catch (Exception e) when (e is IOException or TimeoutException or OperationCanceledException)
            {
                failed++;
                continue;
            }
            var now = Stopwatch.GetTimestamp();
            acknowledged = value;
            gap = Math.Max(gap, now - last);
            last = now;
            if (begun > Volatile.Read(ref _struckAt))
                Interlocked.CompareExchange(ref _firstAfter, now, 0);
            if (pause == TimeSpan.Zero)
                continue;
            await Task.Delay(pause, CancellationToken.None);
            last = Stopwatch.GetTimestamp();
        }
        return new Seen(acknowledged, gap, failed);
    }

    private sealed record Seen(long LastAcknowledged, long LongestGap, long Failed);
}
