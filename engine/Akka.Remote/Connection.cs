namespace Akka.Remote;

/// <summary>
/// One TCP connection after its handshake. The thread that waits for its bytes (the poller's; where there is none, one of
/// its own) also reads them into the mailboxes: passing them through the thread pool would, at low load, cost as much as
/// the network itself.
/// </summary>
internal sealed class Connection : IAtTurnsEnd
{
    /// <summary>Up to so much in one read, the reading thread runs actors itself; beyond it the pool works beside the reading.</summary>
    private const int FewBytes = 16 * 1024;

    private readonly Remoting _remoting;
    private readonly Association _association;
    private readonly Socket _socket;
    private readonly SendQueue _queue;
    private readonly FrameBuffer _buffer;
    private readonly Receiver _receiver;
    private readonly ReaderShift _shift;
    private int _broken;

    public Connection(Remoting remoting, Association association, Handshaken handshaken, bool inbound)
    {
        (_remoting, _association, _socket) = (remoting, association, handshaken.Socket);
        _buffer = new FrameBuffer(remoting.Settings.MaximumFrameSize + FrameEncoder.LargestTexts);
        handshaken.Leftover.CopyTo(_buffer.Free());
        _buffer.Filled(handshaken.Leftover.Length);
        _queue = new SendQueue(_socket, new FrameEncoder(remoting.LocalAddress), remoting.Settings.SendLimitBytes, Break);
        _receiver = new Receiver(remoting, this);
        _shift = Poller.IsSupported ? null : new ReaderShift(StartThread);
        (RemoteUid, IsInbound) = (handshaken.Hello.Uid, inbound);
    }

    public long RemoteUid { get; }
    public bool IsInbound { get; }

    public Address Remote => _association.Remote;

    public bool HasUnsent => !_queue.IsEmpty;

    /// <summary>Becomes part of its association; if that has just been retired, this connection is nothing yet.</summary>
    public bool TryJoin()
    {
        if (_association.TryAdd(this)) return true;
        _remoting.Forget(this);
        return false;
    }

    public Appended Append(in Outbound message) => _queue.Append(message);

    public void Flush() => _queue.Flush();

    public Appended Send(in Outbound message)
    {
        var appended = _queue.Append(message);
        // What one turn of an actor sends leaves with one call when the turn ends, unless there is plenty already.
        if (appended == Appended.Yes && (_queue.HasPlenty || !Turn.TryPutOff(this))) _queue.Flush();
        return appended;
    }

    Turn IAtTurnsEnd.PutOffBy { get; set; }

    void IAtTurnsEnd.AtTurnsEnd() => _queue.Flush();

    /// <summary>For the poller, as long as this connection lives.</summary>
    public int FileDescriptor => (int)_socket.SafeHandle.DangerousGetHandle();

    public void StartReading()
    {
        if (!Poller.IsSupported) StartThread();
        // Frames that came together with the handshake wait for no further byte.
        else if (TryRead(null)) Poller.Shared.Serve(this);
        else End();
    }

    /// <summary>
    /// Delivers all whole frames that came with the handshake or that one read finds. The mailboxes of actors that few bytes woke
    /// may be left to this thread to run.
    /// </summary>
    /// <param name="kept">Where the mailboxes go that the reading thread is to run.</param>
    /// <param name="waits">Waits for something to read.</param>
    /// <returns>False when the connection has come to its end.</returns>
    public bool TryRead(KeptMailboxes kept, bool waits = false)
    {
        try
        {
            if (waits) _socket.Poll(-1, SelectMode.SelectRead);
            var closed = Sockets.TryReceive(_socket, _buffer.Free(), out var read) && read == 0;
            _buffer.Filled(read);
            KeptMailboxes.OfThisThread = _buffer.Held <= FewBytes ? kept : null;
            _receiver.DeliverAll(_buffer);
            if (closed) throw new ConnectionClosedException(Remote);
            return true;
        }
        catch (Exception e)
        {
            if (e is not (SocketException or ObjectDisposedException or WireException or ConnectionClosedException))
                _remoting.Log.Error(e, "Reading from [{0}] failed; the connection is closed", Remote);
            Break(e);
            return false;
        }
        finally
        {
            KeptMailboxes.OfThisThread = null;
        }
    }

    /// <summary>Only whoever reads may call it, when there is no more to read.</summary>
    public void End()
    {
        _socket.Dispose();
        _remoting.Forget(this);
    }

    /// <summary>Says that nothing more will be sent; the other end then closes, which ends the reading here.</summary>
    public void FinishSending()
    {
        if (!Sockets.TryShutdown(_socket, SocketShutdown.Send)) Break(new ConnectionClosedException(Remote));
    }

    /// <summary>The connection is of no more use. Only the first reason counts.</summary>
    public void Break(Exception reason)
    {
        if (Interlocked.Exchange(ref _broken, 1) != 0) return;
        _queue.Close();
        _association.Remove(this, reason);
        _remoting.LogBroken(this, reason);
        Sockets.TryShutdown(_socket, SocketShutdown.Both);
    }

    private void StartThread() => new Thread(ReadAlone) { IsBackground = true, Name = $"akka-remote-read {Remote}" }.Start();

    /// <summary>The whole life of a connection with a thread of its own, until it ends or another thread has taken it over.</summary>
    private void ReadAlone()
    {
        var kept = new KeptMailboxes();
        for (var waits = false; TryRead(kept, waits); waits = true)
        {
            if (!_shift.TryRun(kept)) return;
        }
        kept.HandOver();
        End();
    }
}
