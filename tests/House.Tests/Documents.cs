using System.Text.RegularExpressions;

namespace PbKv.House.Tests;

/// <summary>Pages and sources refer only to what is in the repository.</summary>
public partial class Documents
{
    private static readonly string[] Pages =
    [
        Path.Combine(Repository.Root, "README.md"),
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md"),
    ];

    [Fact]
    public void Each_document_that_is_named_is_here()
    {
        var here = Pages.Select(Path.GetFileName).ToHashSet();
        var missing = Repository
            .Sources("src", "tools", "tests", "bench", "samples")
            .Concat(Pages)
            .SelectMany(path =>
                Document()
                    .Matches(File.ReadAllText(path))
                    .Where(name => !here.Contains(name.Value))
                    .Select(name => $"{Repository.Short(path)}: {name.Value}")
            );
        Assert.Empty(missing);
    }

    [Fact]
    public void Each_link_leads_to_a_file()
    {
        var dead = Pages.SelectMany(page =>
            Link()
                .Matches(File.ReadAllText(page))
                .Select(link => link.Groups["to"].Value)
                .Where(to => !to.Contains("://") && !Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, to)))
                .Select(to => $"{Repository.Short(page)}: {to}")
        );
        Assert.Empty(dead);
    }

    [GeneratedRegex(@"\b[A-Za-z_]+\.md\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Document();

    [GeneratedRegex(@"\]\((?<to>[^)#\s]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
