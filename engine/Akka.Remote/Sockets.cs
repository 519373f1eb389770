using System.Net.Sockets;

namespace Akka.Remote;

/// <summary>How this engine sets up its sockets.</summary>
internal static class Sockets
{
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
    }

    /// <summary>Ends the waiting of whoever polls the socket; a socket that is not connected any more needs no waking.</summary>
    public static void Wake(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            socket.Dispose();
        }
    }
}
