namespace Akka.Remote;

/// <summary>How this engine sets up its sockets.</summary>
internal static class Sockets
{
    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;
    private const int UnacknowledgedMs = 4_000;

    /// <summary>Non-blocking for good: reads and writes are single attempts, and waiting is done in poll().</summary>
    public static void SetUp(Socket socket, RemoteSettings settings)
    {
        socket.Blocking = false;
        socket.NoDelay = true;
        socket.SendBufferSize = settings.SendBufferSize;
        socket.ReceiveBufferSize = settings.ReceiveBufferSize;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
        // Data that a cut network swallows is sent again at ever longer intervals: once the network heals, a new
        // connection is there long before the old one has noticed. Other platforms have no such setting, and wait.
        if (OperatingSystem.IsLinux()) socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes(UnacknowledgedMs));
    }

    /// <summary>Takes what is there; false when there is nothing yet, and no bytes when the other end has closed.</summary>
    public static bool TryReceive(Socket socket, Span<byte> into, out int read)
    {
        read = socket.Receive(into, SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock)) throw new SocketException((int)error);
        return error == SocketError.Success;
    }

    /// <summary>
    /// Ends the waiting of whoever polls the socket, and leaves it to them to dispose of it: a descriptor that is closed under
    /// an epoll is forgotten in silence. A socket that is not connected any more, or disposed, has woken them already.
    /// </summary>
    public static bool TryShutdown(Socket socket, SocketShutdown how)
    {
        try
        {
            socket.Shutdown(how);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
