using System.Net;
using System.Net.Sockets;

namespace PbKv.Remoting;

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
