using PbKv.Client;
using PbKv.Clusters;

namespace PbKv.Failover;

/// <summary>
/// A view service and three servers: primary, backup, and an idle one that takes the place of who fails.
/// </summary>
internal sealed class PbKvStore : IStore
{
    private ProcessCluster? _cluster;
    private ProcessNode? _stopped;
    private ProcessNode? _primary;
    private ProcessNode? _backup;

    public string Name => "PbKv";

    public IReadOnlyList<Fault> Faults => [Fault.KillPrimary, Fault.KillBackup, Fault.Leave, Fault.StopPrimary];

    public async Task StartAsync()
    {
        _cluster = await ProcessCluster.StartAsync(3);
        await HealAsync(CancellationToken.None);
    }

    public async Task PutAsync(string key, string value, CancellationToken cancellation)
    {
        try
        {
            await _cluster!.Client.PutAsync(key, value, cancellationToken: cancellation);
        }
        catch (PbKvException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public async Task<string> GetAsync(string key, CancellationToken cancellation) =>
        await _cluster!.Client.GetAsync(key, cancellationToken: cancellation);

    public async Task StrikeAsync(Fault fault, Action struck)
    {
        switch (fault)
        {
            case Fault.KillPrimary:
                _primary!.Life.Send(Signal.Kill);
                break;
            case Fault.KillBackup:
                _backup!.Life.Send(Signal.Kill);
                break;
            case Fault.Leave:
                _primary!.Life.Send(Signal.Terminate);
                break;
            case Fault.StopPrimary:
                _stopped = _primary;
                _stopped!.Life.Send(Signal.Stop);
                break;
        }
        struck();
        await Task.CompletedTask;
    }

    public async Task HealAsync(CancellationToken cancellation)
    {
        _stopped?.Life.Send(Signal.Continue);
        _stopped = null;
        while (_cluster!.Servers.Count(server => server.IsUp) < 3)
            await _cluster!.AddServerAsync();
        var view = (
            await _cluster!.UntilAsync(
                status =>
                    status.Synced
                    && status.Servers.Count(server => server.Alive) >= 3
                    && IsThere(status.View.Primary)
                    && IsThere(status.View.Backup),
                "a synced pair and an idle server",
                cancellation
            )
        ).View;
        (_primary, _backup) = (_cluster!.Server(view.Primary), _cluster!.Server(view.Backup));
    }

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;

    private bool IsThere(Protocol.ServerId? server) => _cluster!.Server(server).IsUp;
}
