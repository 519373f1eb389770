using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Configuration;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace PbKv.Remoting.Tests;

/// <summary>
/// An association of the transport alone, without Akka.Remote above it, and the bare socket of its other end.
/// </summary>
internal sealed class RawEnds : IHandleEventListener, IDisposable
{
    private readonly SocketTransport _transport;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RawEnds(SocketTransport transport, AssociationHandle handle, Socket peer) =>
        (_transport, Handle, Peer) = (transport, handle, peer);

    public AssociationHandle Handle { get; }

    public Socket Peer { get; }

    /// <summary>The association was told that it is over.</summary>
    public Task Ended => _ended.Task;

    /// <param name="settings">Of the transport.</param>
    public static async Task<RawEnds> ConnectAsync(ActorSystem system, string settings, int peerReceives = 64 * 1024)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.ReceiveBufferSize = peerReceives;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var transport = new SocketTransport(
            system,
            ConfigurationFactory.ParseString($"hostname = \"127.0.0.1\", port = 0\n{settings}")
        );
        await transport.Listen();
        var accepting = listener.AcceptAsync();
        var handle = await transport.Associate(
            new Address("tcp", "peer", "127.0.0.1", ((IPEndPoint)listener.LocalEndPoint!).Port)
        );
        var ends = new RawEnds(transport, handle, await accepting);
        handle.ReadHandlerSource.SetResult(ends);
        return ends;
    }

    public void Notify(IHandleEvent ev)
    {
        if (ev is Disassociated)
            _ended.TrySetResult();
    }

    /// <summary>A frame that tells its number and can be checked.</summary>
    public static ByteString Numbered(int number, int size)
    {
        var bytes = new byte[size];
        bytes.AsSpan().Fill((byte)number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return ByteString.CopyFrom(bytes);
    }

    /// <summary>Takes numbered frames until the other end closes or so many have come.</summary>
    public int ReadNumbered(int count, Action<int>? at = null)
    {
        using var stream = new BufferedStream(new NetworkStream(Peer, ownsSocket: false), 64 * 1024);
        var length = new byte[sizeof(int)];
        for (var expected = 0; expected < count; expected++)
        {
            if (stream.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) < length.Length)
                return expected;
            var frame = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
            stream.ReadExactly(frame);
            Assert.Equal(expected, BinaryPrimitives.ReadInt32LittleEndian(frame));
            Assert.False(frame.AsSpan(sizeof(int)).ContainsAnyExcept((byte)expected));
            at?.Invoke(expected);
        }
        return count;
    }

    public void Dispose()
    {
        Peer.Dispose();
        Assert.True(_transport.Shutdown().Wait(Await.Patience), "the transport does not end");
    }
}
