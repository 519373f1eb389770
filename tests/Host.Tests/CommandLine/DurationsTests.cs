using PbKv.Host.CommandLine;

namespace PbKv.Host.Tests.CommandLine;

public class DurationsTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("1.5s", 1500)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("infinite", -1)]
    public void A_duration_is_a_number_and_a_unit_or_infinite(string text, int milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration, out _));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("")]
    [InlineData("-1s")]
    [InlineData("0s")]
    [InlineData("1m30s")]
    [InlineData("1 s")]
    [InlineData("5y")]
    [InlineData("1e3s")]
    [InlineData("9999999h")]
    public void Anything_else_is_refused_with_the_value_and_the_form(string text)
    {
        Assert.False(Durations.TryParse(text, out _, out var problem));
        Assert.Contains($"'{text}'", problem);
        Assert.Contains("infinite", problem);
    }
}
