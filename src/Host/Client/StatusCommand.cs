using System.Diagnostics;

namespace PbKv.Host.Client;

/// <summary>`status`: once, or live with `--watch`.</summary>
internal sealed class StatusCommand(Terminal terminal)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long an old picture may stand while it is watched: a dead view service must not look like a healthy one.
    /// </summary>
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(2);

    private readonly ClientOptions _client = new();
    private readonly Option<bool> _watch = Options.Flag("--watch", "Show it again every second, until Ctrl-C");

    public Command Create()
    {
        var command = new Command("status", "Show who is primary, who is backup, and what they hold") { _watch };
        _client.AddTo(command);
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        using var signals = new Signals();
        await using var cluster = ClusterClient.Open(_client.Read(parsed));
        if (parsed.GetValue(_watch))
            await WatchAsync(cluster, _client.Json(parsed), signals.Asked);
        else
            await ShowAsync(cluster, _client.Json(parsed), signals.Asked);
        return ExitCodes.Done;
    }

    private async Task ShowAsync(ClusterClient cluster, bool json, CancellationToken asked)
    {
        var report = await cluster.StatusAsync(asked);
        if (json)
            terminal.WriteLine(StatusJson.Of(report));
        else
            terminal.WriteLine(StatusText.Of(report, null, default, terminal.Colours).TrimEnd());
    }

    /// <summary>
    /// An unreachable view service is shown, and waited for: this is what somebody watches while it restarts.
    /// </summary>
    private async Task WatchAsync(ClusterClient cluster, bool json, CancellationToken asked)
    {
        PbKvStatus? earlier = null;
        var clock = Stopwatch.StartNew();
        while (!asked.IsCancellationRequested)
        {
            var (report, failure) = await LookAsync(cluster, asked);
            if (report is not null)
            {
                if (json)
                    terminal.WriteLine(StatusJson.Of(report));
                else
                    Redraw(StatusText.Of(report, earlier, clock.Elapsed, terminal.Colours));
                (earlier, clock) = (report, Stopwatch.StartNew());
            }
            else if (failure is not null)
            {
                if (json)
                    terminal.WriteLine(Json.OfFailure(failure));
                else
                    Redraw(failure.Message + "\n");
            }

            terminal.Flush();
            await Task.Delay(Second, asked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Neither, once it was asked to stop.</returns>
    private static async Task<(PbKvStatus? Report, Failure? Failure)> LookAsync(
        ClusterClient cluster,
        CancellationToken asked
    )
    {
        try
        {
            return (await cluster.StatusAsync(asked, Stale), null);
        }
        catch (Failure failure)
        {
            return (null, asked.IsCancellationRequested ? null : failure);
        }
    }

    /// <summary>
    /// Home, each line to its end, and what is left below: no flicker. Without a terminal one report follows the other.
    /// </summary>
    private void Redraw(string text) =>
        terminal.WriteLine(terminal.OutputIsTerminal ? $"\u001b[H{text.Replace("\n", "\u001b[K\n")}\u001b[J" : text);
}
