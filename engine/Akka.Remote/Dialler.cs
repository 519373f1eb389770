namespace Akka.Remote;

/// <summary>Makes one connection, on a thread of its own: connect() and the handshake may take their time.</summary>
internal sealed class Dialler(Remoting remoting, Association association) : IDisposable
{
    private volatile Socket _socket;
    private volatile bool _givenUp;

    private Address Remote => association.Remote;

    public void Start() => new Thread(Run) { IsBackground = true, Name = $"akka-remote-dial {Remote}" }.Start();

    /// <summary>Gives up: a thread that waits in connect() or poll() is woken by the end of its socket.</summary>
    public void Dispose()
    {
        _givenUp = true;
        if (_socket is not { } socket) return;
        Sockets.TryShutdown(socket, SocketShutdown.Both);
        socket.Dispose();
    }

    private void Run()
    {
        Connection connection;
        try
        {
            remoting.Dialling(this);
            using var timer = new Timer(_ => Dispose(), null, remoting.Settings.HandshakeTimeout, Timeout.InfiniteTimeSpan);
            var handshaken = ShakeHands(Connect());
            connection = new Connection(remoting, association, handshaken, inbound: false);
            if (!remoting.Remember(connection)) throw new HandshakeException("this system is stopping");
        }
        catch (Exception e)
        {
            _socket?.Dispose();
            association.DialFailed(Explain(e));
            return;
        }
        finally
        {
            remoting.DoneDialling(this);
        }
        association.Dialled(connection);
        connection.StartReading();
    }

    private Exception Explain(Exception e) =>
        !_givenUp ? e
        : new HandshakeException($"no connection with {Remote} within {remoting.Settings.HandshakeTimeout.TotalSeconds} s");

    private Socket Connect()
    {
        if (Remote.Host is null || Remote.Port is null) throw new HandshakeException($"{Remote} has no host and port to dial");
        SocketException last = null;
        foreach (var address in Dns.GetHostAddresses(Remote.Host))
        {
            var socket = _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
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
        Sockets.SetUp(socket, remoting.Settings);
        socket.Send(remoting.Greeting(Remote.ToString()).Encode());
        var handshake = new Handshake(socket, remoting.Settings);
        Handshaken handshaken;
        do
        {
            var left = handshake.Deadline - Environment.TickCount64;
            if (left <= 0 || !socket.Poll(TimeSpan.FromMilliseconds(left), SelectMode.SelectRead))
                throw new HandshakeException($"{Remote} did not answer the handshake in time");
        }
        while (!handshake.TryRead(out handshaken));
        if (handshaken.Hello.Refusal.Length > 0) throw new HandshakeException($"{Remote} refuses: {handshaken.Hello.Refusal}");
        return handshaken;
    }
}
