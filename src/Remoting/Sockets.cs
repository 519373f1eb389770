using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PbKv.Remoting;

/// <summary>How sockets are set up and used here.</summary>
internal static class Sockets
{
    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;
    private const int OutgoingBytes = 0x5411;

    /// <summary>Non-blocking for good: reads and writes are single attempts, and waiting is the poller's.</summary>
    public static void SetUp(Socket socket, SocketSettings settings)
    {
        socket.Blocking = false;
        socket.NoDelay = true;
        if (settings.SocketSendBufferSize > 0)
            socket.SendBufferSize = settings.SocketSendBufferSize;
        if (settings.SocketReceiveBufferSize > 0)
            socket.ReceiveBufferSize = settings.SocketReceiveBufferSize;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
        // Data that a cut network swallows is sent again at ever longer intervals: once the network heals, a new
        // connection is there long before the old one has noticed.
        socket.SetRawSocketOption(
            TcpLevel,
            TcpUserTimeout,
            BitConverter.GetBytes((int)settings.StalledAfter.TotalMilliseconds)
        );
    }

    /// <summary>
    /// Takes what is there; false when there is nothing yet, and no bytes when the other end has closed.
    /// </summary>
    public static bool TryReceive(Socket socket, Span<byte> into, out int read)
    {
        read = socket.Receive(into, SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
            throw new SocketException((int)error);
        return error == SocketError.Success;
    }

    /// <returns>False when there is no room.</returns>
    public static bool TrySend(Socket socket, ReadOnlySpan<byte> bytes, out int sent)
    {
        sent = socket.Send(bytes, SocketFlags.None, out var error);
        if (error is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable)
            return false;
        return error == SocketError.Success ? true : throw new SocketException((int)error);
    }

    /// <summary>
    /// How much the operating system holds that the other end has not taken; as much as can be of a socket that is
    /// gone.
    /// </summary>
    public static int Untaken(Socket socket)
    {
        try
        {
            return ioctl(socket.SafeHandle, OutgoingBytes, out var bytes) == 0 ? bytes : int.MaxValue;
        }
        catch (ObjectDisposedException)
        {
            return int.MaxValue;
        }
    }

    /// <summary>
    /// Ends the waiting of whoever polls the socket, and leaves it to them to dispose of it: a descriptor that is
    /// closed under an epoll is forgotten in silence. A socket that is not connected any more, or disposed, has woken
    /// them already.
    /// </summary>
    public static void Shutdown(Socket socket, SocketShutdown how)
    {
        try
        {
            socket.Shutdown(how);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // Then it is shut down.
        }
    }

    [DllImport("libc")]
    private static extern int ioctl(SafeSocketHandle socket, nuint request, out int bytes);
}

/// <summary>
/// Makes one connection without a thread that waits for it. .NET's own way would leave the socket with .NET's poller,
/// which would then wake a thread for all that ever arrives, beside ours.
/// </summary>
internal sealed class Dialler : IPolled
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Dialler(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    public long PollId { get; set; }

    public Interest Interest => Interest.Room;

    /// <exception cref="SocketException">There is nobody, or no such host.</exception>
    public static async Task<Socket> ConnectAsync(string host, int port, CancellationToken cancellation)
    {
        var addresses = IPAddress.TryParse(host, out var only)
            ? [only]
            : await Dns.GetHostAddressesAsync(host, cancellation).ConfigureAwait(false);
        for (var i = 0; ; i++)
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(addresses[i], port), cancellation).ConfigureAwait(false);
            }
            catch (SocketException) when (i + 1 < addresses.Length)
            {
                // The next may answer.
            }
        }
    }

    bool IPolled.Read() => false;

    /// <summary>There is room, or never will be: what it came to is asked for when the poller has let go.</summary>
    bool IPolled.RoomCame() => false;

    void IPolled.End() => _ended.TrySetResult();

    private static async Task<Socket> ConnectAsync(IPEndPoint to, CancellationToken cancellation)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            if (!IsConnectedAtOnce(socket, to))
            {
                var dialler = new Dialler(socket);
                // Wakes the poller, which lets go of it.
                await using var limit = cancellation
                    .UnsafeRegister(static socket => Sockets.Shutdown((Socket)socket!, SocketShutdown.Both), socket)
                    .ConfigureAwait(false);
                Poller.Shared.Serve(dialler);
                await dialler._ended.Task.ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
                var error = (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
                if (error != SocketError.Success)
                    throw new SocketException((int)error);
            }
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsConnectedAtOnce(Socket socket, IPEndPoint to)
    {
        try
        {
            socket.Connect(to);
            return true;
        }
        catch (SocketException failure)
            when (failure.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            return false;
        }
    }
}
