using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Google.Protobuf;

namespace PbKv.Remoting.Tests;

/// <summary>Peers that read slowly or not at all, below Akka.Remote.</summary>
public sealed class SlowPeers : IAsyncLifetime
{
    private const int BufferLimit = 1024 * 1024;
    private const string SmallBuffers = "socket-send-buffer-size = 64KiB, send-buffer-limit = 1MiB\n";

    private readonly ActorSystem _system = ActorSystem.Create("near", "akka { loglevel = OFF, stdout-loglevel = OFF }");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Fact]
    public async Task What_waits_for_a_peer_that_does_not_read_is_bounded_and_arrives_once_it_reads()
    {
        using var ends = await RawEnds.ConnectAsync(_system, SmallBuffers);
        var memory = Holds.Memory();
        var written = 0;
        long bytes = 0;
        for (var refused = 0; refused < 10_000; )
        {
            var frame = RawEnds.Numbered(written, SizeOf(written));
            if (!ends.Handle.Write(frame))
            {
                refused++;
                continue;
            }
            written++;
            bytes += frame.Length;
        }
        // What the two sockets hold besides is the kernel's.
        Assert.InRange(bytes, BufferLimit, BufferLimit + 2 * 1024 * 1024);
        Assert.InRange(Holds.Memory() - memory, long.MinValue, 4L * BufferLimit);
        Assert.False(ends.Ended.IsCompleted);
        var more = written + 500;
        var reading = Task.Run(() => ends.ReadNumbered(more));
        while (written < more)
        {
            var frame = RawEnds.Numbered(written, SizeOf(written));
            Await.That(() => ends.Handle.Write(frame), "there is room again");
            written++;
        }
        Assert.Equal(more, await reading.WaitAsync(Await.Patience));
    }

    [Fact]
    public async Task A_write_is_refused_only_when_the_limit_is_reached()
    {
        using var ends = await RawEnds.ConnectAsync(_system, SmallBuffers);
        const int Half = BufferLimit / 2;
        // The kernel's buffers fill first.
        var number = 0;
        for (var taken = 0; taken < 4 * Half; taken += 1000)
            Assert.True(Write(2000) || taken > Half);
        while (Write(10_000))
            continue;
        while (Write(10))
            continue;
        Assert.False(Write(20));
        Assert.Equal(number, await Task.Run(() => ends.ReadNumbered(number)).WaitAsync(Await.Patience));
        // Nothing waits now: even one frame above the limit finds room.
        Await.That(() => Write(2 * BufferLimit), "a frame of any size goes when nothing waits");
        Assert.False(Write(10_000));

        bool Write(int size)
        {
            if (!ends.Handle.Write(RawEnds.Numbered(number, size)))
                return false;
            number++;
            return true;
        }
    }

    [Fact]
    public async Task A_slow_reader_gets_everything_uncorrupted()
    {
        using var ends = await RawEnds.ConnectAsync(_system, SmallBuffers, peerReceives: 8 * 1024);
        const int Count = 3_000;
        var reading = Task.Run(() =>
            ends.ReadNumbered(
                Count,
                at: number =>
                {
                    if (number % 10 == 0)
                        Thread.SpinWait(2_000);
                }
            )
        );
        for (var i = 0; i < Count; i++)
        {
            var frame = RawEnds.Numbered(i, SizeOf(i));
            Await.That(() => ends.Handle.Write(frame), "there is room");
        }
        Assert.Equal(Count, await reading.WaitAsync(Await.Patience));
    }

    [Fact]
    public async Task A_peer_that_stalls_for_too_long_is_disconnected()
    {
        using var ends = await RawEnds.ConnectAsync(_system, SmallBuffers + "stalled-after = 1s");
        var since = Stopwatch.StartNew();
        for (var i = 0; ends.Handle.Write(RawEnds.Numbered(i, 5_000)); i++)
            continue;
        Assert.False(ends.Ended.IsCompleted);
        await ends.Ended.WaitAsync(Await.Patience);
        Assert.InRange(since.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(10));
        Assert.False(ends.Handle.Write(ByteString.CopyFrom([1])));
    }

    [Fact]
    public async Task A_peer_that_takes_a_little_all_the_time_is_not_stalled()
    {
        using var ends = await RawEnds.ConnectAsync(_system, "send-buffer-limit = 1MiB, stalled-after = 500ms");
        for (var i = 0; ends.Handle.Write(RawEnds.Numbered(i, 20_000)); i++)
            continue;
        var buffer = new byte[20_000];
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (
            var since = Stopwatch.StartNew();
            since.Elapsed < TimeSpan.FromSeconds(2.5);
            await pace.WaitForNextTickAsync()
        )
        {
            Assert.NotEqual(0, ends.Peer.Receive(buffer));
            Assert.False(ends.Ended.IsCompleted, $"disconnected after {since.Elapsed.TotalSeconds} s");
        }
    }

    [Fact]
    public async Task What_was_written_before_the_end_still_arrives()
    {
        using var ends = await RawEnds.ConnectAsync(_system, SmallBuffers);
        for (var i = 0; i < 20; i++)
            Assert.True(ends.Handle.Write(RawEnds.Numbered(i, 40_000)));
        ends.Handle.Disassociate("it is over", _system.Log);
        Assert.Equal(20, await Task.Run(() => ends.ReadNumbered(int.MaxValue)).WaitAsync(Await.Patience));
        ends.Peer.Dispose();
        await ends.Ended.WaitAsync(Await.Patience);
    }

    [Fact]
    public async Task A_peer_that_closes_its_half_only_is_let_go()
    {
        using var ends = await RawEnds.ConnectAsync(_system, SmallBuffers);
        ends.Peer.Shutdown(SocketShutdown.Send);
        await ends.Ended.WaitAsync(Await.Patience);
        Assert.Equal(0, ends.Peer.Receive(new byte[1]));
    }

    [Fact]
    public async Task A_queue_that_many_append_to_while_it_is_sent_knows_what_waits()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        near.Connect(listener.LocalEndpoint);
        near.Blocking = false;
        using var far = await listener.AcceptSocketAsync();
        var queue = new SendQueue(near, 64 * 1024 * 1024);
        const int Each = 200_000;
        var payload = ByteString.CopyFrom(new byte[20]);
        const long All = 2L * Each * (20 + FrameBuffer.LengthBytes);
        var reading = Task.Factory.StartNew(() => ReadAll(far, All), TaskCreationOptions.LongRunning);
        using var together = new Barrier(2);
        var appending = Enumerable
            .Range(0, 2)
            .Select(_ =>
                Task.Factory.StartNew(
                    () =>
                    {
                        together.SignalAndWait();
                        AppendAndSend(queue, payload, Each);
                    },
                    TaskCreationOptions.LongRunning
                )
            );
        await Task.WhenAll(appending).WaitAsync(Await.Patience);
        Await.That(() => Drain(queue) && reading.IsCompleted, "all arrives");
        Assert.Equal(0, queue.WaitingBytes);
    }

    private static void AppendAndSend(SendQueue queue, ByteString payload, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.True(queue.TryAppend(payload));
            Go(queue, queue.Flush());
        }
    }

    private static bool Drain(SendQueue queue)
    {
        Go(queue, queue.Flush());
        return true;
    }

    private static void Go(SendQueue queue, SendQueue.Outcome outcome)
    {
        while (outcome != SendQueue.Outcome.Done)
            outcome = queue.Resume();
    }

    private static void ReadAll(Socket socket, long bytes)
    {
        var buffer = new byte[64 * 1024];
        for (long read = 0; read < bytes; )
            read += socket.Receive(buffer);
    }

    /// <summary>Mostly small; now and then one that is sent from where it is.</summary>
    private static int SizeOf(int number) => number % 50 == 49 ? 60_000 : 10 + number * 37 % 3000;
}
