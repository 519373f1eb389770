using PbKv.Clusters;

namespace PbKv.Bulk;

/// <summary>The most memory that some servers had resident since it began to look.</summary>
internal sealed class ResidentWatch : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _looking;

    public ResidentWatch(params IReadOnlyList<ProcessNode> servers)
    {
        _looking = Task.Run(async () =>
        {
            while (!_stop.IsCancellationRequested)
            {
                Most = Math.Max(Most, servers.Max(server => server.WorkingSet));
                await Task.Delay(Every, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
    }

    public long Most { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        _stop.Dispose();
    }
}
