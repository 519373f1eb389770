using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PbKv.Clusters;
using PbKv.Peers;

namespace PbKv.Failover;

/// <summary>Three etcd nodes with their default timeouts. A caller that fails goes on with the next node.</summary>
internal sealed class EtcdStore : IStore
{
    private static readonly TimeSpan TryFor = TimeSpan.FromSeconds(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("pbkv-etcd-").FullName;
    private readonly int[] _clientPorts = [Ports.Free(), Ports.Free(), Ports.Free()];
    private readonly int[] _peerPorts = [Ports.Free(), Ports.Free(), Ports.Free()];
    private readonly Child?[] _nodes = new Child?[3];
    private readonly HttpClient _client = EtcdRpc.Connect();
    private int _killed = -1;
    private int _current;

    public string Name => "etcd";

    public IReadOnlyList<Fault> Faults => [Fault.KillPrimary];

    public async Task StartAsync()
    {
        for (var i = 0; i < 3; i++)
            StartNode(i);
        await HealAsync(CancellationToken.None);
    }

    public async Task PutAsync(string key, string value, CancellationToken cancellation)
    {
        while (true)
        {
            var node = Volatile.Read(ref _current);
            try
            {
                using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                attempt.CancelAfter(TryFor);
                await EtcdRpc.PutAsync(_client, Rpc(node, "Put"), key, value, attempt.Token);
                return;
            }
            catch (Exception e)
                when (e is IOException or HttpRequestException
                    || (e is OperationCanceledException && !cancellation.IsCancellationRequested)
                )
            {
                Interlocked.CompareExchange(ref _current, (node + 1) % 3, node);
                await Task.Delay(5, cancellation);
            }
        }
    }

    public async Task<string> GetAsync(string key, CancellationToken cancellation) =>
        EtcdRpc.Value(await EtcdRpc.RangeAsync(_client, Rpc(Volatile.Read(ref _current), "Range"), key, cancellation));

    public async Task StrikeAsync(Fault fault, Action struck)
    {
        _killed = _leader;
        // The callers' node is the leader, as those of PbKv and Redis are.
        _nodes[_killed]!.Send(Signal.Kill);
        struck();
        await Task.CompletedTask;
    }

    public async Task HealAsync(CancellationToken cancellation)
    {
        if (_killed >= 0)
        {
            _nodes[_killed]!.Dispose();
            StartNode(_killed);
            _killed = -1;
        }
        while (await LeaderAsync(cancellation) is not { } leader || (_leader = leader) < 0)
            await Task.Delay(100, cancellation);
        _current = _leader;
    }

    public ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            node?.Dispose();
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private int _leader;

    private Uri Rpc(int node, string call) => new($"http://127.0.0.1:{_clientPorts[node]}/etcdserverpb.KV/{call}");

    private void StartNode(int i)
    {
        var cluster = string.Join(',', Enumerable.Range(0, 3).Select(n => $"n{n}=http://127.0.0.1:{_peerPorts[n]}"));
        var (client, peer) = ($"http://127.0.0.1:{_clientPorts[i]}", $"http://127.0.0.1:{_peerPorts[i]}");
        _nodes[i] = new Child([
            "etcd",
            "--name",
            $"n{i}",
            "--data-dir",
            Path.Combine(_folder, $"n{i}"),
            "--listen-client-urls",
            client,
            "--advertise-client-urls",
            client,
            "--listen-peer-urls",
            peer,
            "--initial-advertise-peer-urls",
            peer,
            "--initial-cluster",
            cluster,
            "--initial-cluster-state",
            "new",
        ]);
    }

    /// <returns>The leader, once all three nodes answer and agree; null before.</returns>
    private async Task<int?> LeaderAsync(CancellationToken cancellation)
    {
        var endpoints = string.Join(
            ',',
            _clientPorts.Select(port => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"))
        );
        var start = new ProcessStartInfo(
            "etcdctl",
            ["--endpoints", endpoints, "--command-timeout", "2s", "endpoint", "status", "-w", "json"]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["ETCDCTL_API"] = "3";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        if (process.ExitCode != 0)
            return null;
        using var json = JsonDocument.Parse(output);
        if (json.RootElement.GetArrayLength() < 3)
            return null;
        foreach (var node in json.RootElement.EnumerateArray())
        {
            var status = node.GetProperty("Status");
            if (
                status.GetProperty("leader").GetUInt64()
                != status.GetProperty("header").GetProperty("member_id").GetUInt64()
            )
                continue;
            var port = new Uri(node.GetProperty("Endpoint").GetString()!).Port;
            return Array.IndexOf(_clientPorts, port);
        }
        return null;
    }
}
