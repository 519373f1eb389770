using System.CommandLine;

namespace PbKv.Host.Tests.CommandLine;

public class OptionsTests
{
    private readonly Option<TimeSpan?> _option = Options.Duration("--timeout", "");

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1500)]
    [InlineData("2m", 120_000)]
    [InlineData("infinite", -1)]
    public void A_duration_is_a_number_and_a_unit_or_infinite(string text, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Parse(text).GetValue(_option));

    [Theory]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("")]
    [InlineData("-1s")]
    [InlineData("0s")]
    [InlineData("1m30s")]
    [InlineData("5y")]
    public void Anything_else_is_refused_with_the_value_and_the_form(string text)
    {
        var problem = Assert.Single(Parse(text).Errors).Message;
        Assert.Contains($"'{text}'", problem);
        Assert.Contains("infinite", problem);
    }

    private ParseResult Parse(string text) => new Command("wait") { _option }.Parse(["--timeout", text]);
}
