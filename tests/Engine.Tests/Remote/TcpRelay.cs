using System.Net;
using System.Net.Sockets;

namespace Engine.Tests.Remote;

/// <summary>A TCP relay in front of a port, whose connections a test can cut.</summary>
public sealed class TcpRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private readonly Lock _lock = new();
    private int _target;
    private int _accepted;

    public TcpRelay()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>
    /// A port that was free a moment ago, for what must know its port before it listens. It lies below those of outgoing
    /// connections: one that is tried again and again could itself be given the port that it tries to reach.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(15_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another one, then.
                continue;
            }
        }
    }

    public void To(int port) => _target = port;

    public void Cut()
    {
        lock (_lock)
        {
            foreach (var socket in _sockets) socket.Dispose();
            _sockets.Clear();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var inbound = await _listener.AcceptSocketAsync();
                Interlocked.Increment(ref _accepted);
                _ = ForwardAsync(inbound);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The relay was disposed of.
            _listener.Stop();
        }
    }

    private async Task ForwardAsync(Socket inbound)
    {
        var outbound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        // A cut is a reset, not a polite end.
        inbound.LingerState = outbound.LingerState = new LingerOption(true, 0);
        lock (_lock) _sockets.AddRange([inbound, outbound]);
        try
        {
            await outbound.ConnectAsync(IPAddress.Loopback, _target);
            _ = CopyAsync(inbound, outbound);
            _ = CopyAsync(outbound, inbound);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Nobody listens behind the relay: the one in front of it sees its connection closed.
            inbound.Dispose();
            outbound.Dispose();
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var read = await from.ReceiveAsync(buffer);
                if (read == 0) break;
                for (var sent = 0; sent < read;) sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One end is gone: so is the other.
            from.Dispose();
            to.Dispose();
        }
    }
}
