namespace PbKv.Protocol.Tests;

public class InvariantTests
{
    [Fact]
    public void A_broken_invariant_is_told_with_its_values_and_the_condition()
    {
        var (position, expected) = (3, 4);
        var broken = Assert.Throws<InvariantBrokenException>(() =>
            Invariant.Assert(position == expected, $"position {position}, expected {expected}")
        );
        Assert.Equal("position 3, expected 4 (broken: position == expected)", broken.Message);
        Assert.Throws<InvariantBrokenException>(() => Invariant.Assert(position == expected, "a plain text"));
    }

    [Fact]
    public void An_invariant_that_holds_costs_no_allocation()
    {
        var position = 3L;
        Invariant.Assert(position == 3, $"position {position}");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Invariant.Assert(position == 3, $"position {position}");
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
