using System.Net;

namespace Akka.Remote;

/// <summary>A socket on which both ends have said who they are, and what was read behind that.</summary>
internal sealed record Handshaken(Socket Socket, Hello Hello, byte[] Leftover);

/// <summary>Makes one connection, on a thread of its own: connect() and the handshake may take their time.</summary>
internal sealed class Dialler : IDisposable
{
    private readonly Remoting _remoting;
    private readonly Association _association;
    private readonly long _deadline;
    private volatile Socket _socket;
    private volatile bool _givenUp;

    private Dialler(Remoting remoting, Association association)
    {
        _remoting = remoting;
        _association = association;
        _deadline = Environment.TickCount64 + (long)remoting.Settings.HandshakeTimeout.TotalMilliseconds;
    }

    private Address Remote => _association.Remote;

    public static void Start(Remoting remoting, Association association)
    {
        var dialler = new Dialler(remoting, association);
        new Thread(dialler.Run) { IsBackground = true, Name = $"akka-remote-dial {association.Remote}" }.Start();
    }

    /// <summary>Gives up: a thread that waits in connect() or poll() is woken by the end of its socket.</summary>
    public void Dispose()
    {
        _givenUp = true;
        if (_socket is { } socket)
        {
            Sockets.Wake(socket);
            socket.Dispose();
        }
    }

    private void Run()
    {
        Connection connection;
        try
        {
            _remoting.Dialling(this);
            using var timer = new Timer(_ => Dispose(), null, _remoting.Settings.HandshakeTimeout, Timeout.InfiniteTimeSpan);
            var handshaken = ShakeHands(Connect());
            connection = new Connection(_remoting, _association, handshaken, inbound: false);
            if (!_remoting.Remember(connection)) throw new HandshakeException("this system is stopping");
        }
        catch (Exception e)
        {
            _socket?.Dispose();
            _association.DialFailed(Explain(e));
            return;
        }
        finally
        {
            _remoting.DoneDialling(this);
        }
        _association.Dialled(connection);
        connection.StartReading();
    }

    private Exception Explain(Exception e) =>
        !_givenUp ? e
        : new HandshakeException($"no connection with {Remote} within {_remoting.Settings.HandshakeTimeout.TotalSeconds} s");

    private Socket Connect()
    {
        if (Remote.Host is null || Remote.Port is null) throw new HandshakeException($"{Remote} has no host and port to dial");
        SocketException last = null;
        foreach (var address in Dns.GetHostAddresses(Remote.Host))
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            _socket = socket;
            if (_givenUp) socket.Dispose();
            try
            {
                socket.Connect(address, Remote.Port.Value);
                return socket;
            }
            catch (SocketException e)
            {
                last = e;
                socket.Dispose();
            }
        }
        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    private Handshaken ShakeHands(Socket socket)
    {
        Sockets.SetUp(socket, _remoting.Settings);
        socket.Send(_remoting.Greeting(Remote.ToString()).Encode());
        var bytes = new byte[Hello.MaxBytes];
        var count = 0;
        while (true)
        {
            if (Hello.TryDecode(bytes.AsSpan(0, count), out var hello, out var consumed))
            {
                if (hello.Refusal.Length > 0) throw new HandshakeException($"{Remote} refuses: {hello.Refusal}");
                return new Handshaken(socket, hello, bytes[consumed..count]);
            }
            var left = _deadline - Environment.TickCount64;
            if (left <= 0 || !socket.Poll(TimeSpan.FromMilliseconds(left), SelectMode.SelectRead))
                throw new HandshakeException($"{Remote} did not answer the handshake in time");
            var read = socket.Receive(bytes.AsSpan(count), SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock) continue;
            if (error != SocketError.Success) throw new SocketException((int)error);
            if (read == 0) throw new HandshakeException($"{Remote} closed the connection during the handshake");
            count += read;
        }
    }
}
