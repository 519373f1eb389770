using Akka.Configuration;

namespace Engine.Own.Tests;

public sealed class HoconErrors
{
    [Theory]
    [InlineData("a {\n  b = 1\n", 1, 3)]
    [InlineData("a = 1\n}", 2, 1)]
    [InlineData("a = \"open\nb = 2", 1, 5)]
    [InlineData("a = 1\nb = \"\"\"open", 2, 5)]
    [InlineData("a = [1, 2", 1, 5)]
    [InlineData("a = ${missing}", 1, 5)]
    [InlineData("a = 1\n  b =\n", 3, 1)]
    [InlineData("a = ${b\n", 1, 5)]
    [InlineData("a += 1", 1, 3)]
    [InlineData("justakey\n", 1, 1)]
    [InlineData("a = \"\\x\"", 1, 7)]
    [InlineData("a = ${a}", 1, 5)]
    public void An_error_names_its_line_and_column(string text, int line, int column)
    {
        var error = Assert.Throws<FormatException>(() => ConfigurationFactory.ParseString(text));
        Assert.EndsWith(FormattableString.Invariant($"(line {line}, column {column})"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_an_error_and_no_stack_overflow() =>
        Assert.Throws<FormatException>(() => ConfigurationFactory.ParseString(string.Concat(Enumerable.Repeat("a {", 100_000))));

    [Fact]
    public void Random_text_is_parsed_or_refused_and_nothing_else()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        const string alphabet = "ab.=:{}[],\"\\$?#/ \n\t1msk";
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => alphabet[random.Next(alphabet.Length)])]);
            try
            {
                ConfigurationFactory.ParseString(text);
            }
            catch (FormatException e)
            {
                Assert.StartsWith("HOCON: ", e.Message, StringComparison.Ordinal);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}: {e.GetType().Name} for <{text}>: {e}");
            }
        }
    }

    [Fact]
    public void A_config_that_is_printed_can_be_read_again()
    {
        var config = ConfigurationFactory.ParseString("a { \"b c\" = \"x \\\" y\", l = [1, two words, { k = v }] }, n = 5").WithFallback(ConfigurationFactory.ParseString("f = on"));
        var again = ConfigurationFactory.ParseString(config.ToString());
        Assert.Equal(config.ToString(), again.ToString());
        Assert.Equal("x \" y", again.GetString("a.\"b c\""));
        Assert.True(again.GetBoolean("f"));
        Assert.False(ConfigurationFactory.ParseString(config.ToString(includeFallback: false)).HasPath("f"));
    }
}
