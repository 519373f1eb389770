using System.Net;
using System.Net.Sockets;

namespace PbKv.Remoting.Tests;

/// <summary>Passes on what comes to its port to another, until it is cut.</summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private int _accepted;

    public Relay()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Accepted => Volatile.Read(ref _accepted);

    public int Target { get; set; }

    /// <summary>
    /// A port that was free a moment ago, and is none of those that outgoing connections get: one that is tried again
    /// and again could itself be given the port that it tries to reach.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            var port = Random.Shared.Next(15_000, 32_000);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                continue;
            }
        }
    }

    /// <summary>Resets every connection.</summary>
    public void Cut()
    {
        lock (_sockets)
        {
            foreach (var socket in _sockets)
                socket.Dispose();
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
                await ConnectAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            Cut();
        }
    }

    private async Task ConnectAsync(Socket inbound)
    {
        Interlocked.Increment(ref _accepted);
        var outbound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        inbound.LingerState = outbound.LingerState = new LingerOption(true, 0);
        lock (_sockets)
            _sockets.AddRange([inbound, outbound]);
        await outbound.ConnectAsync(IPAddress.Loopback, Target);
        _ = CopyAsync(inbound, outbound);
        _ = CopyAsync(outbound, inbound);
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        try
        {
            await using var source = new NetworkStream(from, ownsSocket: false);
            await using var target = new NetworkStream(to, ownsSocket: false);
            await source.CopyToAsync(target);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception end) when (end is IOException or SocketException or ObjectDisposedException)
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
