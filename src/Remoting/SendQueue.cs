using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Google.Protobuf;

namespace PbKv.Remoting;

/// <summary>
/// What waits to be sent on one connection. Any thread appends frames; whoever flushes while nobody else is sending
/// sends itself, and what others append meanwhile goes out with its next call. The socket is non-blocking: no sender
/// ever waits for the other end.
/// </summary>
internal sealed class SendQueue(Socket socket, long limit)
{
    private const int ChunkBytes = 64 * 1024;

    /// <summary>Larger payloads are sent from where they are.</summary>
    private const int CopiedBytes = 24 * 1024;

    /// <summary>A sender drains so many chunks of others' frames before it leaves the rest to the pool.</summary>
    private const int ChunksPerSender = 16;

    private readonly Lock _lock = new();
    private readonly Queue<Segment> _full = new();
    private byte[]? _tail;
    private int _tailUsed;
    private long _waitingBytes;
    private Segment _current;
    private int _currentSent;
    private bool _sending;
    private bool _closed;

    public enum Outcome
    {
        /// <summary>Nothing waits, or somebody else is sending.</summary>
        Done,

        /// <summary>The socket is full: <see cref="Resume"/> when it has room.</summary>
        Blocked,

        /// <summary>There was too much for one call: <see cref="Resume"/> on another thread.</summary>
        More,
    }

    /// <summary>Enough for a call of its own.</summary>
    public bool HasPlenty => Volatile.Read(ref _waitingBytes) >= ChunkBytes / 2;

    /// <summary>
    /// How much has not been taken by the socket. While that is nothing, a payload of any size fits: a frame that is
    /// allowed can always be sent.
    /// </summary>
    public long WaitingBytes => Volatile.Read(ref _waitingBytes);

    /// <returns>False when there is no room, or the queue is closed: nothing was appended.</returns>
    public bool TryAppend(ByteString payload)
    {
        var length = payload.Length;
        lock (_lock)
        {
            if (_closed || (_waitingBytes > 0 && _waitingBytes + length > limit))
                return false;
            var copied = length <= CopiedBytes || !MemoryMarshal.TryGetArray(payload.Memory, out _);
            EnsureRoom(FrameBuffer.LengthBytes + (copied ? length : 0));
            BinaryPrimitives.WriteInt32LittleEndian(_tail.AsSpan(_tailUsed), length);
            _tailUsed += FrameBuffer.LengthBytes;
            // Whoever sends takes off what was sent without the lock.
            Interlocked.Add(ref _waitingBytes, FrameBuffer.LengthBytes + length);
            if (copied)
            {
                payload.Span.CopyTo(_tail.AsSpan(_tailUsed));
                _tailUsed += length;
                return true;
            }
            CloseTail();
            _ = MemoryMarshal.TryGetArray(payload.Memory, out var whole);
            _full.Enqueue(new Segment(whole, Pooled: false));
            return true;
        }
    }

    /// <summary>Sends what waits, unless somebody is at it already, who will then find it.</summary>
    /// <exception cref="SocketException">The connection is broken.</exception>
    public Outcome Flush()
    {
        lock (_lock)
        {
            if (_sending || _closed || _waitingBytes == 0)
                return Outcome.Done;
            _sending = true;
        }
        return Resume();
    }

    /// <summary>Goes on after it was blocked, or had more.</summary>
    /// <inheritdoc cref="Flush"/>
    public Outcome Resume()
    {
        for (var done = 0; done < ChunksPerSender; done++)
        {
            if (!TakeNext())
                return Outcome.Done;
            while (_currentSent < _current.Bytes.Count)
            {
                if (!Sockets.TrySend(socket, _current.Bytes.AsSpan(_currentSent), out var sent))
                    return Outcome.Blocked;
                _currentSent += sent;
                Interlocked.Add(ref _waitingBytes, -sent);
            }
            ReleaseCurrent();
        }
        return Outcome.More;
    }

    /// <summary>Nothing more is appended or sent.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            // A sender at work still reads its chunk: the collector takes these, not the pool.
            _full.Clear();
            _tail = null;
        }
    }

    private bool TakeNext()
    {
        if (_current.Bytes.Array is not null)
            return true;
        lock (_lock)
        {
            if (_full.Count == 0 && _tailUsed > 0)
                CloseTail();
            if (!_closed && _full.TryDequeue(out _current))
                return true;
            _sending = false;
            return false;
        }
    }

    private void ReleaseCurrent()
    {
        if (_current.Pooled)
            ArrayPool<byte>.Shared.Return(_current.Bytes.Array!);
        _current = default;
        _currentSent = 0;
    }

    private void EnsureRoom(int bytes)
    {
        if (_tail is not null && _tail.Length - _tailUsed >= bytes)
            return;
        CloseTail();
        _tail = ArrayPool<byte>.Shared.Rent(Math.Max(ChunkBytes, bytes));
    }

    private void CloseTail()
    {
        if (_tail is not null && _tailUsed > 0)
            _full.Enqueue(new Segment(new ArraySegment<byte>(_tail, 0, _tailUsed), Pooled: true));
        else if (_tail is not null)
            ArrayPool<byte>.Shared.Return(_tail);
        _tail = null;
        _tailUsed = 0;
    }

    private readonly record struct Segment(ArraySegment<byte> Bytes, bool Pooled);
}
