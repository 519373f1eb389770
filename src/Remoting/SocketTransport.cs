using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote.Transport;

namespace PbKv.Remoting;

/// <summary>
/// TCP for Akka.Remote, in place of DotNetty and understood by it. What has arrived on all connections is read before
/// anything is written, and what one turn of an actor or one read brought about leaves with one system call for each
/// connection.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "Akka calls Shutdown, which disposes of both")]
public sealed class SocketTransport : Transport, IPolled
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AcceptAgainAfter = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<Connection, Connection> _connections = new(
        ReferenceEqualityComparer.Instance
    );
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _listenerEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IAssociationEventListener? _listener;
    private Socket? _socket;
    private volatile bool _pauses;

    /// <summary>By Akka, with what stands under its name in <c>akka.remote.enabled-transports</c>.</summary>
    public SocketTransport(ActorSystem system, Config config)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException(
                "PbKv.Remoting needs Linux: elsewhere name akka.remote.dot-netty.tcp in "
                    + "akka.remote.enabled-transports, which understands it"
            );
        System = system;
        Config = config;
        Settings = SocketSettings.Read(config);
        MaximumPayloadBytes = Settings.MaximumFrameSize;
        SchemeIdentifier = "tcp";
        Log = Logging.GetLogger(system, this);
    }

    Socket IPolled.Socket => _socket!;

    long IPolled.PollId { get; set; }

    Interest IPolled.Interest => _pauses ? Interest.None : Interest.Bytes;

    internal SocketSettings Settings { get; }

    internal ILoggingAdapter Log { get; }

    /// <summary>What others are told.</summary>
    internal Address LocalAddress { get; private set; } = Address.AllSystems;

    /// <summary>
    /// What stands in its way is the task's to tell: an exception would stop the actor that asks, and nobody would
    /// hear.
    /// </summary>
    public override Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        try
        {
            return Task.FromResult(Bind());
        }
        catch (Exception failure) when (failure is SocketException or ConfigurationException)
        {
            _socket?.Dispose();
            return Task.FromException<(Address, TaskCompletionSource<IAssociationEventListener>)>(failure);
        }
    }

    private (Address, TaskCompletionSource<IAssociationEventListener>) Bind()
    {
        var address = Settings.BindAddress();
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _socket.Bind(new IPEndPoint(address, Settings.Port));
        _socket.Listen(Settings.Backlog);
        _socket.Blocking = false;
        var port = Settings.PublicPort != 0 ? Settings.PublicPort : ((IPEndPoint)_socket.LocalEndPoint!).Port;
        LocalAddress = new Address(SchemeIdentifier, System.Name, Settings.ToldHostName(), port);
        var listener = new TaskCompletionSource<IAssociationEventListener>();
        _ = listener.Task.ContinueWith(
            listening =>
            {
                _listener = listening.Result;
                Poller.Shared.Serve(this);
            },
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
        return (LocalAddress, listener);
    }

    public override bool IsResponsibleFor(Address remote) => true;

    public override async Task<AssociationHandle> Associate(Address remoteAddress)
    {
        ArgumentNullException.ThrowIfNull(remoteAddress);
        if (remoteAddress.Host is not { } host || remoteAddress.Port is not { } port)
            throw new InvalidAssociationException($"{remoteAddress} has no host and port to connect to");
        Socket? socket = null;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            limit.CancelAfter(Settings.ConnectionTimeout);
            socket = await Dialler.ConnectAsync(host, port, limit.Token).ConfigureAwait(false);
            Sockets.SetUp(socket, Settings);
            return Begin(socket, remoteAddress, inbound: false);
        }
        catch (Exception failure)
            when (failure is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            socket?.Dispose();
            var cause =
                failure is not OperationCanceledException ? failure.Message
                : _stopping.IsCancellationRequested ? "this system is stopping"
                : $"no answer within {Settings.ConnectionTimeout.TotalSeconds} s";
            throw new InvalidAssociationException($"No connection with {remoteAddress}: {cause}");
        }
    }

    public override async Task<bool> Shutdown()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_socket is { } socket)
            Sockets.Shutdown(socket, SocketShutdown.Both);
        foreach (var connection in _connections.Values)
            connection.Close();
        try
        {
            var ends = _connections.Values.Select(connection => connection.Ended);
            await Task.WhenAll(_listener is null ? ends : ends.Append(_listenerEnded.Task))
                .WaitAsync(StopWithin)
                .ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false; // Akka says so.
        }
        finally
        {
            if (_listener is null)
                _socket?.Dispose();
            _stopping.Dispose();
        }
    }

    /// <summary>All that wait are accepted.</summary>
    bool IPolled.Read()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = _socket!.Accept();
                Sockets.SetUp(socket, Settings);
                var from = (IPEndPoint)socket.RemoteEndPoint!;
                var connection = Begin(
                    socket,
                    new Address(SchemeIdentifier, System.Name, from.Address.ToString(), from.Port),
                    inbound: true
                );
                _listener!.Notify(new InboundAssociation(connection));
            }
            catch (SocketException failure) when (failure.SocketErrorCode == SocketError.WouldBlock)
            {
                return true;
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                if (_stopping.IsCancellationRequested)
                    return false;
                Log.Warning("A connection could not be accepted: {0}", failure.Message);
                PauseAccepting();
                return true;
            }
        }
        return false;
    }

    /// <summary>Too many open files, perhaps: who waits to be accepted would be reported again and again.</summary>
    private void PauseAccepting()
    {
        _pauses = true;
        Poller.Shared.Heed(this);
        _ = Task.Delay(AcceptAgainAfter, _stopping.Token)
            .ContinueWith(
                _ =>
                {
                    _pauses = false;
                    Poller.Shared.Heed(this);
                },
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default
            );
    }

    bool IPolled.RoomCame() => throw new InvalidOperationException("a listening socket is not written to");

    void IPolled.End()
    {
        _socket!.Dispose();
        _listenerEnded.TrySetResult();
    }

    internal void Forget(Connection connection) => _connections.TryRemove(connection, out _);

    /// <summary>A connection that comes while the system stops is closed with the others, or here.</summary>
    private Connection Begin(Socket socket, Address remote, bool inbound)
    {
        var connection = new Connection(this, socket, remote, inbound);
        _connections[connection] = connection;
        if (_stopping.IsCancellationRequested)
            connection.Close();
        connection.Start();
        return connection;
    }
}
