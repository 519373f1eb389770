namespace PbKv.Host.Tests.CommandLine;

/// <summary>
/// What needs no cluster: wrong usage ends with code 2, one line on standard error, and the way out in it.
/// </summary>
public class UsageTests
{
    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    [InlineData("-v")]
    public async Task Version_says_name_number_and_commit(string word) =>
        Assert.Matches(
            @"^pbkv \d+\.\d+\.\d+ \((commit [0-9a-f]{9}, )?\.NET ",
            (await Pbkv.RunAsync(word)).Done().Output
        );

    [Theory]
    [InlineData("did you mean 'version'", "versio")]
    [InlineData("pbkv --help", "frobnicate")]
    [InlineData("needs SHELL", "completion")]
    [InlineData("'tcsh', only for bash, zsh and fish", "completion", "tcsh")]
    [InlineData("did you mean '--help'", "help")]
    [InlineData("'--timeout' stands behind '--'", "put", "--", "k", "-", "--timeout", "1s")]
    [InlineData("no option '--jsn'", "version", "--jsn")]
    [InlineData("'--data' needs its DIR", "view", "--data", "--no-new-cluster")]
    [InlineData("'--port' needs its PORT", "view", "--port", "--data", "folder")]
    public async Task Wrong_usage_is_one_line_with_the_way_out(string said, params string[] arguments)
    {
        var result = await Pbkv.RunAsync(arguments);
        result.Failed(2, said, "--help");
        Assert.Equal("", result.Output);
    }
}
