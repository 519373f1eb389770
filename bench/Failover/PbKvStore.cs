using PbKv.Client;
using PbKv.Host.Processes;

namespace PbKv.Failover;

/// <summary>A view service and three servers: primary, backup, and an idle one that takes the place of who fails.</summary>
internal sealed class PbKvStore : IStore
{
    private readonly List<NodeProcess> _servers = [];
    private NodeProcess _view = null!;
    private NodeProcess? _stopped;
    private PbKvClient _client = null!;

    public string Name => "PbKv";

    public IReadOnlyList<Fault> Faults => [Fault.KillPrimary, Fault.KillBackup, Fault.StopPrimary, Fault.Leave];

    public async Task StartAsync()
    {
        _view = await NodeProcess.StartAsync(["view", "--port", "0"]);
        for (var i = 0; i < 3; i++) await AddServerAsync();
        _client = await PbKvClient.ConnectAsync(_view.Address);
        await WaitUntilWholeAsync(CancellationToken.None);
    }

    public async Task PutAsync(string key, string value, CancellationToken cancellation)
    {
        try
        {
            await _client.PutAsync(key, value, cancellationToken: cancellation);
        }
        catch (PbKvException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public async Task<string> GetAsync(string key, CancellationToken cancellation) => await _client.GetAsync(key, cancellationToken: cancellation);

    public async Task StrikeAsync(Fault fault, Action struck)
    {
        switch (fault)
        {
            case Fault.KillPrimary: _primary!.Signal(NodeProcess.SigKill); break;
            case Fault.KillBackup: _backup!.Signal(NodeProcess.SigKill); break;
            case Fault.Leave: _primary!.Signal(NodeProcess.SigTerm); break;
            case Fault.StopPrimary:
                _stopped = _primary;
                _stopped!.Signal(NodeProcess.SigStop);
                break;
        }
        struck();
        await Task.CompletedTask;
    }

    public async Task HealAsync(CancellationToken cancellation)
    {
        _stopped?.Signal(NodeProcess.SigCont);
        _stopped = null;
        for (var i = _servers.Count - 1; i >= 0; i--)
        {
            if (!_servers[i].HasExited) continue;
            _servers[i].Dispose();
            _servers.RemoveAt(i);
        }
        while (_servers.Count < 3) await AddServerAsync();
        await WaitUntilWholeAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        foreach (var server in _servers) server.Dispose();
        _view?.Dispose();
    }

    private NodeProcess? _primary;
    private NodeProcess? _backup;

    private async Task AddServerAsync() => _servers.Add(await NodeProcess.StartAsync(["replica", "--view", _view.Address]));

    private async Task WaitUntilWholeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var status = (await _client.StatusAsync(cancellationToken: cancellation)).ViewService;
            var alive = status.Servers.Count(server => server.Alive);
            if (status.Synced && alive >= 3)
            {
                _primary = At(status.View.Primary!.Value.Address.Value);
                _backup = At(status.View.Backup!.Value.Address.Value);
                if (_primary is not null && _backup is not null) return;
            }
            await Task.Delay(50, cancellation);
        }
    }

    private NodeProcess? At(string address) => _servers.FirstOrDefault(server => server.Address == address && !server.HasExited);
}
