using System.Net;

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
    private readonly List<Stranger> _strangers = new();
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
        if (!Sockets.Wake(_socket)) _socket.Dispose();
        if (_thread.IsAlive && _thread != Thread.CurrentThread) _thread.Join();
        _socket.Dispose();
    }

    private void Run()
    {
        var ready = new List<Socket>();
        while (!_stopped)
        {
            ready.Clear();
            ready.Add(_socket);
            foreach (var stranger in _strangers) ready.Add(stranger.Socket);
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
        Stranger stranger;
        try
        {
            Sockets.SetUp(socket, _remoting.Settings);
            stranger = new Stranger(socket, Environment.TickCount64 + (long)_remoting.Settings.HandshakeTimeout.TotalMilliseconds);
        }
        catch (SocketException e)
        {
            _remoting.Log.Warning("A connection is closed before its handshake: {0}", e.Message);
            socket.Dispose();
            return;
        }
        if (_strangers.Count == MostStrangers) TurnAway(_strangers[0], $"more than {MostStrangers} connections wait for their handshake");
        _strangers.Add(stranger);
    }

    private void Continue(Stranger stranger)
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
        var now = Environment.TickCount64;
        while (_strangers.Count > 0 && _strangers[0].Deadline <= now)
            TurnAway(_strangers[0], $"no handshake within {_remoting.Settings.HandshakeTimeout.TotalSeconds} s");
    }

    private void TurnAway(Stranger stranger, string reason)
    {
        _strangers.Remove(stranger);
        _remoting.Log.Warning("Connection from [{0}] is closed before its handshake: {1}", stranger.Peer, reason);
        stranger.Socket.Dispose();
    }

    private sealed class Stranger(Socket socket, long deadline)
    {
        private readonly byte[] _bytes = new byte[Hello.MaxBytes];
        private int _count;

        public Socket Socket { get; } = socket;

        public long Deadline { get; } = deadline;

        public EndPoint Peer { get; } = socket.RemoteEndPoint;

        public bool TryRead(out Handshaken handshaken)
        {
            handshaken = null;
            var read = Socket.Receive(_bytes.AsSpan(_count), SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock) return false;
            if (error != SocketError.Success) throw new SocketException((int)error);
            if (read == 0) throw new HandshakeException("the other end closed it");
            _count += read;
            if (!Hello.TryDecode(_bytes.AsSpan(0, _count), out var hello, out var consumed)) return false;
            handshaken = new Handshaken(Socket, hello, _bytes[consumed.._count]);
            return true;
        }
    }
}
