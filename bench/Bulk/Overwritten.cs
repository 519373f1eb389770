using System.Text;
using PbKv.Client;
using PbKv.Clusters;

namespace PbKv.Bulk;

/// <param name="Transfer">Null where there was none.</param>
/// <param name="Primary">Its memory as a multiple of the data: the most under load, and 30 s after it.</param>
internal sealed record OverwrittenRow(
    string What,
    double? TransferMs,
    double OpsPerSecond,
    double Silence,
    double LongestWrite,
    double LongestLoneWrite,
    double LongestRead,
    (double Most, double After) Primary,
    (double Most, double After) Backup
);

/// <summary>
/// Large data that is overwritten at a steady rate, by many callers of one client and by a lone one: without a
/// transfer, with one, and with one behind a link with a tenth of what that rate needs.
/// </summary>
internal sealed class Overwritten(long keys, double seconds, SlowLink? link)
{
    private const int ValueBytes = 1000;
    private const int Writers = 64;
    private const int Readers = 8;
    private const double PerSecond = 60_000;
    private const double LinkMegabytes = PerSecond * (ValueBytes + Entries.KeySize) / 1e6;

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    public async Task<string> RunAsync(CancellationToken cancellation)
    {
        var rows = new List<OverwrittenRow>();
        await using var cluster = await ProcessCluster.StartAsync(2, host: link?.Host, cancellation: cancellation);
        await using var lone = await PbKvClient.ConnectAsync(
            cluster.Address,
            ProcessCluster.ClientAt(link?.Host),
            cancellation
        );
        Say.Line($"loading {keys:N0} entries of {ValueBytes} bytes");
        await Entries.FillAsync(cluster.Client, keys, cancellation, ValueBytes);
        await AddAsync("no transfer", null);
        await AddAsync("a transfer", async () => await cluster.AddServerAsync());
        if (link is not null)
        {
            await link.LimitAsync(LinkMegabytes / 10);
            await AddAsync(
                $"a transfer, the link {LinkMegabytes / 10:F1} MB/s",
                async () => await link.AddServerAsync(cluster)
            );
        }
        var view = (await cluster.StatusAsync(cancellation)).View;
        return Table(rows, await EndAsync(cluster.Server(view.Primary)), await EndAsync(cluster.Server(view.Backup)));

        async Task AddAsync(string what, Func<Task<ProcessNode>>? newBackup)
        {
            rows.Add(await RowAsync(cluster, lone, what, newBackup, cancellation));
            Say.Line($"  {rows[^1]}");
        }
    }

    private async Task<OverwrittenRow> RowAsync(
        ProcessCluster cluster,
        PbKvClient lone,
        string what,
        Func<Task<ProcessNode>>? newBackup,
        CancellationToken cancellation
    )
    {
        var idle = newBackup is null ? null : await newBackup();
        var view = (await cluster.UntilAsync(status => status.Synced, "a synced backup", cancellation)).View;
        var (primary, backup) = (cluster.Server(view.Primary), idle ?? cluster.Server(view.Backup));
        await using var ofPrimary = new ResidentWatch(primary);
        await using var ofBackup = new ResidentWatch(backup);
        using var writers = new Callers([cluster.Client], Writers, keys, ValueBytes, PerSecond);
        using var readers = new Callers([cluster.Client], Readers, keys, 0, 1000);
        using var loneWriter = new Callers([lone], 1, keys, ValueBytes, 200);
        var begun = Say.Now;
        await Task.Delay(Before, cancellation);
        var (from, to) = (begun, begun);
        if (idle is not null)
            (_, from, to) = await NewBackup.TakeAsync(cluster, idle, Limit, cancellation);
        var rest = seconds - (Say.Ms(Say.Now - begun) / 1000);
        await Task.Delay(TimeSpan.FromSeconds(Math.Max(1, rest)), cancellation);
        if (idle is null)
            to = Say.Now;
        var (wrote, alone, read) = (await writers.StopAsync(), await loneWriter.StopAsync(), await readers.StopAsync());
        if (wrote.Failed + alone.Failed + read.Failed > 0)
            throw new InvalidOperationException("operations failed, and none should");
        await Task.Delay(After, cancellation);
        var data = (double)
            (await cluster.Client.StatusAsync(cancellationToken: cancellation)).Servers.Max(server =>
                server.State?.Bytes ?? 0
            );
        return new OverwrittenRow(
            what,
            idle is null ? null : Say.Ms(to - from),
            wrote.Between(from, to).OpsPerSecond,
            wrote.LongestSilenceMs(from, to),
            wrote.LongestMs(from, to),
            alone.LongestMs(from, to),
            read.LongestMs(from, to),
            (ofPrimary.Most / data, primary.WorkingSet / data),
            (ofBackup.Most / data, backup.WorkingSet / data)
        );
    }

    private static async Task<GcLine> EndAsync(ProcessNode server)
    {
        server.Life.Send(Signal.Terminate);
        return GcLine.Of((await server.Life.WaitForExitAsync()).Error);
    }

    private string Table(List<OverwrittenRow> rows, GcLine primary, GcLine backup)
    {
        var text = new StringBuilder();
        text.AppendLine(
            $"{keys:N0} entries of {Entries.KeySize} + {ValueBytes} bytes. {Writers} callers of one client overwrite "
                + $"them at random, {PerSecond:N0} a second, for {seconds:0} s or until the transfer is complete; "
                + $"a caller of another client writes 200 a second, and {Readers} read 1,000. Memory is "
                + "resident memory ÷ data."
        );
        text.AppendLine();
        text.AppendLine(
            "| with | transfer, s | writes/s in it | no write for, ms | longest write, ms | of the lone caller "
                + "| longest read | primary: most | 30 s after the load | backup: most | 30 s after the load |"
        );
        text.AppendLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var row in rows)
        {
            text.AppendLine(
                $"| {row.What} | {(row.TransferMs is { } ms ? $"{ms / 1000:F1}" : "–")} | {row.OpsPerSecond:N0} | "
                    + $"{row.Silence:F0} | {row.LongestWrite:F0} | {row.LongestLoneWrite:F0} | {row.LongestRead:F0} | "
                    + $"{row.Primary.Most:F2} | {row.Primary.After:F2} | {row.Backup.Most:F2} | {row.Backup.After:F2} |"
            );
        }
        text.AppendLine();
        text.AppendLine(
            $"Longest pause of the collector in the whole life of the primary: {primary.LongestMs:F0} ms, of the last "
                + $"backup: {backup.LongestMs:F0} ms."
        );
        return text.ToString();
    }
}
