using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PbKv.Remoting;

/// <summary>Something with a socket that the poller serves, on its own thread.</summary>
internal interface IPolled
{
    Socket Socket { get; }

    /// <summary>The poller's name for it.</summary>
    long PollId { get; set; }

    /// <summary>What is waited for; that the connection is gone is told whatever this says.</summary>
    Interest Interest { get; }

    /// <summary>There may be something to read, or the end.</summary>
    /// <returns>False when it is over: the poller lets go of it and calls <see cref="End"/>.</returns>
    bool Read();

    /// <summary>There is room, as asked for.</summary>
    /// <inheritdoc cref="Read"/>
    bool RoomCame();

    void End();
}

[Flags]
internal enum Interest
{
    None = 0,
    Bytes = 1,
    Room = 2,
}

/// <summary>
/// One thread that waits with epoll for all sockets of the process, reads all that are ready, and then runs the actors
/// that this woke: with many connections a wake-up serves all that are ready, and an actor finds their messages
/// together.
/// </summary>
internal sealed class Poller
{
    private const int MostEvents = 64;
    private const int CloseOnExec = 0x80000;
    private const int AddOperation = 1;
    private const int RemoveOperation = 2;
    private const int ChangeOperation = 3;
    private const uint ReadableEvents = 0x001 | 0x2000;
    private const uint WritableEvent = 0x004;
    private const int Interrupted = 4;

    private static readonly Lazy<Poller> TheOne = new(() => new Poller());

    /// <summary>struct epoll_event is packed where the kernel shares it with 32-bit programs, and only there.</summary>
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private static readonly long SoonTicks = Stopwatch.Frequency / 10_000;

    private readonly ConcurrentDictionary<long, IPolled> _served = new();
    private readonly int _epoll;
    private long _lastId;
    private bool _comesSoon;

    private Poller()
    {
        _epoll = epoll_create1(CloseOnExec);
        if (_epoll < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "epoll_create1 failed");
        StartThread();
    }

    public static Poller Shared => TheOne.Value;

    /// <summary>What arrived before is reported at once: readiness is a level, not an edge.</summary>
    public void Serve(IPolled polled)
    {
        polled.PollId = Interlocked.Increment(ref _lastId);
        _served[polled.PollId] = polled;
        if (Control(AddOperation, polled))
            return;
        _served.TryRemove(polled.PollId, out _);
        polled.End();
    }

    /// <summary>Its interest is another than before.</summary>
    public void Heed(IPolled polled) => Control(ChangeOperation, polled);

    private void StartThread() => new Thread(Loop) { IsBackground = true, Name = "remoting-poll" }.UnsafeStart();

    private void Loop()
    {
        var events = new byte[MostEvents * EventBytes];
        var count = 0;
        Action serve = () => ServeAll(events.AsSpan(0, count * EventBytes));
        do
        {
            count = Wait(events);
        } while (Turn.RunRelievable(serve, StartThread));
    }

    /// <summary>
    /// To fall asleep and be woken takes a processor tens of microseconds, more on a virtual machine. Where the last
    /// events came soon, the next are awaited without sleeping for about as long as that takes, and others may run
    /// meanwhile.
    /// </summary>
    private int Wait(byte[] events)
    {
        var began = Stopwatch.GetTimestamp();
        var count = 0;
        while (_comesSoon && count == 0 && Stopwatch.GetTimestamp() - began < SoonTicks)
        {
            count = Wait(events, timeoutMs: 0);
            if (count == 0)
                Thread.Yield();
        }
        if (count == 0)
            count = Wait(events, timeoutMs: -1);
        _comesSoon = Stopwatch.GetTimestamp() - began < 2 * SoonTicks;
        return count;
    }

    private int Wait(byte[] events, int timeoutMs)
    {
        var count = epoll_wait(_epoll, events, MostEvents, timeoutMs);
        var error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        return error is 0 or Interrupted ? Math.Max(count, 0) : throw new Win32Exception(error, "epoll_wait failed");
    }

    private void ServeAll(ReadOnlySpan<byte> events)
    {
        for (; events.Length > 0; events = events[EventBytes..])
        {
            var what = BinaryPrimitives.ReadUInt32LittleEndian(events);
            var id = BinaryPrimitives.ReadInt64LittleEndian(events[(EventBytes - sizeof(long))..]);
            if (!_served.TryGetValue(id, out var polled))
                continue;
            if (((what & WritableEvent) == 0 || polled.RoomCame()) && ((what & ~WritableEvent) == 0 || polled.Read()))
                continue;
            _served.TryRemove(id, out _);
            Control(RemoveOperation, polled);
            polled.End();
        }
    }

    private bool Control(int operation, IPolled polled)
    {
        var what = new byte[EventBytes];
        var interest = polled.Interest;
        var events =
            (interest.HasFlag(Interest.Bytes) ? ReadableEvents : 0)
            | (interest.HasFlag(Interest.Room) ? WritableEvent : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(what, events);
        BinaryPrimitives.WriteInt64LittleEndian(what.AsSpan(EventBytes - sizeof(long)), polled.PollId);
        var handle = polled.Socket.SafeHandle;
        var held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            return epoll_ctl(_epoll, operation, (int)handle.DangerousGetHandle(), what) == 0;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            if (held)
                handle.DangerousRelease();
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_ctl(int epoll, int operation, int descriptor, byte[] what);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_wait(int epoll, [In, Out] byte[] events, int most, int timeoutMs);
}
