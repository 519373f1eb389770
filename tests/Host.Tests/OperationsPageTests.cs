using PbKv.Protocol;

namespace PbKv.Host.Tests;

/// <summary>docs/OPERATIONS.md names every setting and every kind of log line that there is.</summary>
public class OperationsPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Root(), "docs", "OPERATIONS.md"));

    [Fact]
    public void Every_setting_is_explained_and_none_that_does_not_exist()
    {
        var explained = Page.Split('\n')
            .Where(line => line.StartsWith("| `pbkv.", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1]);
        Assert.Equal(Keys(File.ReadLines(Path.Combine(Root(), "hocon", "pbkv.conf"))).Order(), explained.Order());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_log_line_is_explained(NoticeKind kind) => Assert.Contains($"`{kind}`", Page);

    public static TheoryData<NoticeKind> Kinds() => [.. Enum.GetValues<NoticeKind>()];

    /// <summary>The keys under pbkv, which has one level of objects.</summary>
    private static IEnumerable<string> Keys(IEnumerable<string> lines)
    {
        var path = new Stack<string>();
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.EndsWith('{'))
                path.Push(line[..^1].Trim());
            else if (line == "}")
                path.Pop();
            else if (line.Contains('=') && !line.StartsWith('#') && path.LastOrDefault() == "pbkv")
                yield return string.Join('.', path.Reverse().Append(line.Split('=')[0].Trim()));
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "PbKv.sln")))
            folder = folder.Parent;
        return folder.FullName;
    }
}
