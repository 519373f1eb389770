using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PbKv.Failover;

/// <summary>One connection to Redis or a Sentinel, and as much of its protocol as is needed here.</summary>
internal sealed class RedisConnection : IDisposable
{
    private readonly TcpClient _tcp;
    private readonly StreamReader _reader;

    private RedisConnection(TcpClient tcp)
    {
        _tcp = tcp;
        _reader = new StreamReader(tcp.GetStream(), Encoding.ASCII, false, 1024);
    }

    public static async Task<RedisConnection> OpenAsync(int port, CancellationToken cancellation)
    {
        var tcp = new TcpClient { NoDelay = true };
        try
        {
            await tcp.ConnectAsync("127.0.0.1", port, cancellation);
            return new RedisConnection(tcp);
        }
        catch (SocketException e)
        {
            tcp.Dispose();
            throw new IOException(e.Message, e);
        }
    }

    public async Task SendAsync(CancellationToken cancellation, params string[] words)
    {
        var text = new StringBuilder().Append('*').Append(words.Length).Append("\r\n");
        foreach (var word in words)
            text.Append('$').Append(word.Length).Append("\r\n").Append(word).Append("\r\n");
        await _tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text.ToString()), cancellation);
    }

    /// <summary>One answer, flattened to its texts; null for nothing.</summary>
    public async Task<IReadOnlyList<string>?> ReadAsync(CancellationToken cancellation)
    {
        var line = await _reader.ReadLineAsync(cancellation) ?? throw new IOException("the connection was closed");
        switch (line[0])
        {
            case '+' or ':':
                return [line[1..]];
            case '-':
                throw new IOException(line[1..]);
            case '$':
                if (line == "$-1")
                    return null;
                return [await ReadTextAsync(int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture), cancellation)];
            case '*':
                var count = int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture);
                if (count < 0)
                    return null;
                var all = new List<string>();
                for (var i = 0; i < count; i++)
                    all.AddRange(await ReadAsync(cancellation) ?? []);
                return all;
            default:
                throw new IOException($"'{line}' is no answer of Redis");
        }
    }

    /// <summary>A text of this length, which may hold line ends, and the line end after it.</summary>
    private async Task<string> ReadTextAsync(int length, CancellationToken cancellation)
    {
        var text = new char[length + 2];
        if (await _reader.ReadBlockAsync(text, cancellation) < text.Length)
            throw new IOException("the connection was closed");
        return new string(text, 0, length);
    }

    public async Task<IReadOnlyList<string>?> AskAsync(CancellationToken cancellation, params string[] words)
    {
        await SendAsync(cancellation, words);
        return await ReadAsync(cancellation);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _tcp.Dispose();
    }
}
