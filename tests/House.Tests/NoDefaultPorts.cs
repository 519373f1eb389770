using System.Text.RegularExpressions;

namespace PbKv.House.Tests;

/// <summary>
/// What tests start listens on ports that the system chose, and what they speak to is named: on the default ports
/// somebody's own cluster may live. Protocol.Tests and Checking.Tests have no network.
/// </summary>
public partial class NoDefaultPorts
{
    private static readonly string[] Networked = ["tests/Actors.Tests", "tests/Host.Tests", "tests/Remoting.Tests"];

    /// <summary>They read and write addresses, and open none.</summary>
    private static readonly string[] TextOnly =
    [
        "HostPortTests.cs",
        "SettingsTests.cs",
        "StderrLoggerTests.cs",
        "ViewMemoryFileTests.cs",
    ];

    private static readonly string[] Clients =
    [
        "get",
        "put",
        "puthash",
        "append",
        "status",
        "shell",
        "load",
        "replica",
    ];

    [Fact]
    public void No_test_names_one()
    {
        var named = Files()
            .Where(path => !TextOnly.Contains(Path.GetFileName(path)))
            .SelectMany(path => Repository.Lines(path, DefaultPort()));
        Assert.Empty(named);
    }

    [Fact]
    public void No_test_starts_the_program_without_saying_where()
    {
        var silent = Files()
            .SelectMany(path =>
                ProgramStarts(File.ReadAllText(path))
                    .Where(IsSilent)
                    .Select(call => $"{Path.GetFileName(path)}: {call.ReplaceLineEndings(" ")}")
            );
        Assert.Empty(silent);
    }

    [Fact]
    public void No_test_starts_a_server_without_saying_whose()
    {
        var silent = Files()
            .Where(path => File.ReadAllText(path) is var text && StartsServer().IsMatch(text))
            .Where(path => PbKvSettingsRead().Matches(File.ReadAllText(path)).Any(read => !Names(read.Value)));
        Assert.Empty(silent);
    }

    [Theory]
    [InlineData("""Pbkv.Start("view")""", true)]
    [InlineData("""Pbkv.Start("view", "--port", "0")""", false)]
    [InlineData("""Pbkv.Start("replica")""", true)]
    [InlineData("""Pbkv.RunAsync("get", "k")""", true)]
    [InlineData("""Pbkv.RunAsync("get", "k", "--view", F(view))""", false)]
    [InlineData("""Pbkv.RunAsync("get")).Failed(2, "KEY")""", false)]
    [InlineData("""InlineData("demo", "--no-shell")""", true)]
    public void It_sees_who_says_nothing(string call, bool silent) =>
        Assert.Equal(silent, ProgramStarts(call).Any(IsSilent));

    private static IEnumerable<string> Files() => Repository.Sources(Networked);

    /// <summary>Each call with its arguments, and what is demanded of its end.</summary>
    private static IEnumerable<string> ProgramStarts(string text)
    {
        foreach (Match start in StartsProgram().Matches(text))
        {
            var end = start.Index + start.Length;
            for (var open = 1; open > 0 && end < text.Length; end++)
                open += text[end] switch
                {
                    '(' => 1,
                    ')' => -1,
                    _ => 0,
                };
            yield return text[start.Index..Math.Min(text.Length, end + UsageError.Length + 20)];
        }
    }

    private const string UsageError = ".Failed(2";

    private static bool IsSilent(string call)
    {
        if (
            call.Contains(UsageError, StringComparison.Ordinal)
            || FirstWord().Match(call) is not { Success: true } first
        )
            return false;
        var needed = first.Groups["word"].Value switch
        {
            "view" => AsksViewService().IsMatch(call) ? "--view" : "port",
            "demo" => "--port",
            var word when Clients.Contains(word) => "view",
            _ => "",
        };
        return !call[(first.Index + first.Length)..].Contains(needed, StringComparison.Ordinal);
    }

    private static bool Names(string settings) =>
        settings.Contains("view-services", StringComparison.Ordinal)
        || settings.Contains("_config", StringComparison.Ordinal);

    [GeneratedRegex(@"\b700[0-9]\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DefaultPort();

    [GeneratedRegex(@"\bPbkv\.(Start|Run)\w*\(|\bInlineData\((?=""demo"")", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StartsProgram();

    [GeneratedRegex(@"""(reset|members|add|remove|transfer)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AsksViewService();

    [GeneratedRegex(@"^[^""]*""(?<word>\w+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FirstWord();

    [GeneratedRegex(@"\bPbKvNode\.StartReplica\(|\bWithPbKvReplica\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StartsServer();

    [GeneratedRegex(@"PbKvSettings\s*\.(Read\([^;]*;|Default\b)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PbKvSettingsRead();
}
