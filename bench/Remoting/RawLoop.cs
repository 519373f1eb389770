using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace PbKv.Remoting.Bench;

/// <summary>
/// The limit: the same echo on bare blocking sockets with length-prefixed frames. What one read brings is answered
/// with one write, as a good transport does.
/// </summary>
public static class RawLoop
{
    private const int Prefix = sizeof(int);

    public static int Serve()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        new Thread(() => Accept(listener)) { IsBackground = true }.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static double Run(int port, int payload, int outstanding, Measurement measurement)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.NoDelay = true;
        socket.Connect(IPAddress.Loopback, port);
        var frame = Prefix + payload;
        var requests = new byte[frame * outstanding];
        for (var i = 0; i < outstanding; i++)
            BinaryPrimitives.WriteInt32LittleEndian(requests.AsSpan(i * frame), payload);
        socket.Send(requests);
        var buffer = new byte[128 * 1024];
        var held = 0;
        while (true)
        {
            var read = socket.Receive(buffer.AsSpan(held));
            if (read == 0)
                throw new IOException("the server closed the connection");
            var whole = WholeFrames(buffer.AsSpan(0, held + read), out var frames);
            held += read - whole;
            buffer.AsSpan(whole, held).CopyTo(buffer);
            if (!measurement.Count(frames))
                return measurement.PerSecond;
            if (frames > 0)
                socket.Send(requests.AsSpan(0, frames * frame));
        }
    }

    private static void Accept(TcpListener listener)
    {
        while (true)
        {
            var socket = listener.AcceptSocket();
            new Thread(() => Echo(socket)) { IsBackground = true }.Start();
        }
    }

    private static void Echo(Socket socket)
    {
        socket.NoDelay = true;
        var buffer = new byte[128 * 1024];
        var held = 0;
        try
        {
            while (true)
            {
                var read = socket.Receive(buffer.AsSpan(held));
                if (read == 0)
                    break;
                var whole = WholeFrames(buffer.AsSpan(0, held + read), out _);
                if (whole > 0)
                    socket.Send(buffer.AsSpan(0, whole));
                held += read - whole;
                buffer.AsSpan(whole, held).CopyTo(buffer);
            }
        }
        catch (SocketException e)
        {
            // The client ends its measurement with echoes on their way: anything but its reset is worth telling.
            if (e.SocketErrorCode != SocketError.ConnectionReset)
                Console.Error.WriteLine($"raw loop: {e.Message}");
        }
        finally
        {
            socket.Dispose();
        }
    }

    private static int WholeFrames(ReadOnlySpan<byte> bytes, out int frames)
    {
        frames = 0;
        var position = 0;
        while (bytes.Length - position >= Prefix)
        {
            var length = Prefix + BinaryPrimitives.ReadInt32LittleEndian(bytes[position..]);
            if (bytes.Length - position < length)
                break;
            position += length;
            frames++;
        }
        return position;
    }
}
