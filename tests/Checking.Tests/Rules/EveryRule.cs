using System.Text.RegularExpressions;

namespace PbKv.Checking.Tests;

public class EveryRule
{
    public static TheoryData<SafetyRule> Rules => [.. Enum.GetValues<SafetyRule>()];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Is_turned_off_by_a_test(SafetyRule rule)
    {
        var tests = Directory.EnumerateFiles(Folder(), "*Rules.cs").Select(File.ReadAllText);
        Assert.Contains(
            tests,
            text => Regex.IsMatch(text, $@",\s+{rule}\b", RegexOptions.None, TimeSpan.FromSeconds(9))
        );
    }

    private static string Folder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PbKv.sln")))
            folder =
                Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no PbKv.sln above the tests");
        return Path.Combine(folder, "tests", "Checking.Tests", "Rules");
    }
}
