using System.Text.RegularExpressions;

namespace PbKv.Host.Tests.Processes;

/// <summary>What tests demand of a command that has ended.</summary>
internal static partial class Endings
{
    /// <summary>It did what was asked, and said nothing else.</summary>
    public static Ended Done(this Ended ended, string? output = null)
    {
        Assert.Equal((0, ""), (ended.Code, ended.Error));
        if (output is not null)
            Assert.Equal(output, ended.Output);
        return ended;
    }

    /// <summary>The key that it should get is not there.</summary>
    public static void Missing(this Ended ended, string output) =>
        Assert.Equal((4, output, ""), (ended.Code, ended.Output, ended.Error));

    /// <summary>The condition of the change did not hold; why is said on standard error.</summary>
    public static void NotDone(this Ended ended, string output, string why) =>
        Assert.Equal((5, output, $"pbkv: nothing was changed: {why}\n"), (ended.Code, ended.Output, ended.Error));

    /// <summary>Without the lines of a node's log, in which Akka says more or less, as it likes.</summary>
    public static Ended BesideItsLog(this Ended ended) => ended with { Error = LogLine().Replace(ended.Error, "") };

    /// <summary>It failed with this code and one line on standard error that holds all of these words.</summary>
    public static Ended Failed(this Ended ended, int code, params string[] words)
    {
        Assert.True(code == ended.Code, $"exit code {ended.Code} instead of {code}: {ended.Output}{ended.Error}");
        Assert.Matches("^[^\n]+\n$", ended.Error);
        Assert.All(words, word => Assert.Contains(word, ended.Error, StringComparison.Ordinal));
        return ended;
    }

    [GeneratedRegex(
        @"^\d{4}-\d\d-\d\dT\S+Z (DEBUG|INFO |WARN |ERROR) .*\n",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex LogLine();
}
