using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Xunit.Abstractions;

namespace PbKv.Remoting.Tests;

/// <summary>The seed is random and printed; PBKV_SEED runs one again.</summary>
public sealed class FrameBuffers(ITestOutputHelper output)
{
    private const int Limit = 1 << 20;
    private const int Connections = 5;

    [Fact]
    public void In_whatever_parts_the_bytes_of_several_connections_arrive_their_frames_are_right_and_stay_so()
    {
        var seed = Seed.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var sent = new List<byte[]>[Connections];
        var came = new List<ReadOnlyMemory<byte>>[Connections];
        var wires = new byte[Connections][];
        var at = new int[Connections];
        for (var i = 0; i < Connections; i++)
        {
            sent[i] = [.. Enumerable.Range(0, 300).Select(_ => Payload(random))];
            wires[i] = [.. sent[i].SelectMany(Framed)];
            came[i] = [];
        }
        var buffers = Enumerable.Range(0, Connections).Select(_ => new FrameBuffer()).ToArray();
        while (Enumerable.Range(0, Connections).Any(i => at[i] < wires[i].Length))
        {
            var i = random.Next(Connections);
            at[i] += Receive(buffers[i], wires[i].AsSpan(at[i]), random.Next(4) == 0 ? 3 : 50_000);
            while (buffers[i].TryTake(Limit, out var frame))
                came[i].Add(frame);
        }
        for (var i = 0; i < Connections; i++)
        {
            Assert.Equal(sent[i].Count, came[i].Count);
            Assert.True(sent[i].Zip(came[i]).All(pair => pair.Second.Span.SequenceEqual(pair.First)));
        }
    }

    /// <summary>The walk of a put counts on it.</summary>
    [Fact]
    public void A_frame_lies_where_it_was_received()
    {
        var buffer = new FrameBuffer();
        var wire = (byte[])[.. Framed([1, 2, 3]), .. Framed([4, 5])];
        var place = buffer.Free();
        wire.CopyTo(place);
        buffer.Filled(wire.Length);
        Assert.True(buffer.TryTake(Limit, out var first));
        Assert.True(buffer.TryTake(Limit, out var second));
        Assert.True(place.Slice(FrameBuffer.LengthBytes, 3) == first.Span);
        Assert.True(place.Slice(3 + (2 * FrameBuffer.LengthBytes), 2) == second.Span);
        Assert.False(buffer.TryTake(Limit, out _));
    }

    [Fact]
    public void The_rest_of_a_large_frame_is_received_into_an_array_that_has_room_for_it_and_no_more()
    {
        var buffer = new FrameBuffer();
        var wire = Framed(new byte[300_000]);
        for (var round = 0; round < 3; round++)
        {
            ReadOnlyMemory<byte> frame;
            for (var at = 0; !buffer.TryTake(Limit, out frame); )
                at += Receive(buffer, wire.AsSpan(at), wire.Length);
            Assert.True(MemoryMarshal.TryGetArray(frame, out var lies));
            Assert.Equal(wire.Length, lies.Array!.Length);
            Assert.False(buffer.TryTake(Limit, out _));
        }
    }

    [Fact]
    public void A_length_that_is_announced_takes_no_memory()
    {
        var buffer = new FrameBuffer();
        Receive(buffer, Framed(new byte[Limit]).AsSpan(0, 10), 10);
        Assert.False(buffer.TryTake(Limit, out _));
        Assert.InRange(buffer.Free().Length, 1, 16 << 10);
    }

    private static int Receive(FrameBuffer buffer, ReadOnlySpan<byte> wire, int most)
    {
        var place = buffer.Free();
        var count = Math.Min(Math.Min(place.Length, most), wire.Length);
        wire[..count].CopyTo(place);
        buffer.Filled(count);
        return count;
    }

    private static byte[] Payload(Random random)
    {
        var payload = new byte[1 + random.Next(random.Next(10) == 0 ? 200_000 : 2_000)];
        random.NextBytes(payload);
        return payload;
    }

    private static byte[] Framed(byte[] payload)
    {
        var frame = new byte[FrameBuffer.LengthBytes + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, payload.Length);
        payload.CopyTo(frame, FrameBuffer.LengthBytes);
        return frame;
    }
}
