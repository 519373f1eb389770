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

    [Fact]
    public void Times_and_vectors_beyond_what_a_clock_can_count_are_refused()
    {
        const long Highest = long.MaxValue / 2;
        const int Most = 256;
        Assert.Equal(Highest, Stamped(Highest, Vector(1, 1)).Lamport);
        Assert.Equal(Highest, Stamped(1, Vector(1, Highest)).Vector.Entries[0].Count);
        Assert.Equal(Most, Stamped(1, Vector(Most, 1)).Vector.Entries.Length);
        Refused(Highest + 1, Vector(1, 1), $"a Lamport time of {Highest + 1}");
        Refused(-1, Vector(1, 1), "a Lamport time of -1");
        Refused(1, Vector(1, Highest + 1), $"a vector that counts {Highest + 1} events");
        Refused(1, Vector(1, -1), "a vector that counts -1 events");
        Refused(1, Vector(Most + 1, 1), $"a vector of {Most + 1} entries, allowed are {Most}");

        static Stamp Stamped(long lamport, VectorClock vector) =>
            WireBytes.Read(EnvelopeCodec.Write(WireBytes.Envelope() with { Stamp = new Stamp(lamport, vector) })).Stamp;

        static void Refused(long lamport, VectorClock vector, string why) =>
            Assert.Equal(why, Assert.Throws<WireFormatException>(() => Stamped(lamport, vector)).Message);

        static VectorClock Vector(int entries, long count) =>
            VectorClock.Of([
                .. Enumerable
                    .Range(1, entries)
                    .Select(i => new VectorEntry(new ServerId(new NodeAddress($"{i}"), 1), count)),
            ]);
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        for (var hits = random.Next(1, 4); hits > 0; hits--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? bytes.AsSpan(0, random.Next(bytes.Length)).ToArray() : bytes;
    }

    /// <summary>What is allocated once in a process, as a text of .NET's is, comes only the first time.</summary>
    private static void ReadWithinBounds(byte[] bytes)
    {
        var bound = AllocatedAnyway + AllocatedPerByte * bytes.Length;
        var allocated = Allocated(bytes);
        if (allocated > bound)
            allocated = Allocated(bytes);
        Assert.True(allocated <= bound, $"{bytes.Length} bytes made it allocate {allocated}");
    }

    private static long Allocated(byte[] bytes)
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
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private Random Seeded()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}
