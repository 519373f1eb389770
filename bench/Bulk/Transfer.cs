using System.Text;
using PbKv.Clusters;

namespace PbKv.Bulk;

/// <param name="Before">Null where nobody called.</param>
internal sealed record TransferRound(
    double Ms,
    double KillToViewMs,
    Phase? Before,
    Phase? During,
    double LongestGapMs,
    double GapOfKillMs
);

/// <summary>
/// Each round has a transfer to a new backup with callers, and then one without, which is what is set beside a resync
/// of Redis that nobody calls.
/// </summary>
internal sealed class Transfer(long keys, int rounds, double secondsBefore)
{
    private const int CallerCount = 32;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private double Megabytes => keys * Entries.Payload / 1e6;

    public async Task<string> RunAsync(CancellationToken cancellation)
    {
        var (called, quiet) = await PbKvAsync(cancellation);
        var redis = RedisServer.IsHere() ? await RedisAsync(cancellation) : [];
        return Table(called, quiet, redis);
    }

    private async Task<(List<TransferRound> Called, List<TransferRound> Quiet)> PbKvAsync(
        CancellationToken cancellation
    )
    {
        await using var cluster = await ProcessCluster.StartAsync(2, cancellation: cancellation);
        Say.Line($"PbKv: loading {keys:N0} entries");
        await Entries.FillAsync(cluster.Client, keys, cancellation);
        var (called, quiet) = (new List<TransferRound>(), new List<TransferRound>());
        for (var i = 1; i <= rounds; i++)
        {
            called.Add(await CalledAsync(cluster, cancellation));
            Tell(i, called[^1]);
            quiet.Add(await QuietAsync(cluster, cancellation));
            Tell(i, quiet[^1]);
        }
        return (called, quiet);
    }

    private void Tell(int round, TransferRound seen)
    {
        Say.Line(
            $"PbKv {round}/{rounds}: {seen.Ms:F0} ms, {Megabytes * 1000 / seen.Ms:F0} "
                + $"MB/s{(seen.During is null ? ", nobody called" : "")}"
        );
        if (seen is { Before: { } before, During: { } during })
            Say.Line(
                $"  puts/s {before.OpsPerSecond:F0} → {during.OpsPerSecond:F0}, p99 {before.P99Ms:F1} → "
                    + $"{during.P99Ms:F1} ms, longest gap {seen.LongestGapMs:F0} ms, of the kill "
                    + $"{seen.GapOfKillMs:F0} ms"
            );
    }

    private async Task<TransferRound> CalledAsync(ProcessCluster cluster, CancellationToken cancellation)
    {
        using var callers = new Callers([cluster.Client], CallerCount, keys);
        await Task.Delay(WarmUp, cancellation);
        var begun = Say.Now;
        await Task.Delay(TimeSpan.FromSeconds(secondsBefore), cancellation);
        var ended = Say.Now;
        var (killed, from, to) = await NewBackup.TakeAsync(
            cluster,
            await cluster.AddServerAsync(),
            Limit,
            cancellation
        );
        await Task.Delay(Settle, cancellation);
        var seen = await callers.StopAsync();
        if (seen.Failed > 0)
            throw new InvalidOperationException($"{seen.Failed} operations failed, and none should");
        return new TransferRound(
            Say.Ms(to - from),
            Say.Ms(from - killed),
            seen.Between(begun, ended),
            seen.Between(from, to),
            seen.LongestGapMs(from, to),
            seen.LongestGapMs(killed, from)
        );
    }

    private static async Task<TransferRound> QuietAsync(ProcessCluster cluster, CancellationToken cancellation)
    {
        var (killed, from, to) = await NewBackup.TakeAsync(
            cluster,
            await cluster.AddServerAsync(),
            Limit,
            cancellation
        );
        return new TransferRound(Say.Ms(to - from), Say.Ms(from - killed), null, null, 0, 0);
    }

    private async Task<List<double>> RedisAsync(CancellationToken cancellation)
    {
        using var master = await RedisServer.StartAsync(cancellation);
        Say.Line($"Redis: loading {keys:N0} entries");
        await master.FillAsync(keys, cancellation);
        var times = new List<double>();
        for (var i = 1; i <= rounds; i++)
        {
            using var replica = await RedisServer.StartAsync(cancellation);
            times.Add(await master.ResyncMsAsync(replica, cancellation));
            Say.Line($"Redis {i}/{rounds}: {times[^1]:F0} ms, {Megabytes * 1000 / times[^1]:F0} MB/s");
        }
        return times;
    }

    private string Table(List<TransferRound> called, List<TransferRound> quiet, List<double> redis)
    {
        var text = new StringBuilder();
        text.AppendLine(
            $"{keys:N0} entries of {Entries.KeySize} + {Entries.ValueSize} bytes, {Megabytes:F0} MB of payload; "
                + $"medians of {rounds} rounds. {CallerCount} callers put random keys of these."
        );
        text.AppendLine();
        text.AppendLine("| transfer | ms | MB/s |");
        text.AppendLine("| --- | ---: | ---: |");
        Row("PbKv, while callers go on", called.Select(round => round.Ms));
        Row("PbKv, nobody calls", quiet.Select(round => round.Ms));
        if (redis.Count > 0)
            Row("Redis full resync, nobody calls", redis);
        text.AppendLine();
        text.AppendLine("| what callers of PbKv see | before | during the transfer | |");
        text.AppendLine("| --- | ---: | ---: | ---: |");
        var (before, during) = (called.ConvertAll(round => round.Before!), called.ConvertAll(round => round.During!));
        var (opsBefore, opsDuring) = (
            Say.Median(before.Select(phase => phase.OpsPerSecond)),
            Say.Median(during.Select(phase => phase.OpsPerSecond))
        );
        text.AppendLine($"| puts/s | {opsBefore:N0} | {opsDuring:N0} | {opsDuring / opsBefore:P0} |");
        text.AppendLine(
            $"| p99, ms | {Say.Median(before.Select(phase => phase.P99Ms)):F1} | "
                + $"{Say.Median(during.Select(phase => phase.P99Ms)):F1} | |"
        );
        text.AppendLine(
            $"| longest gap of any caller, ms | | {Say.Median(called.Select(round => round.LongestGapMs)):F0} | at "
                + $"most {called.Max(round => round.LongestGapMs):F0} |"
        );
        text.AppendLine();
        text.AppendLine(
            "From the kill of the old backup to the new view: "
                + $"{Say.Median(called.Select(round => round.KillToViewMs)):F0} ms; the longest gap of any caller "
                + $"that the kill caused: {Say.Median(called.Select(round => round.GapOfKillMs)):F0} ms."
        );
        return text.ToString();

        void Row(string name, IEnumerable<double> times)
        {
            var median = Say.Median(times);
            text.AppendLine($"| {name} | {median:F0} | {Megabytes * 1000 / median:F0} |");
        }
    }
}
