using System.Text.RegularExpressions;

namespace PbKv.House.Tests;

/// <summary>The rules of the house that a machine can hold.</summary>
public partial class Tidy
{
    private const int LongestFile = 500;
    private const int LongestMethod = 80;

    [Fact]
    public void No_file_is_longer_than_a_sitting()
    {
        var tooLong = Repository
            .Sources("src", "tools", "tests", "bench", "samples")
            .Select(path => (Path: Repository.Short(path), Lines: File.ReadLines(path).Count()))
            .Where(file => file.Lines > LongestFile);
        Assert.Empty(tooLong);
    }

    [Fact]
    public void No_line_is_wider_than_the_page()
    {
        var tooWide = Repository
            .Sources("src", "tools", "tests", "bench", "samples")
            .SelectMany(path => Repository.Lines(path, Wide()));
        Assert.Empty(tooWide);
    }

    [Fact]
    public void No_method_is_longer_than_a_screen()
    {
        var tooLong = Repository
            .Sources("src", "tools")
            .SelectMany(path =>
                Methods(path)
                    .Where(method => method.Lines > LongestMethod)
                    .Select(method => $"{Repository.Short(path)}:{method.Start} ({method.Lines} lines)")
            );
        Assert.Empty(tooLong);
    }

    [Fact]
    public void No_test_is_skipped_and_none_sleeps()
    {
        var bad = Repository
            .Sources("tests")
            .Where(path => !path.EndsWith("Tidy.cs", StringComparison.Ordinal))
            .SelectMany(path => Repository.Lines(path, Sleeps()));
        Assert.Empty(bad);
    }

    [Fact]
    public void Nothing_is_left_to_do_and_no_exception_is_swallowed()
    {
        var bad = Repository
            .Sources("src", "tools", "bench", "samples", "tests")
            .Where(path => !path.EndsWith("Tidy.cs", StringComparison.Ordinal))
            .SelectMany(path => Repository.Lines(path, LeftOver()));
        Assert.Empty(bad);
    }

    [Fact]
    public void There_is_one_way_to_be_built()
    {
        var bad = Repository
            .Sources("src", "tools", "tests", "samples")
            .Where(path => !path.EndsWith("Tidy.cs", StringComparison.Ordinal))
            .SelectMany(path => Repository.Lines(path, Conditional()));
        Assert.Empty(bad);
    }

    /// <summary>
    /// A method's body opens with a brace at the indentation of a member and ends with one at the same.
    /// </summary>
    private static IEnumerable<(int Start, int Lines)> Methods(string path)
    {
        var lines = File.ReadAllLines(path);
        var start = -1;
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i] == "    {" && lines[i - 1].TrimEnd().EndsWith(')'))
                start = i;
            else if (lines[i] == "    }" && start >= 0)
            {
                yield return (start + 1, i - start - 1);
                start = -1;
            }
        }
    }

    [GeneratedRegex("^.{121}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Wide();

    [GeneratedRegex(@"Skip *= *""|Thread\.Sleep|Task\.Delay", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sleeps();

    [GeneratedRegex(
        @"\b(TODO|FIXME|HACK)\b|NotImplementedException|catch *(\([A-Za-z. ]*\))? *\{ *\}",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex LeftOver();

    [GeneratedRegex(@"^\s*#if\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Conditional();
}
