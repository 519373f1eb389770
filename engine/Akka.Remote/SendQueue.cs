using System.Buffers;

namespace Akka.Remote;

internal enum Appended { Yes, Overflow, Closed }

/// <summary>
/// What waits to be sent on one connection. Any thread appends frames; whoever flushes while nobody else is sending
/// sends itself, without a change of threads; what others append meanwhile gathers, and goes out with the next call.
/// The socket is non-blocking: no sender ever waits for the other end. When its buffer is full a thread of its own
/// waits for room, for as long as that lasts.
/// </summary>
internal sealed class SendQueue(Socket socket, FrameEncoder encoder, long limit, Action<Exception> onFailure)
{
    private const int ChunkBytes = 64 * 1024;
    private const int CopiedPayloadBytes = 24 * 1024;

    /// <summary>A sender drains so many buffers of others' frames before it leaves the rest to the pool.</summary>
    private const int BuffersPerSender = 16;

    private readonly Lock _lock = new();
    private readonly Queue<Segment> _full = new();
    private byte[] _tail;
    private int _tailUsed;
    private long _waitingBytes;
    private Segment _current;
    private int _currentSent;
    private bool _sending;
    private volatile bool _closed;

    public bool IsEmpty { get { lock (_lock) return _closed || (_waitingBytes == 0 && !_sending); } }

    /// <summary>Enough for a call of its own.</summary>
    public bool HasPlenty => Volatile.Read(ref _waitingBytes) >= ChunkBytes / 2;

    public Appended Append(in Outbound message)
    {
        var bound = FrameEncoder.HeaderBound(message);
        lock (_lock)
        {
            if (_closed) return Appended.Closed;
            // An empty queue takes whatever the frame limit allows; a full one, nothing.
            if (_waitingBytes > 0 && _waitingBytes + message.Payload.Length > limit) return Appended.Overflow;
            var copied = message.Payload.Length <= CopiedPayloadBytes;
            EnsureRoom(bound + (copied ? message.Payload.Length : 0));
            var start = _tailUsed;
            _tailUsed = encoder.WriteHeader(message, _tail, _tailUsed);
            _waitingBytes += _tailUsed - start + message.Payload.Length;
            if (copied)
            {
                message.Payload.CopyTo(_tail, _tailUsed);
                _tailUsed += message.Payload.Length;
            }
            else
            {
                CloseTail();
                _full.Enqueue(new Segment(message.Payload, message.Payload.Length, Pooled: false));
            }
            return Appended.Yes;
        }
    }

    /// <summary>Sends what waits, unless somebody is at it already (who will then find it).</summary>
    public void Flush()
    {
        lock (_lock)
        {
            if (_sending || _closed || _waitingBytes == 0) return;
            _sending = true;
        }
        Send(waits: false);
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            // A sender at work still reads its buffer: the collector takes these, not the pool.
            _full.Clear();
            _tail = null;
            _waitingBytes = 0;
        }
    }

    /// <param name="waits">The thread has nothing else to do than to wait for room, and sends until nothing is left.</param>
    private void Send(bool waits)
    {
        try
        {
            for (var done = 0; waits || done < BuffersPerSender; done++)
            {
                if (!TakeNext()) return;
                while (_currentSent < _current.Count)
                {
                    var sent = socket.Send(_current.Array.AsSpan(_currentSent, _current.Count - _currentSent), SocketFlags.None, out var error);
                    if (error == SocketError.Success) _currentSent += sent;
                    else if (error is not (SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable)) throw new SocketException((int)error);
                    else if (!waits)
                    {
                        new Thread(() => Send(waits: true)) { IsBackground = true, Name = "akka-remote-send" }.Start();
                        return;
                    }
                    else if (!RoomComes()) return;
                }
                ReleaseCurrent();
            }
            ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.Send(waits: false), this, preferLocal: false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            onFailure(e);
        }
    }

    private bool RoomComes()
    {
        while (!_closed)
        {
            if (socket.Poll(1_000_000, SelectMode.SelectWrite)) return true;
        }
        return false;
    }

    private bool TakeNext()
    {
        if (_current.Array is not null) return true;
        lock (_lock)
        {
            if (_full.Count == 0 && _tailUsed > 0 && _tail is not null) CloseTail();
            if (!_closed && _full.TryDequeue(out _current)) return true;
            _sending = false;
            return false;
        }
    }

    private void ReleaseCurrent()
    {
        lock (_lock) _waitingBytes -= _closed ? 0 : _current.Count;
        if (_current.Pooled) ArrayPool<byte>.Shared.Return(_current.Array);
        _current = default;
        _currentSent = 0;
    }

    private void EnsureRoom(int bytes)
    {
        if (_tail is not null && _tail.Length - _tailUsed >= bytes) return;
        CloseTail();
        _tail = ArrayPool<byte>.Shared.Rent(Math.Max(ChunkBytes, bytes));
    }

    private void CloseTail()
    {
        if (_tail is not null && _tailUsed > 0) _full.Enqueue(new Segment(_tail, _tailUsed, Pooled: true));
        else if (_tail is not null) ArrayPool<byte>.Shared.Return(_tail);
        _tail = null;
        _tailUsed = 0;
    }

    private readonly record struct Segment(byte[] Array, int Count, bool Pooled);
}
