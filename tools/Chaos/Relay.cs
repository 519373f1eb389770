using System.Net;
using System.Net.Sockets;

namespace PbKv.Chaos;

/// <summary>
/// Stands in front of one node, at the address that the node tells others. Both directions of a connection go through
/// the links between the one who dialled and the node, whichever of the two uses it to send.
/// </summary>
internal sealed class Relay : IDisposable
{
    private const int BufferBytes = 64 << 10;

    private readonly CancellationTokenSource _ended = new();
    private readonly string _name;
    private readonly Links _links;
    private readonly EndPoint _target;
    private readonly Socket _listener;

    private Relay(string name, Socket listener, EndPoint target, Links links) =>
        (_name, _listener, _target, _links) = (name, listener, target, links);

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <param name="name">The node behind it.</param>
    /// <exception cref="SocketException">It cannot listen there.</exception>
    public static Relay Start(string name, IPEndPoint listen, EndPoint target, Links links)
    {
        var listener = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(listen);
            listener.Listen(256);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
        var relay = new Relay(name, listener, target, links);
        _ = relay.AcceptAsync();
        return relay;
    }

    public void Dispose()
    {
        _ended.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                var dialler = await _listener.AcceptAsync(_ended.Token);
                _ = Task.Run(() => ServeAsync(dialler));
            }
            catch (Exception e) when (IsEnd(e) && _ended.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException)
            {
                // One that went away before it was accepted; the next may stay.
                await Task.Yield();
            }
        }
    }

    private async Task ServeAsync(Socket near)
    {
        using var far = new Socket(_target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using (near)
        {
            try
            {
                near.NoDelay = far.NoDelay = true;
                var hello = new byte[BufferBytes];
                var count = await near.ReceiveAsync(hello, _ended.Token);
                if (count == 0)
                    return;
                var from = _links.Recognise(hello.AsSpan(0, count));
                await far.ConnectAsync(_target, _ended.Token);
                await CarryAsync(near, far, from, hello.AsMemory(0, count));
            }
            catch (Exception e) when (IsEnd(e))
            {
                // Either end is gone: disposing of both sockets tells the other.
                return;
            }
        }
    }

    private async Task CarryAsync(Socket near, Socket far, string from, ReadOnlyMemory<byte> first)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        var there = PumpAsync(near, far, _links.Between(from, _name), first, over.Token);
        var back = PumpAsync(far, near, _links.Between(_name, from), default, over.Token);
        try
        {
            // A direction that ended well is only half of it; one that broke ends both.
            var ended = await Task.WhenAny(there, back);
            await ended;
            await Task.WhenAll(there, back);
        }
        finally
        {
            await over.CancelAsync();
            near.Dispose();
            far.Dispose();
            await Task.WhenAll(there, back)
                .ContinueWith(
                    _ => { },
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default
                );
        }
    }

    private static async Task PumpAsync(
        Socket from,
        Socket to,
        Link link,
        ReadOnlyMemory<byte> first,
        CancellationToken cancellation
    )
    {
        var buffer = new byte[BufferBytes];
        var bytes = first;
        while (true)
        {
            if (bytes.IsEmpty)
                bytes = buffer.AsMemory(0, await from.ReceiveAsync(buffer, cancellation));
            // The end of the stream is news too: behind a cut nobody hears that the other has died.
            if (!await link.PassAsync(cancellation))
                await LoseAsync(link, cancellation);
            if (bytes.IsEmpty)
            {
                to.Shutdown(SocketShutdown.Send);
                return;
            }
            for (var rest = bytes; !rest.IsEmpty; )
                rest = rest[await to.SendAsync(rest, cancellation)..];
            bytes = default;
        }
    }

    /// <summary>
    /// A stream with a hole in it is no stream: nothing more comes through, and it breaks when the link is whole.
    /// </summary>
    private static async Task LoseAsync(Link link, CancellationToken cancellation)
    {
        await link.WhenWholeAsync(cancellation);
        throw new SocketException((int)SocketError.ConnectionReset);
    }

    private static bool IsEnd(Exception e) =>
        e is SocketException or ObjectDisposedException or OperationCanceledException;
}
