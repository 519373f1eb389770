namespace Akka.Remote;

/// <summary>A socket on which both ends have said who they are, and what was read behind that.</summary>
internal sealed record Handshaken(Socket Socket, Hello Hello, byte[] Leftover);

/// <summary>A connection whose other end has yet to say who it is.</summary>
internal sealed class Handshake(Socket socket, RemoteSettings settings)
{
    private readonly byte[] _bytes = new byte[Hello.MaxBytes];
    private int _count;

    public Socket Socket => socket;
    public EndPoint Peer { get; } = socket.RemoteEndPoint;
    public long Deadline { get; } = Environment.TickCount64 + (long)settings.HandshakeTimeout.TotalMilliseconds;

    /// <summary>Not a byte has come from it.</summary>
    public bool IsSilent => _count == 0;

    /// <summary>Reads what has come; false when that is not all of it yet.</summary>
    public bool TryRead(out Handshaken handshaken)
    {
        handshaken = null;
        if (!Sockets.TryReceive(socket, _bytes.AsSpan(_count), out var read)) return false;
        if (read == 0) throw new HandshakeException("the other end closed the connection during the handshake");
        _count += read;
        if (!Hello.TryDecode(_bytes.AsSpan(0, _count), out var hello, out var consumed)) return false;
        handshaken = new Handshaken(socket, hello, _bytes[consumed.._count]);
        return true;
    }
}
