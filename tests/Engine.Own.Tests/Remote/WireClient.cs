using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Remote.Wire;

namespace Engine.Own.Tests.Remote;

/// <summary>A peer that speaks the wire format by hand, well or badly.</summary>
internal sealed class WireClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public WireClient(Address victim)
    {
        // Ends with a reset: tens of thousands of these would otherwise leave as many ports in TIME_WAIT.
        _socket.LingerState = new LingerOption(true, 0);
        _socket.NoDelay = true;
        _socket.SendTimeout = 10_000;
        _socket.ReceiveTimeout = 20_000;
        _socket.Connect(IPAddress.Loopback, victim.Port!.Value);
    }

    public bool Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _socket.Send(bytes);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown)
        {
            return false;
        }
    }

    public Hello ShakeHands(Address victim, string name)
    {
        Send(new Hello(Random.Shared.NextInt64(), $"akka.tcp://{name}@127.0.0.1:1", victim.ToString(), "").Encode());
        var bytes = new byte[Hello.MaxBytes];
        var count = 0;
        Hello? hello;
        while (!Hello.TryDecode(bytes.AsSpan(0, count), out hello, out _))
        {
            var read = _socket.Receive(bytes.AsSpan(count));
            if (read == 0) throw new IOException("the victim closed the connection during the handshake");
            count += read;
        }
        return hello!;
    }

    /// <summary>Says that no more will come, and waits until the other end has read everything and closed.</summary>
    public void FinishAndAwaitClose()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            return;
        }
        AwaitClose();
    }

    public void AwaitClose()
    {
        var bytes = new byte[4096];
        try
        {
            while (_socket.Receive(bytes) > 0)
            {
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            return;
        }
    }

    public void Dispose() => _socket.Dispose();
}
