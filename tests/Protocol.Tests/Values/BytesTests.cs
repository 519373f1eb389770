using System.Runtime.InteropServices;

namespace PbKv.Protocol.Tests.Values;

public class BytesTests
{
    [Fact]
    public void A_slice_that_does_not_lie_within_its_array_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => new Bytes(null!, 0, 0));
        foreach (var (offset, length) in new[] { (-1, 1), (0, -1), (1, 4), (4, 1), (5, 0) })
            Assert.Throws<ArgumentOutOfRangeException>(() => new Bytes(new byte[4], offset, length));
        Assert.Equal(4, new Bytes(new byte[4], 0, 4).Length);
        Assert.True(new Bytes(new byte[4], 4, 0).IsEmpty);
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "a", -1)]
    [InlineData("a", "b", -1)]
    [InlineData("b", "ab", 1)]
    [InlineData("ab", "a", 1)]
    [InlineData("ab", "ab", 0)]
    public void They_are_equal_and_ordered_as_their_bytes_are(string left, string right, int order)
    {
        var (first, second) = (Bytes.Utf8(left), Bytes.Utf8(right));
        Assert.Equal(order, Math.Sign(first.CompareTo(second)));
        Assert.Equal(
            (order < 0, order <= 0, order > 0, order >= 0),
            (first < second, first <= second, first > second, first >= second)
        );
        Assert.Equal((order == 0, order != 0), (first == second, first != second));
        Assert.Equal(order == 0, first.Equals((object)second));
        Assert.False(first.Equals(left));
    }

    [Fact]
    public void An_empty_slice_keeps_no_array_alive_and_a_compact_one_nothing_else()
    {
        Assert.Equal(0, new Bytes(new byte[9], 3, 0).ArrayLength);
        var slice = new Bytes([1, 2, 3], 1, 1);
        Assert.Equal((3, 1), (slice.ArrayLength, slice.Compact().ArrayLength));
        Assert.Equal(slice, slice.Compact());
        byte[] whole = [1, 2];
        Assert.True(MemoryMarshal.TryGetArray(new Bytes(whole).Compact().Memory, out var same));
        Assert.Same(whole, same.Array);
    }

    [Fact]
    public void What_is_joined_is_compact_whichever_part_is_empty()
    {
        var slice = new Bytes([1, 2, 3], 1, 1);
        foreach (var joined in new[] { Bytes.Concat(slice, default), Bytes.Concat(default, slice) })
            Assert.Equal((slice, 1), (joined, joined.ArrayLength));
        Assert.Equal(new Bytes([2, 7]), Bytes.Concat(slice, new Bytes([7])));
    }
}
