using System.Net.Sockets;
using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace PbKv.Remoting;

/// <summary>
/// One TCP connection, as Akka's association. It is read by the poller from the moment in which Akka listens. It ends
/// there too: whoever else wants it to end shuts the socket down, which the poller sees.
/// </summary>
internal sealed class Connection : AssociationHandle, IPolled, IFlushable
{
    /// <summary>The first frame is Akka's handshake: a few addresses. A stranger is granted no more.</summary>
    private const int LargestFirstFrame = 8 * 1024;

    /// <summary>What Akka puts around the largest message.</summary>
    private const int EnvelopeBytes = 64;

    /// <summary>
    /// A peer that was told that no more comes, and does not close its end, is not waited for longer.
    /// </summary>
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(1);

    private readonly SocketTransport _transport;
    private readonly SendQueue _queue;
    private readonly Func<SendQueue.Outcome> _flush;
    private readonly Func<SendQueue.Outcome> _resume;
    private readonly FrameBuffer _frames = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private volatile IHandleEventListener? _listener;
    private Timer? _limit;
    private int _frameLimit;
    private int _flushIsPutOff;
    private int _blocked;
    private volatile bool _closing;

    public Connection(SocketTransport transport, Socket socket, Address remote, bool inbound)
        : base(transport.LocalAddress, remote)
    {
        (_transport, Socket) = (transport, socket);
        _queue = new SendQueue(socket, transport.Settings.SendBufferLimit);
        (_flush, _resume) = (_queue.Flush, _queue.Resume);
        _frameLimit = inbound ? LargestFirstFrame : WholeFrame;
    }

    public Socket Socket { get; }

    public long PollId { get; set; }

    public Interest Interest =>
        (_listener is null ? Interest.None : Interest.Bytes)
        | (Volatile.Read(ref _blocked) == 0 ? Interest.None : Interest.Room);

    public Task Ended => _ended.Task;

    private int WholeFrame => _transport.Settings.MaximumFrameSize + EnvelopeBytes;

    /// <summary>Reads as soon as somebody listens.</summary>
    public void Start()
    {
        Poller.Shared.Serve(this);
        _ = ReadHandlerSource.Task.ContinueWith(
            listening =>
            {
                _listener = listening.Result;
                if (Ended.IsCompleted)
                    _listener.Notify(new Disassociated(DisassociateInfo.Unknown));
                else
                    HeedInterest();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    public override bool Write(ByteString payload)
    {
        if (!_queue.TryAppend(payload))
            return false;
        // What one turn writes leaves with one call when the turn ends, unless there is plenty already.
        if (_queue.HasPlenty)
            Flush();
        else if (Interlocked.Exchange(ref _flushIsPutOff, 1) == 0 && !Turn.TryPutOffFlush(this))
            Flush();
        return true;
    }

    public void Flush()
    {
        // Lowered first: what is written from here on puts off a flush of its own.
        Volatile.Write(ref _flushIsPutOff, 0);
        Send(_flush);
    }

    public bool RoomCame()
    {
        if (Interlocked.Exchange(ref _blocked, 0) == 0)
            return true;
        HeedInterest();
        SetLimit(null, default, closes: false);
        Send(_resume);
        return true;
    }

    public bool Read()
    {
        if (_listener is null)
            return false;
        try
        {
            var closed = Sockets.TryReceive(Socket, _frames.Free(), out var read) && read == 0;
            _frames.Filled(read);
            while (_frames.TryTake(_frameLimit, out var frame))
            {
                _frameLimit = WholeFrame;
                AkkaFrame.Check(frame.Span);
                _listener.Notify(new InboundPayload(UnsafeByteOperations.UnsafeWrap(frame)));
            }
            return !closed;
        }
        catch (InvalidDataException failure)
        {
            _transport.Log.Warning(
                "[{0}] sent what nobody sends, and is disconnected: {1}",
                RemoteAddress,
                failure.Message
            );
            return false;
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            _transport.Log.Debug("The connection with [{0}] is gone: {1}", RemoteAddress, failure.Message);
            return false;
        }
    }

    /// <summary>What was written before still leaves.</summary>
    [Obsolete("Akka asks for reasons; they are logged before they come here.")]
    public override void Disassociate() => Close();

    public void Close()
    {
        lock (_lock)
        {
            if (_closing)
                return;
            _closing = true;
        }
        Flush();
        FinishIfSent();
        SetLimit(() => Sockets.Shutdown(Socket, SocketShutdown.Both), CloseWithin, closes: true);
    }

    /// <summary>By the poller, or where it does not serve this.</summary>
    public void End()
    {
        _queue.Close();
        SetLimit(null, default, closes: true);
        Socket.Dispose();
        _transport.Forget(this);
        _ended.TrySetResult();
        _listener?.Notify(new Disassociated(DisassociateInfo.Unknown));
    }

    private void Send(Func<SendQueue.Outcome> some)
    {
        try
        {
            switch (some())
            {
                case SendQueue.Outcome.Blocked:
                    WaitForRoom();
                    break;
                case SendQueue.Outcome.More:
                    ThreadPool.UnsafeQueueUserWorkItem(
                        static connection => connection.Send(connection._resume),
                        this,
                        preferLocal: false
                    );
                    break;
                default:
                    FinishIfSent();
                    break;
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            Break(failure.Message);
        }
    }

    private void WaitForRoom()
    {
        LimitStall();
        Volatile.Write(ref _blocked, 1);
        HeedInterest();
    }

    /// <summary>
    /// There may be no room for long although the peer takes a little all the time: the socket asks for plenty of it.
    /// </summary>
    private void LimitStall()
    {
        var within = _transport.Settings.StalledAfter;
        var untaken = Sockets.Untaken(Socket);
        SetLimit(
            () =>
            {
                if (Volatile.Read(ref _blocked) == 0)
                    return;
                if (Sockets.Untaken(Socket) < untaken)
                    LimitStall();
                else
                    Break($"it has taken nothing for {within.TotalSeconds} s ({SocketSettings.Path}.stalled-after)");
            },
            within,
            closes: false
        );
    }

    /// <summary>In order: of two threads that changed it, the later tells what both want.</summary>
    private void HeedInterest()
    {
        lock (_lock)
            Poller.Shared.Heed(this);
    }

    /// <summary>The other end reads all that was sent, and then that it was all.</summary>
    private void FinishIfSent()
    {
        if (_closing && _queue.WaitingBytes == 0)
            Sockets.Shutdown(Socket, SocketShutdown.Send);
    }

    private void Break(string reason)
    {
        _transport.Log.Debug("The connection with [{0}] is broken: {1}", RemoteAddress, reason);
        _queue.Close();
        Sockets.Shutdown(Socket, SocketShutdown.Both);
    }

    /// <summary>One limit at a time: that of a close lasts.</summary>
    private void SetLimit(Action? reached, TimeSpan within, bool closes)
    {
        lock (_lock)
        {
            if (_closing && !closes)
                return;
            _limit?.Dispose();
            _limit = reached is null
                ? null
                : new Timer(static state => ((Action)state!)(), reached, within, Timeout.InfiniteTimeSpan);
        }
    }
}
