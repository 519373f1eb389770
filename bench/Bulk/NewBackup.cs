using PbKv.Clusters;

namespace PbKv.Bulk;

/// <summary>
/// The backup is killed with an idle server at hand: the next view begins with a transfer of everything to that one.
/// </summary>
internal static class NewBackup
{
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(500);

    /// <returns>When the backup was killed, and when the transfer began and ended.</returns>
    public static async Task<(long Killed, long From, long To)> TakeAsync(
        ProcessCluster cluster,
        ProcessNode idle,
        TimeSpan limit,
        CancellationToken cancellation
    )
    {
        await cluster.UntilAsync(
            status => status.Servers.Any(known => known.Alive && known.Server.Address.Value == idle.Address),
            "the server that was added",
            cancellation
        );
        await Task.Delay(Settle, cancellation);
        var view = (await cluster.UntilAsync(status => status.Synced, "a synced backup", cancellation)).View;
        var watch = new TransferWatch(cluster.Client, idle.Address, limit).RunAsync(cancellation);
        var killed = Say.Now;
        cluster.Server(view.Backup).Life.Send(Signal.Kill);
        var (from, to) = await watch;
        var after = (await cluster.StatusAsync(cancellation)).View;
        if (after.Number != view.Number + 1 || after.Primary != view.Primary)
            throw new InvalidOperationException(
                $"view {view.Number} ({view.Primary}, {view.Backup}) should have been followed by one more with the "
                    + $"same primary, and the view is now {after.Number} ({after.Primary}, {after.Backup}):\n"
                    + string.Join('\n', cluster.ViewService.Life.Error.Trim().Split('\n').TakeLast(12))
            );
        return (killed, from, to);
    }
}
