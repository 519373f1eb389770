using PbKv.Host.CommandLine;

namespace PbKv.Host.Tests.CommandLine;

public class NearestTests
{
    [Theory]
    [InlineData("stats", "status")]
    [InlineData("puthsh", "puthash")]
    [InlineData("apend", "append")]
    [InlineData("frobnicate", null)]
    public void A_word_that_is_nearly_right_finds_the_one_that_was_meant(string word, string? meant) =>
        Assert.Equal(meant, Nearest.Of(word, ["get", "put", "puthash", "append", "status"]));
}
