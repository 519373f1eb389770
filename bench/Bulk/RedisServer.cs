using System.Globalization;
using System.Net.Sockets;
using System.Text;
using PbKv.Clusters;
using PbKv.Failover;

namespace PbKv.Bulk;

/// <summary>One Redis server without persistence, as a process; gone when it is disposed.</summary>
internal sealed class RedisServer : IDisposable
{
    private const int PerTrip = 1000;

    private readonly string _folder = Directory.CreateTempSubdirectory("pbkv-redis-").FullName;
    private readonly Child _process;
    private readonly int _port = Ports.Free();
    private RedisConnection? _connection;

    private RedisServer() =>
        _process = new Child([
            "redis-server",
            "--port",
            _port.ToString(CultureInfo.InvariantCulture),
            "--dir",
            _folder,
            "--save",
            "",
            "--appendonly",
            "no",
            "--bind",
            "127.0.0.1",
            "--repl-diskless-sync-delay",
            "0",
        ]);

    /// <summary>Whether it is here to be measured; says what to do where it is not.</summary>
    public static bool IsHere()
    {
        if (Child.IsOnPath("redis-server"))
            return true;
        Say.Line($"redis-server is missing (apt-get install redis-server): PbKv is measured without it");
        return false;
    }

    public static async Task<RedisServer> StartAsync(CancellationToken cancellation)
    {
        var server = new RedisServer();
        var end = DateTime.UtcNow.AddSeconds(20);
        while (true)
        {
            try
            {
                server._connection = await RedisConnection.OpenAsync(server._port, cancellation);
                return server;
            }
            catch (IOException) when (DateTime.UtcNow < end)
            {
                await Task.Delay(20, cancellation);
            }
            catch
            {
                server.Dispose();
                throw;
            }
        }
    }

    /// <summary>The same entries as PbKv gets, pipelined.</summary>
    public async Task FillAsync(long count, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
        };
        await socket.ConnectAsync("127.0.0.1", _port, cancellation);
        await using var stream = new NetworkStream(socket);
        var before = Encoding.ASCII.GetBytes($"*3\r\n$3\r\nSET\r\n${Entries.KeySize}\r\n");
        var after = Encoding.ASCII.GetBytes(
            $"\r\n${Entries.ValueSize}\r\n{Encoding.ASCII.GetString(Entries.Value())}\r\n"
        );
        var answers = new byte["+OK\r\n".Length * PerTrip];
        using var commands = new MemoryStream();
        for (long number = 0; number < count; )
        {
            commands.SetLength(0);
            var trip = (int)Math.Min(PerTrip, count - number);
            for (var i = 0; i < trip; i++)
            {
                commands.Write(before);
                commands.Write(Entries.Key(number++));
                commands.Write(after);
            }
            await stream.WriteAsync(commands.GetBuffer().AsMemory(0, (int)commands.Length), cancellation);
            await stream.ReadExactlyAsync(answers.AsMemory(0, "+OK\r\n".Length * trip), cancellation);
            if (answers[0] != '+')
                throw new IOException("redis says " + Encoding.ASCII.GetString(answers).Trim());
        }
    }

    /// <returns>The milliseconds until a replica that follows this master from now on has everything: its link is up,
    /// its offset is the master's.</returns>
    public async Task<double> ResyncMsAsync(RedisServer replica, CancellationToken cancellation)
    {
        var begun = Say.Now;
        await replica.AskAsync(cancellation, "REPLICAOF", "127.0.0.1", _port.ToString(CultureInfo.InvariantCulture));
        while (true)
        {
            if (
                await replica.AskAsync(cancellation, "ROLE") is ["slave", _, _, "connected", var has]
                && await AskAsync(cancellation, "ROLE") is ["master", var offset, ..]
                && has == offset
            )
                return Say.Ms(Say.Now - begun);
            await Task.Delay(5, cancellation);
        }
    }

    /// <returns>used_memory_rss, in bytes.</returns>
    public async Task<long> ResidentAsync(CancellationToken cancellation)
    {
        const string Field = "used_memory_rss:";
        var info = (await AskAsync(cancellation, "INFO", "memory"))?[0] ?? "";
        var line =
            info.Split("\r\n").FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal))
            ?? throw new IOException($"INFO memory of redis has no {Field}");
        return long.Parse(line.AsSpan(Field.Length), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Task<IReadOnlyList<string>?> AskAsync(CancellationToken cancellation, params string[] words) =>
        _connection!.AskAsync(cancellation, words);
}
