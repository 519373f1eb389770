namespace PbKv.Protocol.Tests.Wire;

/// <summary>Reader and writer at the edges of what they take.</summary>
public class ReaderTests
{
    private delegate object Reading(ref WireReader reader);

    [Fact]
    public void What_cannot_be_is_refused_by_where_it_is_and_what_is_allowed()
    {
        Refused([2], (ref r) => r.Flag(), "a flag is 2 at byte 0, allowed are 0 and 1");
        Refused([], (ref r) => r.Byte(), "the bytes end at 0, where 1 more are needed");
        Refused([1, 2], (ref r) => r.Fixed64(), "the bytes end at 2, where 6 more are needed");
        Refused([1, 2], (ref r) => r.Block().Left, "the bytes end at 2, where 2 more are needed");
        Refused(Tens(10, 2), (ref r) => r.Varint(), "a number before byte 10 is longer than 64 bits");
        Refused(Tens(11, 0), (ref r) => r.Varint(), "a number before byte 10 is longer than 64 bits");
        Refused([0], (ref r) => r.Level(), "a feature level is 0 before byte 1, the lowest is 1");
        Refused(
            Written(w => w.Varint(int.MaxValue + 1L)),
            (ref r) => r.Level(),
            "a feature level is 2147483648 before byte 5, the lowest is 1"
        );
        Refused([3, 0, 0, 0, 0, 0], (ref r) => r.Count(2), "3 items are announced before byte 1, and 5 bytes are left");
        Refused(
            Written(w => w.Varint(-1)),
            (ref r) => r.Count(1),
            "18446744073709551615 items are announced before byte 10, and 0 bytes are left"
        );
        Refused([3, 0, 0], (ref r) => r.Bytes(), "3 bytes are announced before byte 1, and 2 are left");
        Refused(
            Written(w => w.Varint(-1)),
            (ref r) => r.Bytes(),
            "18446744073709551615 bytes are announced before byte 10, and 0 are left"
        );
        Refused(
            [2, 0, 0, 0, 9],
            (ref r) => r.Block().Left,
            "a block of 2 bytes is announced before byte 4, and 1 are left"
        );
        Refused(
            [255, 255, 255, 255],
            (ref r) => r.Block().Left,
            "a block of 4294967295 bytes is announced before byte 4, and 0 are left"
        );
    }

    [Fact]
    public void What_is_just_allowed_is_read()
    {
        Assert.Equal(int.MaxValue, Read(Written(w => w.Varint(int.MaxValue)), (ref r) => r.Level()));
        Assert.Equal(1, Read([1], (ref r) => r.Level()));
        Assert.Equal(2, Read([2, 0, 0, 0, 0, 0], (ref r) => r.Count(2)));
        Assert.Equal(0, Read([0], (ref r) => r.Count(2)));
        Assert.Equal(0, Read([0, 0, 0, 0], (ref r) => r.Block().Left));
        Assert.Equal(2, Read([2, 0, 0, 0, 7, 7], (ref r) => r.Block().Left));
        Assert.Equal(2, Read([2, 7, 7], (ref r) => r.Bytes().Length));
        Assert.Equal(1, Read([1, 0, 0, 0, 0, 0, 0, 0], (ref r) => (int)r.Fixed64()));
    }

    [Fact]
    public void A_block_is_not_read_beyond_its_end()
    {
        byte[] bytes = [4, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        Refused(bytes, (ref r) => r.Block().Fixed64(), "the bytes end at 8, where 4 more are needed");
        bytes[0] = 2;
        Refused(bytes, (ref r) => r.Block().Block().Left, "the bytes end at 6, where 2 more are needed");
    }

    [Fact]
    public void Numbers_come_back_as_they_were_written()
    {
        var numbers = Enumerable
            .Range(0, 64)
            .SelectMany(bit => new[] { 1L << bit, (1L << bit) - 1, -(1L << bit), -(1L << bit) - 1 });
        foreach (var number in numbers)
        {
            Assert.Equal(number, Read(Written(w => w.Varint(number)), (ref r) => r.Varint()));
            Assert.Equal(number, Read(Written(w => w.Signed(number)), (ref r) => r.Signed()));
        }
        Assert.Equal(0L, Read(Tens(10, 0), (ref r) => r.Varint()));
        Assert.Equal(long.MinValue, Read(Tens(10, 1), (ref r) => r.Varint()));
    }

    [Fact]
    public void A_writer_grows_wherever_its_array_is_full()
    {
        const int First = 4 << 10;
        Action<WireWriter>[] writes =
        [
            w => w.Byte(1),
            w => w.Varint(1),
            w => w.Varint(-1),
            w => w.Fixed64(1),
            w => w.Text("a text longer than a number"),
            w => w.Raw([1, 2, 3]),
            w => w.EndBlock(w.BeginBlock()),
            w => w.Raw(new byte[5 * First]),
        ];
        foreach (var write in writes)
        {
            var alone = Written(write);
            for (var full = First - 10; full <= First; full++)
                Assert.Equal(
                    alone,
                    Written(w =>
                        {
                            w.Raw(new byte[full]);
                            write(w);
                        })
                        .AsSpan(full)
                        .ToArray()
                );
        }
    }

    [Fact]
    public void A_thread_uses_its_writer_again_unless_that_has_grown_very_large()
    {
        const int Kept = 1 << 20;
        var writer = WireWriter.Rent();
        writer.Raw(new byte[Kept]);
        writer.Return();
        Assert.Same(writer, WireWriter.Rent());
        Assert.Equal(0, writer.Length);
        Assert.NotSame(writer, WireWriter.Rent());
        writer.Raw(new byte[Kept + 1]);
        Assert.Equal(Kept + 1, writer.TakeAll().Length);
        Assert.NotSame(writer, WireWriter.Rent());
    }

    /// <summary>The walk of a put counts on it. Copied into the writer's own array, it would make that grow.</summary>
    [Fact]
    public void What_is_long_and_what_goes_on_as_it_came_is_copied_once()
    {
        const int Kept = 1 << 20;
        var value = new Bytes(new byte[512]);
        var put = new Operation(OperationKind.Put, 1, new Bytes([1]), new Bytes(new byte[100]));
        var batch = new Batch(1, 1, [.. Enumerable.Repeat(put, Kept / 100)]);
        var came = Written(batch.Write);
        var reader = new WireReader(came, new Texts());
        batch = Batch.Read(ref reader);
        var writer = WireWriter.Rent();
        for (var written = 0; written < 2 * Kept; written += value.Length)
            writer.Bytes(value);
        batch.Write(writer);
        Assert.Equal(came, writer.TakeAll()[^came.Length..]);
        Assert.Same(writer, WireWriter.Rent());
    }

    [Fact]
    public void A_block_has_its_length_whatever_is_written_at_once_and_whatever_later()
    {
        int[] sizes = [0, 1, 511, 512, 5000];
        foreach (var (before, within) in sizes.SelectMany(size => sizes, (first, second) => (first, second)))
        {
            var bytes = Written(w =>
            {
                w.Bytes(Of(before));
                var outer = w.BeginBlock();
                w.Bytes(Of(within));
                var inner = w.BeginBlock();
                w.Note(Of(within));
                w.EndBlock(inner);
                w.Byte(3);
                w.EndBlock(outer);
                w.Byte(4);
            });
            var reader = new WireReader(bytes, new Texts());
            Assert.Equal(Of(before), reader.Bytes());
            var block = reader.Block();
            Assert.Equal(Of(within), block.Bytes());
            Assert.Equal(Of(within), block.Block().Rest());
            Assert.Equal(3, block.Byte());
            Assert.False(block.More);
            Assert.Equal(4, reader.Byte());
            Assert.False(reader.More);
        }

        static Bytes Of(int size) => new([.. Enumerable.Range(size, size).Select(i => (byte)i)]);
    }

    /// <summary>So many bytes: all but the last say that another follows.</summary>
    private static byte[] Tens(int count, byte last) => [.. Enumerable.Repeat((byte)0x80, count - 1), last];

    private static byte[] Written(Action<WireWriter> write)
    {
        var writer = new WireWriter();
        write(writer);
        return writer.TakeAll();
    }

    private static object Read(byte[] bytes, Reading reading)
    {
        var reader = new WireReader(bytes, new Texts());
        return reading(ref reader);
    }

    private static void Refused(byte[] bytes, Reading reading, string why) =>
        Assert.Equal(why, Assert.Throws<WireFormatException>(() => Read(bytes, reading)).Message);
}
