using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Akka.Remote;

/// <summary>
/// One thread that waits for bytes on all connections of the process with epoll, reads them into the mailboxes, and runs the
/// actors that few of them woke itself: with many connections a wake-up serves all that are ready, and an actor finds their
/// messages together. Linux only; elsewhere every connection has a thread that waits in poll().
/// </summary>
internal sealed class Poller
{
    private const int MostEvents = 64;
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Remove = 2;
    private const uint Readable = 0x001 | 0x2000;
    private const int Interrupted = 4;

    private static readonly Lazy<Poller> TheOne = new(() => new Poller());

    /// <summary>struct epoll_event is packed where the kernel shares it with 32-bit programs, and only there.</summary>
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly ConcurrentDictionary<long, Connection> _connections = new();
    private readonly ReaderShift _shift;
    private readonly int _epoll;
    private long _lastId;

    private Poller()
    {
        _epoll = epoll_create1(CloseOnExec);
        if (_epoll < 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), "epoll_create1 failed");
        _shift = new ReaderShift(StartLoop);
        StartLoop();
    }

    public static bool IsSupported { get; } = OperatingSystem.IsLinux();

    public static Poller Shared => TheOne.Value;

    /// <summary>From here on the poller reads the connection, and ends it when there is no more to read.</summary>
    public void Serve(Connection connection)
    {
        var id = Interlocked.Increment(ref _lastId);
        _connections[id] = connection;
        // What arrived before is reported at once: readiness is a level, not an edge.
        if (Control(Add, connection.FileDescriptor, id)) return;
        _connections.TryRemove(id, out _);
        connection.Break(new Win32Exception(Marshal.GetLastPInvokeError(), "epoll_ctl failed"));
        connection.End();
    }

    private void StartLoop() => new Thread(Loop) { IsBackground = true, Name = "akka-remote-poll" }.UnsafeStart();

    private void Loop()
    {
        var events = new byte[MostEvents * EventBytes];
        var kept = new KeptMailboxes();
        do
        {
            var count = epoll_wait(_epoll, events, MostEvents, -1);
            var error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (error is not (0 or Interrupted)) throw new Win32Exception(error, "epoll_wait failed");
            ReadAll(events, count, kept);
        }
        while (_shift.TryRun(kept));
    }

    private void ReadAll(byte[] events, int count, KeptMailboxes kept)
    {
        for (var i = 0; i < count; i++)
        {
            var id = BinaryPrimitives.ReadInt64LittleEndian(events.AsSpan((i * EventBytes) + EventBytes - sizeof(long)));
            if (!_connections.TryGetValue(id, out var connection) || connection.TryRead(kept)) continue;
            _connections.TryRemove(id, out _);
            Control(Remove, connection.FileDescriptor, id);
            connection.End();
        }
    }

    private bool Control(int operation, int descriptor, long id)
    {
        var what = new byte[EventBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(what, Readable);
        BinaryPrimitives.WriteInt64LittleEndian(what.AsSpan(EventBytes - sizeof(long)), id);
        return epoll_ctl(_epoll, operation, descriptor, what) == 0;
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_ctl(int epoll, int operation, int descriptor, byte[] what);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_wait(int epoll, [In, Out] byte[] events, int most, int timeoutMs);
}
