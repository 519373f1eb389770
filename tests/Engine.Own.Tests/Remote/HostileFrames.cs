using System.Buffers.Binary;
using Akka.Actor;
using Akka.Remote.Wire;

namespace Engine.Own.Tests.Remote;

/// <summary>Makes input that no honest peer sends. A function of its seed.</summary>
internal sealed class HostileFrames(int seed, Address victim)
{
    private readonly Random _random = new(seed);
    private readonly byte[] _scratch = new byte[32 * 1024];

    /// <summary>What a stranger may say in the place of a handshake.</summary>
    public byte[] Handshake()
    {
        var honest = new Hello(1, "akka.tcp://stranger@127.0.0.1:1", victim.ToString(), "").Encode();
        switch (_random.Next(6))
        {
            case 0: return Noise(1 + _random.Next(3000));
            case 1: return Noise(8, (uint)_random.NextInt64(uint.MaxValue));
            case 2: return Flipped(honest);
            case 3: return Truncated(honest);
            case 4: return new Hello(1, "nobody", victim.ToString(), "").Encode();
            default: return new Hello(1, "akka.tcp://stranger@127.0.0.1:1", "akka.tcp://other@127.0.0.1:1", "").Encode();
        }
    }

    /// <summary>What a peer may say after a proper handshake and be heard further: a frame that means nothing.</summary>
    public byte[] Nonsense() => _random.Next(5) switch
    {
        0 => Message("/user/echo", _random.Next(100_000, int.MaxValue), "parcel", Noise(20)),
        1 => Message("/user/echo", ParcelSerializer.Id, $"no-{_random.Next()}", Noise(20)),
        2 => Message("/user/echo", 17, "I", Noise(5 + _random.Next(30))),
        3 => Message("@elsewhere:1/user/echo", ParcelSerializer.Id, "parcel", Noise(20)),
        _ => Message($"/user/{Letters(_random.Next(200))}/%/#", _random.Next(), "parcel", Noise(3)),
    };

    /// <summary>What costs it the connection, or may: bytes that are no frame, and frames that are not whole.</summary>
    public byte[] Poison() => _random.Next(8) switch
    {
        0 => Noise(1 + _random.Next(200)),
        1 => Noise(1 + _random.Next(64), 1_000_000u + (uint)_random.NextInt64(uint.MaxValue - 1_000_000)),
        2 => Whole([(byte)(3 + _random.Next(250))]),
        3 => Whole(Noise(1 + _random.Next(100))),
        4 => Whole([Frame.Message, (byte)(3 + _random.Next(120)), 0, 0, 0]),
        5 => Whole([Frame.Message, 2, 3, 0xFF, 0xFE, 0xFD, 0, 0, 0]),
        6 => Truncated(Message("/user/echo", ParcelSerializer.Id, "parcel", Noise(200))),
        _ => Flipped(Message("/user/echo", ParcelSerializer.Id, "parcel", Noise(20))),
    };

    private byte[] Message(string path, int serializer, string manifest, byte[] payload)
    {
        var writer = new ByteWriter(_scratch, 0);
        writer.Byte(Frame.Message);
        writer.Number(Names.Literal);
        writer.Text(path[0] == '@' ? $"akka.tcp://x{path}" : victim + path);
        writer.Number(Names.None);
        writer.Signed(serializer);
        writer.Number(Names.Literal);
        writer.Text(manifest);
        writer.Bytes(payload);
        return Whole(_scratch.AsSpan(0, writer.Position).ToArray());
    }

    private static byte[] Whole(byte[] content)
    {
        var frame = new byte[sizeof(int) + content.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, content.Length);
        content.CopyTo(frame, sizeof(int));
        return frame;
    }

    private byte[] Noise(int length, uint? prefix = null)
    {
        var bytes = new byte[Math.Max(length, sizeof(int))];
        _random.NextBytes(bytes);
        if (prefix is { } announced) BinaryPrimitives.WriteUInt32LittleEndian(bytes, announced);
        return bytes;
    }

    private byte[] Flipped(byte[] bytes)
    {
        var flips = 1 + _random.Next(4);
        for (var i = 0; i < flips; i++) bytes[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
        return bytes;
    }

    private byte[] Truncated(byte[] bytes) => bytes[.._random.Next(1, bytes.Length)];

    private string Letters(int count) => new(Enumerable.Range(0, count).Select(_ => (char)('a' + _random.Next(26))).ToArray());
}
