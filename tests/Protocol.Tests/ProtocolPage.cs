using System.Text.RegularExpressions;
using PbKv.Checking;

namespace PbKv.Protocol.Tests;

/// <summary>docs/PROTOCOL.md against the code: what is missing in either fails.</summary>
public sealed partial class ProtocolPage
{
    private static readonly Dictionary<string, string> Sections = Read();

    [Fact]
    public void The_catalogue_has_one_line_for_every_message_and_no_other() =>
        Compare(Concrete<Message>(), Rows("Message catalogue"));

    [Fact]
    public void The_table_of_timers_has_one_line_for_every_timer_and_no_other() =>
        Compare(Concrete<NodeTimer>(), Rows("Timers"));

    [Fact]
    public void The_table_of_rules_has_one_line_for_every_safety_rule_and_no_other() =>
        Compare(Enum.GetNames<SafetyRule>(), Rows("Safety rules"));

    [Fact]
    public void Every_line_of_the_table_of_rules_names_a_test_that_turns_just_this_rule_off()
    {
        var sources = string.Concat(
            Directory
                .EnumerateFiles(Path.Combine(Root(), "tests", "Checking.Tests", "Rules"), "*.cs")
                .Select(File.ReadAllText)
        );
        foreach (var line in Lines("Safety rules"))
        {
            var test = Code(line).First(name => name.StartsWith("Without_", StringComparison.Ordinal));
            var begin = sources.IndexOf($" {test}()", StringComparison.Ordinal);
            Assert.True(begin >= 0, $"{test} is on the page, and not in tests/Checking.Tests/Rules");
            var end = sources.IndexOf("[Fact]", begin, StringComparison.Ordinal);
            Assert.Matches($@",\s+{Code(line).First()}\b", sources[begin..(end < 0 ? sources.Length : end)]);
        }
    }

    [Fact]
    public void Every_notice_is_on_the_page_and_no_other() =>
        Compare(Enum.GetNames<NoticeKind>(), Lines("Notices").SelectMany(Code).Distinct());

    [Fact]
    public void Every_message_says_from_whom_to_whom_and_why()
    {
        foreach (var line in Lines("Message catalogue"))
        {
            var cells = line.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            Assert.True(cells.Length == 3 && cells[1].Contains('→', StringComparison.Ordinal), line);
        }
    }

    private static IEnumerable<string> Concrete<T>() =>
        typeof(Message).Assembly.GetTypes().Where(t => !t.IsAbstract && t.IsSubclassOf(typeof(T))).Select(t => t.Name);

    private static IEnumerable<string> Rows(string section) => Lines(section).Select(line => Code(line).First());

    private static IEnumerable<string> Lines(string section) =>
        Sections[section]
            .Split('\n')
            .Where(line => line.StartsWith('|') && line.Contains('`', StringComparison.Ordinal));

    private static IEnumerable<string> Code(string line) => InCode().Matches(line).Select(m => m.Groups["name"].Value);

    private static void Compare(IEnumerable<string> code, IEnumerable<string> page) =>
        Assert.Equal(code.Order(StringComparer.Ordinal), page.Order(StringComparer.Ordinal));

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PbKv.sln")))
            folder =
                Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no PbKv.sln above the tests");
        return folder;
    }

    private static Dictionary<string, string> Read()
    {
        var text = File.ReadAllText(Path.Combine(Root(), "docs", "PROTOCOL.md"));
        return text.Split("\n## ")
            .Skip(1)
            .ToDictionary(s => s[..s.IndexOf('\n', StringComparison.Ordinal)].Trim(), s => s);
    }

    [GeneratedRegex("`(?<name>[A-Za-z_]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InCode();
}
