using Xunit.Abstractions;

namespace PbKv.Protocol.Tests.Wire;

public class HostileBytesTests(ITestOutputHelper output)
{
    /// <summary>
    /// What an item costs in memory for each of its bytes on the wire is bounded: the smallest is 3 bytes, the largest
    /// 64.
    /// </summary>
    private const long AllocatedPerByte = 64;

    private const long AllocatedAnyway = 4096;

    [Fact]
    public void Random_bytes_are_refused_and_cost_no_more_than_they_are_long()
    {
        var random = Seeded();
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            if (bytes.Length > 0 && random.Next(4) != 0)
                bytes[0] = EnvelopeCodec.Format;
            ReadWithinBounds(bytes);
        }
    }

    [Fact]
    public void Damaged_envelopes_are_refused_or_read_and_cost_no_more_than_they_are_long()
    {
        var random = Seeded();
        var any = new AnyMessage(random.Next());
        for (var i = 0; i < 50_000; i++)
            ReadWithinBounds(Damage(EnvelopeCodec.Write(any.Envelope()), random));
    }

    [Fact]
    public void A_length_beyond_the_bytes_is_refused_before_anything_is_allocated()
    {
        var bytes = EnvelopeCodec.Write(WireBytes.Envelope(new Reply(1, 2, [], null)));
        var results = bytes.Length - 3; // Behind it are the newer view, and the era.
        byte[] huge = [.. bytes.AsSpan(0, results), 0xFF, 0xFF, 0xFF, 0xFF, 0x07];
        BitConverter.TryWriteBytes(huge.AsSpan(bytes.Length - 9), huge.Length - (bytes.Length - 5));
        var damage = Assert.Throws<WireFormatException>(() => WireBytes.Read(huge));
        Assert.Contains("2147483647 items are announced", damage.Message);
    }

    [Fact]
    public void A_truncated_envelope_is_refused_wherever_it_ends_within_a_message()
    {
        var bytes = EnvelopeCodec.Write(WireBytes.Envelope(new ForwardAck(new ViewId(new ClusterId(1), 2), 3)));
        var headerOnly = EnvelopeCodec.Write(WireBytes.Envelope()).Length;
        for (var length = 0; length < bytes.Length; length++)
        {
            var part = bytes.AsSpan(0, length).ToArray();
            if (length == headerOnly)
                Assert.Empty(WireBytes.Read(part).Messages);
            else
                Assert.Throws<WireFormatException>(() => WireBytes.Read(part));
        }
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        for (var hits = random.Next(1, 4); hits > 0; hits--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? bytes.AsSpan(0, random.Next(bytes.Length)).ToArray() : bytes;
    }

    private static void ReadWithinBounds(byte[] bytes)
    {
        var texts = new Texts();
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            EnvelopeCodec.Read(bytes, texts, static _ => { });
        }
        catch (WireFormatException damage)
        {
            Assert.NotEmpty(damage.Message);
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(
            allocated <= AllocatedAnyway + AllocatedPerByte * bytes.Length,
            $"{bytes.Length} bytes made it allocate {allocated}"
        );
    }

    private Random Seeded()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}
