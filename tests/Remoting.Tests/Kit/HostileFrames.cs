using System.Buffers.Binary;
using System.Text;
using Akka.Actor;
using Google.Protobuf;

namespace PbKv.Remoting.Tests;

/// <summary>
/// Makes input that no honest peer sends, in Akka's wire format or close to it. A function of its seed.
/// </summary>
internal sealed class HostileFrames(int seed, Address victim)
{
    private readonly Random _random = new(seed);

    /// <summary>An honest first frame: who the peer is.</summary>
    public static byte[] Handshake(string system, ulong uid) =>
        Frame(Instruction(Address("akka.tcp", system, "127.0.0.1", 1), uid, command: 1));

    /// <summary>A text that an honest peer may send.</summary>
    public byte[] Honest(string path) =>
        Frame(Payload(Message($"{victim}{path}", serializer: 17, "S", "heard"u8.ToArray())));

    /// <summary>In place of the first frame.</summary>
    public byte[] BadHandshake() =>
        _random.Next(9) switch
        {
            0 => Noise(4 + _random.Next(500)),
            1 => [.. Length((uint)_random.NextInt64(8193, uint.MaxValue)), .. Noise(_random.Next(600))],
            2 => Frame(Noise(1 + _random.Next(300))),
            3 => Frame(RandomFields(0)),
            4 => Truncated(Handshake("stranger", 1)),
            5 => Flipped(Handshake("stranger", 1)),
            6 => Frame(
                Instruction(
                    Address(Letters(9), Letters(9), Letters(40), (uint)_random.Next()),
                    (ulong)_random.NextInt64(),
                    command: 1
                )
            ),
            7 => Frame(Instruction(Address("akka.tcp", "stranger", "127.0.0.1", 1), 1, command: _random.Next(-5, 50))),
            _ => [.. Length(0), .. Noise(9)],
        };

    /// <summary>
    /// After the handshake: whole messages that mean nothing, behind which the connection is still heard.
    /// </summary>
    public byte[] Nonsense() =>
        Frame(
            _random.Next(5) switch
            {
                0 => Payload(Message($"{victim}/user/nobody-{Letters(5)}", serializer: 17, "S", Noise(20))),
                1 => Payload(Message($"{victim}/user/echo", _random.Next(1000, int.MaxValue), "x", Noise(30))),
                2 => Payload(Message($"{victim}/user/echo", serializer: 17, Letters(5), Noise(10))),
                3 => Payload(
                    Message($"akka.tcp://other@127.0.0.1:2/user/{Letters(5)}", serializer: 17, "S", Noise(20))
                ),
                _ => Instruction(null, 0, command: 3),
            }
        );

    /// <summary>What costs it the connection, or may.</summary>
    public byte[] Poison() =>
        _random.Next(11) switch
        {
            0 => Noise(4 + _random.Next(500)),
            1 => [.. Length((uint)_random.NextInt64(130_000, uint.MaxValue)), .. Noise(_random.Next(600))],
            2 => Frame(Noise(1 + _random.Next(3000))),
            3 => Frame(RandomFields(0)),
            4 => Frame(Payload(RandomFields(0))),
            5 => Truncated(Frame(Payload(Message($"{victim}/user/echo", serializer: 17, "S", Noise(200))))),
            6 => Flipped(Frame(Payload(Message($"{victim}/user/echo", serializer: 17, "S", Noise(20))))),
            7 => Frame(Instruction(null, 0, command: _random.Next(-5, 50))),
            8 => Numbered((ulong)_random.NextInt64()),
            9 => Frame(Payload(Message($"{Letters(30)}\u0001%/#", _random.Next(-50, 50), Letters(3), Noise(9)))),
            _ => [.. Length(0)],
        };

    /// <summary>A message that Akka must not lose, with its number.</summary>
    public byte[] Numbered(ulong number) =>
        Frame(Payload(Message($"{victim}/user/echo", serializer: 17, "S", Noise(20), number)));

    private static byte[] Frame(byte[] content) => [.. Length((uint)content.Length), .. content];

    private static byte[] Length(uint announced)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, announced);
        return bytes;
    }

    private static byte[] Payload(byte[] content) => Fields(output => Text(output, 1, content));

    private static byte[] Instruction(byte[]? origin, ulong uid, int command)
    {
        var handshake = origin is null
            ? null
            : Fields(output =>
            {
                Text(output, 1, origin);
                output.WriteTag(2, WireFormat.WireType.Fixed64);
                output.WriteFixed64(uid);
            });
        return Fields(output =>
            Text(
                output,
                2,
                Fields(inner =>
                {
                    Number(inner, 1, command);
                    if (handshake is not null)
                        Text(inner, 2, handshake);
                })
            )
        );
    }

    private static byte[] Address(string protocol, string system, string host, uint port) =>
        Fields(output =>
        {
            Text(output, 1, Encoding.UTF8.GetBytes(system));
            Text(output, 2, Encoding.UTF8.GetBytes(host));
            Number(output, 3, port);
            Text(output, 4, Encoding.UTF8.GetBytes(protocol));
        });

    /// <summary>An envelope as Akka.Remote wraps each message.</summary>
    private static byte[] Message(
        string recipient,
        int serializer,
        string manifest,
        byte[] content,
        ulong number = ulong.MaxValue
    ) =>
        Fields(output =>
            Text(
                output,
                2,
                Fields(envelope =>
                {
                    Text(envelope, 1, Fields(path => Text(path, 1, Encoding.UTF8.GetBytes(recipient))));
                    Text(
                        envelope,
                        2,
                        Fields(message =>
                        {
                            Text(message, 1, content);
                            Number(message, 2, serializer);
                            Text(message, 3, Encoding.UTF8.GetBytes(manifest));
                        })
                    );
                    envelope.WriteTag(5, WireFormat.WireType.Fixed64);
                    envelope.WriteFixed64(number);
                })
            )
        );

    private static byte[] Fields(Action<CodedOutputStream> write)
    {
        using var memory = new MemoryStream();
        using (var output = new CodedOutputStream(memory, leaveOpen: true))
            write(output);
        return memory.ToArray();
    }

    private static void Text(CodedOutputStream output, int field, byte[] content)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(content));
    }

    private static void Number(CodedOutputStream output, int field, long number)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(number);
    }

    /// <summary>Fields as protobuf has them, with wild numbers, kinds and depths.</summary>
    private byte[] RandomFields(int depth) =>
        Fields(output =>
        {
            for (var i = _random.Next(1, 5); i > 0; i--)
            {
                var field = _random.Next(1, 7);
                if (depth < 6 && _random.Next(2) == 0)
                    Text(output, field, RandomFields(depth + 1));
                else if (_random.Next(2) == 0)
                    Text(output, field, Noise(_random.Next(40)));
                else
                    Number(output, field, _random.NextInt64(long.MinValue, long.MaxValue));
            }
        });

    private byte[] Noise(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    private byte[] Flipped(byte[] bytes)
    {
        for (var flips = _random.Next(1, 5); flips > 0; flips--)
            bytes[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
        return bytes;
    }

    private byte[] Truncated(byte[] bytes) => bytes[.._random.Next(1, bytes.Length)];

    private string Letters(int count) =>
        new([.. Enumerable.Range(0, count).Select(_ => (char)('a' + _random.Next(26)))]);
}
