using System.Net;
using System.Net.Sockets;
using System.Text;
using PbKv.Bench;

namespace PbKv.Peers;

/// <summary>
/// One connection to Redis. Its commands are laid out once; a round trip writes the keys into them, sends them
/// in one call and reads until every answer is there. SET + WAIT go out together: the round trip is one.
/// </summary>
internal sealed class RedisCaller : Caller
{
    private readonly Socket _socket;
    private readonly byte[] _commands;
    private readonly int[] _keys;
    private readonly byte[] _answers = new byte[64 * 1024];
    private readonly string _mode;
    private readonly int _valueSize;
    private readonly RandomKeys _random;

    public RedisCaller(LoadOptions options, int index, int commandsPerTrip)
    {
        _mode = options.Mode;
        _valueSize = options.ValueSize;
        _random = new RandomKeys(options.Keys, index);
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(IPAddress.Parse(options.Host), options.Port);
        (_commands, _keys) = Lay(commandsPerTrip, new string('v', options.ValueSize));
    }

    public override async ValueTask<int> RoundTripAsync()
    {
        foreach (var key in _keys)
            _random.Next().Span.CopyTo(_commands.AsSpan(key));
        await SendAllAsync(_socket, _commands);
        var expected = ExpectedBytes();
        var got = 0;
        while (got < expected || (_mode == "get" && !GetIsComplete(got)))
        {
            var read = await _socket.ReceiveAsync(_answers.AsMemory(got), SocketFlags.None);
            if (read == 0)
                throw new IOException("redis closed the connection");
            got += read;
            Check(got);
        }
        return _keys.Length;
    }

    public override void Dispose() => _socket.Dispose();

    public static async Task SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None)..];
    }

    private (byte[] Commands, int[] Keys) Lay(int count, string value)
    {
        var text = new StringBuilder();
        var keys = new int[count];
        for (var i = 0; i < count; i++)
        {
            text.Append(_mode == "get" ? "*2\r\n$3\r\nGET\r\n$16\r\n" : "*3\r\n$3\r\nSET\r\n$16\r\n");
            keys[i] = text.Length;
            text.Append('0', RandomKeys.Size).Append("\r\n");
            if (_mode != "get")
                text.Append('$').Append(value.Length).Append("\r\n").Append(value).Append("\r\n");
        }
        if (_mode.EndsWith("wait", StringComparison.Ordinal))
            text.Append("*3\r\n$4\r\nWAIT\r\n$1\r\n1\r\n$1\r\n0\r\n");
        return (Encoding.ASCII.GetBytes(text.ToString()), keys);
    }

    // "+OK\r\n" a SET, ":1\r\n" the WAIT.
    private int ExpectedBytes() =>
        _mode switch
        {
            "get" => 5,
            "set" => 5 * _keys.Length,
            _ => (5 * _keys.Length) + 4,
        };

    private bool GetIsComplete(int got)
    {
        if (_answers.AsSpan(0, got).StartsWith("$-1\r\n"u8))
            return got == 5;
        return got == _valueSize + 5 + _valueSize.ToString(System.Globalization.CultureInfo.InvariantCulture).Length;
    }

    private void Check(int got)
    {
        if (_answers[0] == (byte)'-')
            throw new IOException("redis says " + Encoding.ASCII.GetString(_answers, 0, got).Trim());
        if (
            _mode.EndsWith("wait", StringComparison.Ordinal)
            && got >= ExpectedBytes()
            && _answers[got - 3] == (byte)'0'
        )
            throw new IOException("WAIT says that no replica has the write: is the replica attached?");
    }
}
