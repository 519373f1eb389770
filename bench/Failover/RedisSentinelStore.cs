using System.Collections.Concurrent;
using System.Globalization;
using PbKv.Clusters;

namespace PbKv.Failover;

/// <summary>
/// One Redis master, two replicas and three sentinels (down-after-milliseconds 500). A write is acknowledged when WAIT
/// 1 says that a replica has it; a caller that fails asks a sentinel for the master and tries again.
/// </summary>
internal sealed class RedisSentinelStore : IStore
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pbkv-sentinel-").FullName;
    private readonly Dictionary<int, Child> _servers = [];
    private readonly List<(int Port, Child Process)> _sentinels = [];
    private readonly ConcurrentDictionary<string, RedisConnection> _connections = [];
    private int _killed;

    public string Name => "Redis Sentinel";

    public IReadOnlyList<Fault> Faults => [Fault.KillPrimary];

    public async Task StartAsync()
    {
        var ports = Enumerable.Range(0, 3).Select(_ => Ports.Free()).ToList();
        foreach (var port in ports)
            StartServer(port, port == ports[0] ? 0 : ports[0]);
        await RetryAsync(() => WithMasterAsync(ports[0], CancellationToken.None), CancellationToken.None);
        for (var i = 0; i < 3; i++)
            StartSentinel(ports[0]);
        await HealAsync(CancellationToken.None);
    }

    public async Task PutAsync(string key, string value, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var connection = await ConnectionAsync(key, cancellation);
                await connection.SendAsync(cancellation, "SET", key, value);
                await connection.SendAsync(cancellation, "WAIT", "1", "1000");
                await connection.ReadAsync(cancellation);
                var waited = await connection.ReadAsync(cancellation);
                if (waited is ["0"])
                    throw new IOException("no replica has it");
                return;
            }
            catch (IOException)
            {
                Drop(key);
                await Task.Delay(5, cancellation);
            }
        }
    }

    public async Task<string> GetAsync(string key, CancellationToken cancellation)
    {
        using var connection = await RedisConnection.OpenAsync(await MasterAsync(cancellation), cancellation);
        return (await connection.AskAsync(cancellation, "GET", key))?[0] ?? "";
    }

    public async Task StrikeAsync(Fault fault, Action struck)
    {
        _killed = await MasterAsync(CancellationToken.None);
        _servers[_killed].Send(Signal.Kill);
        struck();
    }

    public async Task HealAsync(CancellationToken cancellation)
    {
        if (_killed != 0)
        {
            var master = await RetryAsync(
                async () =>
                {
                    var found = await MasterAsync(cancellation);
                    return found != _killed ? found : throw new IOException("the sentinels still name the dead master");
                },
                cancellation
            );
            _servers[_killed].Dispose();
            StartServer(_killed, master);
            _killed = 0;
        }
        await RetryAsync(
            async () => await WithMasterAsync(await MasterAsync(cancellation), cancellation),
            cancellation
        );
    }

    public ValueTask DisposeAsync()
    {
        foreach (var connection in _connections.Values)
            connection.Dispose();
        foreach (var (_, sentinel) in _sentinels)
            sentinel.Dispose();
        foreach (var server in _servers.Values)
            server.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private void StartServer(int port, int master)
    {
        var folder = Directory
            .CreateDirectory(Path.Combine(_folder, port.ToString(CultureInfo.InvariantCulture)))
            .FullName;
        List<string> arguments =
        [
            "--port",
            Text(port),
            "--dir",
            folder,
            "--save",
            "",
            "--appendonly",
            "no",
            "--bind",
            "127.0.0.1",
            "--repl-diskless-sync-delay",
            "0",
        ];
        if (master != 0)
            arguments.AddRange(["--replicaof", "127.0.0.1 " + Text(master)]);
        _servers[port] = new Child(["redis-server", .. arguments]);
    }

    private void StartSentinel(int master)
    {
        var port = Ports.Free();
        var file = Path.Combine(_folder, $"sentinel-{port}.conf");
        File.WriteAllLines(
            file,
            [
                $"port {port}",
                "bind 127.0.0.1",
                $"dir {_folder}",
                $"sentinel monitor kv 127.0.0.1 {master} 2",
                "sentinel down-after-milliseconds kv 500",
                "sentinel failover-timeout kv 2000",
                "sentinel parallel-syncs kv 2",
            ]
        );
        _sentinels.Add((port, new Child(["redis-sentinel", file])));
    }

    /// <summary>The master, once two replicas are attached and every sentinel knows them and the others.</summary>
    private async Task<int> WithMasterAsync(int port, CancellationToken cancellation)
    {
        using var connection = await RedisConnection.OpenAsync(port, cancellation);
        await connection.SendAsync(cancellation, "WAIT", "2", "1000");
        if (await connection.ReadAsync(cancellation) is not ["2"])
            throw new IOException("not both replicas are attached");
        foreach (var (sentinel, _) in _sentinels)
        {
            using var asked = await RedisConnection.OpenAsync(sentinel, cancellation);
            await asked.SendAsync(cancellation, "SENTINEL", "CKQUORUM", "kv");
            await asked.ReadAsync(cancellation);
            var replicas = await asked.AskAsync(cancellation, "SENTINEL", "REPLICAS", "kv") ?? [];
            if (
                replicas.Count(word => word == "slave" || word.StartsWith("slave,", StringComparison.Ordinal)) < 2
                || replicas.Any(word => word.Contains("s_down", StringComparison.Ordinal))
            )
                throw new IOException("a sentinel does not know both replicas yet");
        }
        return port;
    }

    private async Task<int> MasterAsync(CancellationToken cancellation)
    {
        foreach (var (port, _) in _sentinels)
        {
            using var sentinel = await RedisConnection.OpenAsync(port, cancellation);
            if (await sentinel.AskAsync(cancellation, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "kv") is [_, var master])
                return int.Parse(master, CultureInfo.InvariantCulture);
        }
        throw new IOException("no sentinel knows a master");
    }

    private async Task<RedisConnection> ConnectionAsync(string key, CancellationToken cancellation)
    {
        if (_connections.TryGetValue(key, out var connection))
            return connection;
        connection = await RedisConnection.OpenAsync(await MasterAsync(cancellation), cancellation);
        _connections[key] = connection;
        return connection;
    }

    private void Drop(string key)
    {
        if (_connections.TryRemove(key, out var connection))
            connection.Dispose();
    }

    private static async Task<T> RetryAsync<T>(Func<Task<T>> action, CancellationToken cancellation)
    {
        var end = DateTime.UtcNow.AddSeconds(120);
        while (true)
        {
            try
            {
                return await action();
            }
            catch (IOException) when (DateTime.UtcNow < end)
            {
                await Task.Delay(50, cancellation);
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
