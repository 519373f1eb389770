using PbKv.Client;
using PbKv.Clusters;

namespace PbKv.Failover;

/// <summary>
/// A view service, or three, and three servers: primary, backup, and an idle one that takes the place of who fails.
/// </summary>
internal sealed class PbKvStore(int viewServices) : IStore
{
    private readonly TemporaryFolder _folder = new();
    private ProcessCluster? _cluster;
    private ProcessNode? _stopped;
    private ProcessNode? _primary;
    private ProcessNode? _backup;
    private ProcessNode? _acting;

    public string Name => viewServices == 1 ? "PbKv" : $"PbKv, {viewServices} view services";

    public IReadOnlyList<Fault> Faults =>
        viewServices == 1
            ? [Fault.KillPrimary, Fault.KillBackup, Fault.Leave, Fault.StopPrimary]
            : [Fault.KillPrimary, Fault.KillViewService, Fault.KillPrimaryAndViewService];

    public async Task StartAsync()
    {
        _cluster =
            viewServices == 1
                ? await ProcessCluster.StartAsync(3)
                : await ProcessCluster.StartAsync(3, viewServices, _folder.Path);
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
            case Fault.KillViewService:
                _acting!.Life.Send(Signal.Kill);
                break;
            case Fault.KillPrimaryAndViewService:
                _acting!.Life.Send(Signal.Kill);
                _primary!.Life.Send(Signal.Kill);
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
        foreach (var gone in _cluster!.ViewServices.Where(node => !node.IsUp))
        {
            gone.Dispose();
            await gone.StartAsync();
        }
        var status = await _cluster!.LookUntilAsync(
            status =>
                status.Synced
                && status.Servers.Count(server => server.State is not null) >= 3
                && IsThere(status.Primary)
                && IsThere(status.Backup)
                && status.ViewServices.All(member => member.Lag == 0),
            "a synced pair, an idle server, and all view services",
            cancellation
        );
        (_primary, _backup) = (_cluster!.Server(status.Primary!), _cluster!.Server(status.Backup!));
        var acting = status.ViewServices.FirstOrDefault(member => member.Acting)?.Address;
        _acting = _cluster!.ViewServices.FirstOrDefault(node => node.Address == acting);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    private bool IsThere(string? server) => server is not null && _cluster!.Server(server).IsUp;
}
