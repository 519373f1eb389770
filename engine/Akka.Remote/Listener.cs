namespace Akka.Remote;

/// <summary>
/// Accepts connections and their handshakes, all on one thread, so that a stranger who says nothing costs a socket
/// and two kilobytes for a few seconds, and never a thread.
/// </summary>
internal sealed class Listener
{
    private const int MostStrangers = 256;
    private const int TickMicroseconds = 100_000;
    private const int IdleMicroseconds = 1_000_000;

    private readonly Remoting _remoting;
    private readonly Socket _socket;
    private readonly List<Handshake> _strangers = [];
    private readonly Thread _thread;
    private volatile bool _stopped;

    public Listener(Remoting remoting)
    {
        _remoting = remoting;
        var settings = remoting.Settings;
        var address = settings.BindAddress();
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(new IPEndPoint(address, settings.Port));
            _socket.Listen(512);
            _socket.Blocking = false;
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new ConfigurationException(
                $"Cannot listen on {address}:{settings.Port}: {e.Message}. Choose another akka.remote.dot-netty.tcp.port, 0 for any free one.", e);
        }
        Port = ((IPEndPoint)_socket.LocalEndPoint).Port;
        _thread = new Thread(Run) { IsBackground = true, Name = $"akka-remote-accept {Port}" };
    }

    public int Port { get; }

    public void Start() => _thread.Start();

    public void Stop()
    {
        _stopped = true;
        if (!Sockets.TryShutdown(_socket, SocketShutdown.Both)) _socket.Dispose();
        if (_thread.IsAlive && _thread != Thread.CurrentThread) _thread.Join();
        _socket.Dispose();
    }

    private void Run()
    {
        while (!_stopped)
        {
            List<Socket> ready = [_socket, .. _strangers.Select(stranger => stranger.Socket)];
            try
            {
                Socket.Select(ready, null, null, _strangers.Count > 0 ? TickMicroseconds : IdleMicroseconds);
                if (_stopped) break;
                if (ready.Remove(_socket)) Accept();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (_stopped) break;
                _remoting.Log.Error(e, "Accepting connections on port [{0}] failed; trying again", Port);
                Thread.Sleep(TickMicroseconds / 1000);
            }
            foreach (var socket in ready) Continue(_strangers.Find(stranger => stranger.Socket == socket));
            TurnAwayTheSlow();
        }
        foreach (var stranger in _strangers) stranger.Socket.Dispose();
    }

    private void Accept()
    {
        var socket = _socket.Accept();
        try
        {
            Sockets.SetUp(socket, _remoting.Settings);
            var stranger = new Handshake(socket, _remoting.Settings);
            if (_strangers.Count == MostStrangers) TurnAway(_strangers[0], $"more than {MostStrangers} connections wait for their handshake");
            _strangers.Add(stranger);
        }
        catch (SocketException e)
        {
            _remoting.Log.Warning("A connection is closed before its handshake: {0}", e.Message);
            socket.Dispose();
        }
    }

    private void Continue(Handshake stranger)
    {
        if (stranger is null) return;
        try
        {
            if (!stranger.TryRead(out var handshaken)) return;
            _strangers.Remove(stranger);
            _remoting.Welcome(handshaken);
        }
        catch (Exception e)
        {
            // Whatever a stranger's bytes lead to, it ends with that stranger.
            TurnAway(stranger, e.Message);
        }
    }

    private void TurnAwayTheSlow()
    {
        while (_strangers.Count > 0 && _strangers[0].Deadline <= Environment.TickCount64)
            TurnAway(_strangers[0], $"no handshake within {_remoting.Settings.HandshakeTimeout.TotalSeconds} s");
    }

    private void TurnAway(Handshake stranger, string reason)
    {
        _strangers.Remove(stranger);
        const string Text = "Connection from [{0}] is closed before its handshake: {1}";
        // A health check looks every few seconds whether somebody listens, and says nothing.
        if (stranger.IsSilent) _remoting.Log.Debug(Text, stranger.Peer, reason);
        else _remoting.Log.Warning(Text, stranger.Peer, reason);
        stranger.Socket.Dispose();
    }
}
