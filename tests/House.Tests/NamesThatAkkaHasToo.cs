using System.Text.RegularExpressions;

namespace PbKv.House.Tests;

/// <summary>
/// Akka.NET has more types than the bundled engine. A name of ours that it has too would be ambiguous in a build on Akka.NET, and
/// in no other; the project then says with an alias which of the two it means.
/// </summary>
public partial class NamesThatAkkaHasToo
{
    private static readonly ILookup<string, string> OfAkka = File.ReadLines(Path.Combine(Repository.Root, "tests", "Engine.Own.Tests", "Api", "akka-api.txt"))
        .Select(line => AkkaType().Match(line)).Where(match => match.Success)
        .ToLookup(match => match.Groups["space"].Value, match => match.Groups["name"].Value);

    private static readonly List<string> Sources = [.. new[] { "src", "tests", "samples", "bench" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
        .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))];

    private static readonly ILookup<string, string> OfOurs = Sources.Select(File.ReadAllText)
        .SelectMany(text => OurType().Matches(text).Select(type => (Space: Space().Match(text).Groups["space"].Value, Name: type.Groups["name"].Value)))
        .ToLookup(type => type.Space, type => type.Name);

    [Fact]
    public void None_is_used_where_both_namespaces_are_without_an_alias()
    {
        var ambiguous =
            from path in Sources
            let text = File.ReadAllText(path)
            let used = Using().Matches(text).Select(match => match.Groups["space"].Value).ToList()
            let body = Using().Replace(text, "")
            from name in used.SelectMany(space => OfAkka[space]).Intersect(used.SelectMany(space => OfOurs[space]))
            where Regex.IsMatch(body, $@"\b{name}\b", RegexOptions.None, TimeSpan.FromSeconds(1)) && !HasAlias(path, name)
            select $"{Path.GetRelativePath(Repository.Root, path)}: {name}";
        Assert.Empty(ambiguous);
    }

    [Fact]
    public void The_one_that_is_known_is_found()
    {
        Assert.Contains("Envelope", OfAkka["Akka.Actor"]);
        Assert.Contains("Envelope", OfOurs["PbKv.Protocol"]);
    }

    /// <summary>In the project file, for the whole project.</summary>
    private static bool HasAlias(string path, string name)
    {
        var folder = Path.GetDirectoryName(path)!;
        while (!Directory.EnumerateFiles(folder, "*.csproj").Any()) folder = Path.GetDirectoryName(folder)!;
        return Directory.EnumerateFiles(folder, "*.csproj").Any(project => File.ReadAllText(project).Contains($"Alias=\"{name}\"", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^(?<space>[\w.]+)\.(?<name>\w+)(<[^=]*>)? = ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AkkaType();

    [GeneratedRegex(@"^namespace (?<space>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Space();

    [GeneratedRegex(@"^using (?<space>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Using();

    [GeneratedRegex(@"^((public|internal|static|sealed|abstract|readonly|partial|ref) )*(record struct|record|class|struct|interface|enum) (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OurType();
}
