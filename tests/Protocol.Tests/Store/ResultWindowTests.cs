using System.Reflection;

namespace PbKv.Protocol.Tests.Store;

public class ResultWindowTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static readonly FieldInfo Displaced = typeof(ResultWindow).GetField(
        "_displaced",
        BindingFlags.NonPublic | BindingFlags.Instance
    )!;

    [Fact]
    public void A_window_grows_when_three_quarters_of_it_are_taken()
    {
        var window = ResultWindow.Create();
        Assert.Equal(0, window.Capacity);
        foreach (var (count, capacity) in new[] { (1, 2), (2, 4), (3, 4), (4, 8), (6, 8), (7, 16), (12, 16), (13, 32) })
        {
            while (window.Count < count)
                window.Set(Result(window.Count), out _);
            Assert.Equal((count, capacity), (count, window.Capacity));
        }
    }

    [Theory]
    [InlineData(8, 16, 16)]
    [InlineData(16, 128, 128)]
    [InlineData(8, 64, 64)]
    [InlineData(7, 64, 16)]
    [InlineData(7, 128, 16)]
    [InlineData(4, 64, 16)]
    [InlineData(3, 64, 8)]
    [InlineData(1, 64, 4)]
    [InlineData(0, 64, 1)]
    [InlineData(1, 32, 4)]
    [InlineData(0, 16, 16)]
    public void It_shrinks_when_far_less_was_needed_for_eight_times_in_a_row(int needed, int capacity, int then)
    {
        var window = Emptied(capacity);
        for (var i = 1; i < 8; i++)
            window.Shrink(needed);
        Assert.Equal(capacity, window.Capacity);
        window.Shrink(needed);
        Assert.Equal(then, window.Capacity);
    }

    [Fact]
    public void It_keeps_its_room_where_that_was_needed_in_between()
    {
        var window = Emptied(64);
        for (var i = 0; i < 30; i++)
            window.Shrink(i % 8 == 7 ? 8 : 1);
        Assert.Equal(64, window.Capacity);
        for (var i = 0; i < 2; i++)
            window.Shrink(1);
        Assert.Equal(4, window.Capacity);
    }

    [Fact]
    public void It_counts_those_that_lie_elsewhere_than_in_their_own_place()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var window = ResultWindow.Create();
        var model = new SortedDictionary<long, OperationResult>();
        for (var step = 0; step < 3000; step++)
        {
            var sequence = random.Next(40) * (random.Next(3) == 0 ? 16 : 1);
            if (random.Next(2) == 0)
            {
                window.Set(Result(sequence), out _);
                model[sequence] = Result(sequence);
            }
            else
                Assert.Equal(model.Remove(sequence), window.Remove(sequence, out _));
            Assert.Equal(model.Values, window.InOrder());
            Assert.Equal(OutOfPlace(window.Places), (int)Displaced.GetValue(window)!);
            foreach (var kept in model.Keys)
                Assert.True(window.TryGet(kept, out _));
        }
    }

    [Fact]
    public void A_result_without_a_status_is_a_broken_invariant() =>
        Assert.Throws<InvariantBrokenException>(() =>
        {
            var window = ResultWindow.Create();
            window.Set(default, out _);
        });

    private static int OutOfPlace(ReadOnlySpan<OperationResult> places)
    {
        var count = 0;
        for (var i = 0; i < places.Length; i++)
            count += ResultWindow.IsResult(places[i]) && (places[i].Sequence & (places.Length - 1)) != i ? 1 : 0;
        return count;
    }

    private static ResultWindow Emptied(int capacity)
    {
        var window = ResultWindow.Create();
        while (window.Capacity < capacity)
            window.Set(Result(window.Count), out _);
        for (var i = window.Count - 1; i >= 0; i--)
            window.Remove(i, out _);
        return window;
    }

    private static OperationResult Result(long sequence) => new(sequence, ResultStatus.Ok, default);
}
