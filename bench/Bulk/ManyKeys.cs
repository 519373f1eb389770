using System.Globalization;
using System.Text;
using PbKv.Clusters;

namespace PbKv.Bulk;

/// <param name="Load">Entries put per second while loading.</param>
/// <param name="Empty">Working set of the primary before that, in bytes; then those of both right after it, and the
/// primary's at the end.</param>
/// <param name="Redis">used_memory_rss of a Redis with the same entries.</param>
internal sealed record KeysRow(
    long Keys,
    double Load,
    Phase Calls,
    long Failed,
    long Empty,
    long Primary,
    long Backup,
    long AtEnd,
    long? Redis,
    long ViewBefore,
    long ViewAfter,
    GcLine Gc
)
{
    public bool IsSound => ViewBefore == ViewAfter && Failed == 0;
}

/// <summary>
/// Ever more keys: what operations take, what memory they take, how long the collector stops the primary.
/// </summary>
internal sealed class ManyKeys(IReadOnlyList<long> counts, double seconds)
{
    private const int CallerCount = 64;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    public async Task<(string Markdown, bool Sound)> RunAsync(CancellationToken cancellation)
    {
        var rows = new List<KeysRow>();
        var withRedis = RedisServer.IsHere();
        foreach (var keys in counts)
        {
            Say.Line($"{keys:N0} keys");
            var redis = withRedis ? await RedisMemoryAsync(keys, cancellation) : (long?)null;
            var row = await RowAsync(keys, redis, cancellation);
            rows.Add(row);
            Say.Line(
                $"  {row.Calls.OpsPerSecond:F0} puts/s, p99 {row.Calls.P99Ms:F1} ms, max {row.Calls.MaxMs:F0} ms, "
                    + $"views {row.ViewBefore} → {row.ViewAfter}, {row.Gc}"
            );
        }
        return (rows.Count == 0 ? "" : Table(rows), rows.TrueForAll(row => row.IsSound));
    }

    private async Task<KeysRow> RowAsync(long keys, long? redis, CancellationToken cancellation)
    {
        await using var cluster = await ProcessCluster.StartAsync(2, cancellation: cancellation);
        var view = (await cluster.StatusAsync(cancellation)).View;
        var (primary, backup) = (cluster.Server(view.Primary), cluster.Server(view.Backup));
        var empty = primary.WorkingSet;
        var begun = Say.Now;
        await Entries.FillAsync(cluster.Client, keys, cancellation);
        var load = keys * 1000.0 / Say.Ms(Say.Now - begun);
        var (full, fullBackup) = (primary.WorkingSet, backup.WorkingSet);
        await cluster.UntilAsync(status => status.Synced, "a synced backup", cancellation);
        var (calls, failed) = await CallAsync(cluster, keys, cancellation);
        var after = (await cluster.StatusAsync(cancellation)).View;
        var end = primary.WorkingSet;
        primary.Life.Send(Signal.Terminate);
        var gc = GcLine.Of((await primary.Life.WaitForExitAsync()).Error);
        return new KeysRow(
            keys,
            load,
            calls,
            failed,
            empty,
            full,
            fullBackup,
            end,
            redis,
            view.Number,
            after.Number,
            gc
        );
    }

    private async Task<(Phase Seen, long Failed)> CallAsync(
        ProcessCluster cluster,
        long keys,
        CancellationToken cancellation
    )
    {
        using var callers = new Callers([cluster.Client], CallerCount, keys);
        await Task.Delay(WarmUp, cancellation);
        var from = Say.Now;
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);
        var to = Say.Now;
        var seen = await callers.StopAsync();
        return (seen.Between(from, to), seen.Failed);
    }

    private static async Task<long> RedisMemoryAsync(long keys, CancellationToken cancellation)
    {
        using var redis = await RedisServer.StartAsync(cancellation);
        await redis.FillAsync(keys, cancellation);
        // Its own clock looks at the memory ten times a second.
        await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        return await redis.ResidentAsync(cancellation);
    }

    private string Table(List<KeysRow> rows)
    {
        var text = new StringBuilder();
        text.AppendLine(
            $"Keys of {Entries.KeySize} and values of {Entries.ValueSize} bytes; {CallerCount} callers on one client "
                + $"put random keys for {seconds:0} s. The pauses are of the primary's whole life, the load included."
        );
        text.AppendLine();
        text.AppendLine(
            "| keys | loaded, puts/s | puts/s | p99, ms | max, ms | GC pauses, ms: total | longest | collections "
                + "(gen 0 / 1 / 2) | view before → after |"
        );
        text.AppendLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var row in rows)
        {
            text.AppendLine(
                $"| {row.Keys:N0} | {row.Load:N0} | {row.Calls.OpsPerSecond:N0} | {row.Calls.P99Ms:F1} | "
                    + $"{row.Calls.MaxMs:F0} | {row.Gc.TotalMs:F0} | {row.Gc.LongestMs:F0} | {row.Gc.Gen0} / "
                    + $"{row.Gc.Gen1} / {row.Gc.Gen2} | {Views(row)} |"
            );
        }
        text.AppendLine();
        text.AppendLine(
            "| keys | primary, MB: empty | loaded | at the end | backup, loaded | bytes an entry | Redis, MB "
                + "(used_memory_rss) | primary ÷ Redis | backup ÷ Redis |"
        );
        text.AppendLine("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var row in rows)
        {
            text.AppendLine(
                $"| {row.Keys:N0} | {Mb(row.Empty)} | {Mb(row.Primary)} | {Mb(row.AtEnd)} | {Mb(row.Backup)} | "
                    + $"{(row.Primary - row.Empty) / (double)row.Keys:F0} | "
                    + $"{(row.Redis is { } redis ? Mb(redis) : "–")} | {Ratio(row.Primary, row.Redis)} | "
                    + $"{Ratio(row.Backup, row.Redis)} |"
            );
        }
        return text.ToString();
    }

    private static string Views(KeysRow row)
    {
        var failed =
            row.Failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", **{row.Failed} operations failed**") : "";
        return row.ViewBefore == row.ViewAfter
            ? $"{row.ViewBefore} → {row.ViewAfter}{failed}"
            : $"**{row.ViewBefore} → {row.ViewAfter}: changed without a fault**{failed}";
    }

    private static string Mb(long bytes) => (bytes / 1e6).ToString("F0", CultureInfo.InvariantCulture);

    private static string Ratio(long bytes, long? redis) =>
        redis is { } other ? (bytes / (double)other).ToString("F2", CultureInfo.InvariantCulture) : "–";
}
