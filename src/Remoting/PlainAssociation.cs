using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PbKv.Remoting;

/// <summary>Who is at one end of an association, as Akka.Remote names it.</summary>
internal readonly record struct PlainAddress(string System, string Host, int Port);

/// <summary>
/// An association as Akka.Remote makes one, for a thread that asks a few things and ends: to the other end it is an
/// ActorSystem, and here there is none. What it is given to send waits until the other end has said who it is. Nothing
/// of it blocks; whoever has it waits for <see cref="Socket"/>.
/// </summary>
/// <remarks>Its frames: <see cref="AkkaFrame"/>.</remarks>
internal sealed class PlainAssociation : IDisposable
{
    private const byte Associate = 1;
    private const byte Heartbeat = 3;
    private const byte GoesAway = 4;

    private readonly PlainAddress _self;
    private readonly PlainAddress _peer;
    private readonly ulong _uid;
    private readonly int _frameBytes;
    private readonly FrameBuffer _received = new();
    private readonly Queue<byte[]> _unsent = new();
    private readonly Queue<IPAddress> _addresses;
    private int _sent;
    private bool _connected;
    private bool _associated;

    /// <param name="addresses">Of the peer's name: the next is taken where nobody listens at one.</param>
    /// <exception cref="SocketException">There is nobody.</exception>
    public PlainAssociation(
        PlainAddress self,
        ulong uid,
        PlainAddress peer,
        IEnumerable<IPAddress> addresses,
        int frameBytes
    )
    {
        (_self, _uid, _peer, _frameBytes) = (self, uid, peer, frameBytes);
        _addresses = new(addresses);
        Socket = Dial();
    }

    public Socket Socket { get; private set; }

    /// <summary>It waits for room, or for its connection to be made.</summary>
    public bool WantsToWrite => !_connected || (_unsent.Count > 0 && (_associated || _sent > 0));

    public void Send(string recipient, int serializer, string manifest, byte[] message)
    {
        var path = Field(1, Encoding.UTF8.GetBytes(recipient));
        byte[] kind = [.. Number(2, (ulong)serializer), .. Field(3, Encoding.UTF8.GetBytes(manifest))];
        // From the inside out, and the message itself is copied once.
        byte[] before = Head(1, message.Length);
        before = [.. Field(1, path), .. Head(2, before.Length + message.Length + kind.Length), .. before];
        byte[] after = [.. kind, .. Fixed(5, AkkaFrame.NoNumber)];
        before = [.. Head(2, before.Length + message.Length + after.Length), .. before];
        before = [.. Head(1, before.Length + message.Length + after.Length), .. before];
        _unsent.Enqueue(Framed([.. before, .. message, .. after]));
        Write();
    }

    /// <summary>When <see cref="Socket"/> is ready.</summary>
    /// <exception cref="Exception">The association is over.</exception>
    public void Proceed(Action<byte[]> deliver)
    {
        if (!_connected && !Connects())
            return;
        Write();
        Read(deliver);
    }

    /// <summary>Says so to the other end, which has nothing to complain of then.</summary>
    public void Dispose()
    {
        try
        {
            if (_associated && _unsent.Count == 0)
                Socket.Send(Framed(Field(2, Number(1, GoesAway))));
        }
        catch (SocketException)
        {
            // It knows.
        }
        Socket.Dispose();
    }

    private Socket Dial()
    {
        while (true)
        {
            var to = new IPEndPoint(_addresses.Dequeue(), _peer.Port);
            var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            (socket.Blocking, socket.NoDelay) = (false, true);
            try
            {
                socket.Connect(to);
                return socket;
            }
            catch (SocketException failure)
                when (failure.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                return socket;
            }
            catch (SocketException) when (_addresses.Count > 0)
            {
                socket.Dispose();
            }
        }
    }

    private bool Connects()
    {
        if (!Socket.Poll(0, SelectMode.SelectWrite) && !Socket.Poll(0, SelectMode.SelectError))
            return false;
        var error = (SocketError)(int)Socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        if (error != SocketError.Success && _addresses.Count == 0)
            throw new SocketException((int)error);
        if (error != SocketError.Success)
        {
            Socket.Dispose();
            Socket = Dial();
            return false;
        }
        _connected = true;
        Hail();
        return true;
    }

    private void Hail()
    {
        byte[] origin =
        [
            .. Field(1, Encoding.UTF8.GetBytes(_self.System)),
            .. Field(2, Encoding.UTF8.GetBytes(_self.Host)),
            .. Number(3, (ulong)_self.Port),
            .. Field(4, "tcp"u8),
        ];
        Socket.Send(Framed(Field(2, [.. Number(1, Associate), .. Field(2, [.. Field(1, origin), .. Fixed(2, _uid)])])));
    }

    private void Write()
    {
        while (_associated && _unsent.TryPeek(out var frame))
        {
            _sent += Socket.Send(frame.AsSpan(_sent), SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
                return;
            if (error != SocketError.Success)
                throw new SocketException((int)error);
            if (_sent < frame.Length)
                continue;
            _sent = 0;
            _unsent.Dequeue();
        }
    }

    private void Read(Action<byte[]> deliver)
    {
        var read = Socket.Receive(_received.Free(), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return;
        if (error != SocketError.Success || read == 0)
            throw new SocketException((int)(error == SocketError.Success ? SocketError.ConnectionReset : error));
        _received.Filled(read);
        while (_received.TryTake(_frameBytes, out var frame))
            Take(frame.Span, deliver);
    }

    private void Take(ReadOnlySpan<byte> frame, Action<byte[]> deliver)
    {
        if (AkkaFrame.Find(frame, 1, out _) is { IsEmpty: false } payload)
        {
            var envelope = AkkaFrame.Find(payload, 2, out _);
            deliver(AkkaFrame.Find(AkkaFrame.Find(envelope, 2, out _), 1, out _).ToArray());
            return;
        }
        AkkaFrame.Find(AkkaFrame.Find(frame, 2, out _), 1, out var control);
        if (control is not (Associate or Heartbeat))
            throw new SocketException((int)SocketError.Disconnecting);
        if (control == Associate)
        {
            _associated = true;
            Write();
        }
    }

    private static byte[] Framed(ReadOnlySpan<byte> message)
    {
        var frame = new byte[FrameBuffer.LengthBytes + message.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, message.Length);
        message.CopyTo(frame.AsSpan(FrameBuffer.LengthBytes));
        return frame;
    }

    private static byte[] Field(int field, ReadOnlySpan<byte> bytes) => [.. Head(field, bytes.Length), .. bytes];

    /// <summary>Of a field of so many bytes.</summary>
    private static byte[] Head(int field, int length) => [(byte)((field << 3) | 2), .. Varint((ulong)length)];

    private static byte[] Number(int field, ulong value) => [(byte)(field << 3), .. Varint(value)];

    private static byte[] Fixed(int field, ulong value) => [(byte)((field << 3) | 1), .. BitConverter.GetBytes(value)];

    private static List<byte> Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value > 0x7f; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return bytes;
    }
}
