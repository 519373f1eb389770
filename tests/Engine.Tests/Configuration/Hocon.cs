using Akka.Configuration;

namespace Engine.Tests.Configuration;

public sealed class Hocon
{
    [Theory]
    [InlineData("a = 1", "a", "1")]
    [InlineData("a : 1", "a", "1")]
    [InlineData("a.b.c = x", "a.b.c", "x")]
    [InlineData("a { b { c = x } }", "a.b.c", "x")]
    [InlineData("a { b.c = x }", "a.b.c", "x")]
    [InlineData("a = 1\na = 2", "a", "2")]
    [InlineData("a = 1 # a comment\n// another\nb = 2", "b", "2")]
    [InlineData("a = two words", "a", "two words")]
    [InlineData("a = \"quoted # text\"", "a", "quoted # text")]
    [InlineData("a = \"tab\\tand \\\"quote\\\"\"", "a", "tab\tand \"quote\"")]
    [InlineData("a = \"\"\"raw \\n text\"\"\"", "a", "raw \\n text")]
    [InlineData("a = 7\nb = ${a}0", "b", "70")]
    [InlineData("{ \"a\" : { \"b\" : \"json\" } }", "a.b", "json")]
    [InlineData("base { x = 1, y = 2 }\na = ${base}", "a.y", "2")]
    [InlineData("\"a b\".c = 1", "\"a b\".c", "1")]
    public void A_text_gives_a_value(string text, string path, string value) =>
        Assert.Equal(value, ConfigurationFactory.ParseString(text).GetString(path));

    [Fact]
    public void Objects_are_merged_key_by_key()
    {
        var config = ConfigurationFactory.ParseString("a { x = 1, y = 1 }\na { y = 2, z = 2 }");
        Assert.Equal([1, 2, 2], new[] { config.GetInt("a.x"), config.GetInt("a.y"), config.GetInt("a.z") });
    }

    [Theory]
    [InlineData("[a, b, c]")]
    [InlineData("[\n a\n b\n c\n]")]
    [InlineData("[\"a\", \"b\", \"c\"]")]
    public void A_list_holds_its_elements_in_order(string list) =>
        Assert.Equal(["a", "b", "c"], ConfigurationFactory.ParseString("l = " + list).GetStringList("l"));

    [Theory]
    [InlineData("100ms", 100)]
    [InlineData("1.5s", 1500)]
    [InlineData("2 seconds", 2000)]
    [InlineData("3m", 180_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("250", 250)]
    public void A_duration_has_one_unit(string text, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), ConfigurationFactory.ParseString("t = " + text).GetTimeSpan("t"));

    [Fact]
    public void Infinite_is_minus_one_millisecond() =>
        Assert.Equal(Timeout.InfiniteTimeSpan, ConfigurationFactory.ParseString("t = infinite").GetTimeSpan("t"));

    [Theory]
    [InlineData("64KiB", 65_536)]
    [InlineData("1MB", 1_000_000)]
    [InlineData("1m", 1_048_576)]
    [InlineData("128000b", 128_000)]
    public void A_size_has_a_unit(string text, long bytes) =>
        Assert.Equal(bytes, ConfigurationFactory.ParseString("s = " + text).GetByteSize("s"));

    [Theory]
    [InlineData("on", true)]
    [InlineData("true", true)]
    [InlineData("off", false)]
    [InlineData("false", false)]
    public void A_switch_is_on_or_off(string text, bool value) =>
        Assert.Equal(value, ConfigurationFactory.ParseString("b = " + text).GetBoolean("b"));

    [Fact]
    public void What_is_missing_gives_the_default_or_nothing()
    {
        var config = ConfigurationFactory.ParseString("a.b = 1");
        Assert.Null(config.GetString("missing"));
        Assert.Equal("d", config.GetString("missing", "d"));
        Assert.Equal(0, config.GetInt("missing"));
        Assert.Equal(7, config.GetInt("missing", 7));
        Assert.Null(config.GetByteSize("missing"));
        Assert.Equal(TimeSpan.FromSeconds(2), config.GetTimeSpan("missing", TimeSpan.FromSeconds(2)));
        Assert.Null(config.GetConfig("missing"));
        Assert.False(config.HasPath("a.c"));
        Assert.True(config.HasPath("a.b"));
    }

    [Fact]
    public void A_wrong_number_and_an_unresolved_substitution_are_format_errors()
    {
        Assert.Throws<FormatException>(() => ConfigurationFactory.ParseString("a = many").GetInt("a"));
        Assert.Throws<FormatException>(() => ConfigurationFactory.ParseString("a = ${missing}"));
    }

    [Fact]
    public void What_stands_here_wins_over_the_fallback()
    {
        var config = ConfigurationFactory.ParseString("a { x = 1 }").WithFallback(ConfigurationFactory.ParseString("a { x = 2, y = 2 }\nb = 2"))
            .WithFallback(ConfigurationFactory.ParseString("b = 3, c = 3"));
        Assert.Equal(1, config.GetInt("a.x"));
        Assert.Equal(2, config.GetInt("a.y"));
        Assert.Equal(2, config.GetInt("b"));
        Assert.Equal(3, config.GetInt("c"));
        Assert.Equal(2, config.GetConfig("a").GetInt("y"));
    }

    [Fact]
    public void A_config_can_be_walked()
    {
        var config = ConfigurationFactory.ParseString("a { x = 1 }\nb = text, c = [1, 2]");
        var items = config.AsEnumerable().ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal);
        Assert.Equal(["a", "b", "c"], items.Keys.Order());
        Assert.True(items["a"].IsObject());
        Assert.Equal("1", items["a"].GetObject().Items["x"].GetString());
        Assert.True(items["b"].IsString());
        Assert.True(items["c"].IsArray());
    }
}
