using System.Xml.Linq;

namespace PbKv.House.Tests;

/// <summary>DESIGN: Host → Actors → Protocol, Host → Checking → Protocol, Actors → Akka. Protocol knows nobody.</summary>
public class ArrowsBetweenProjects
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Protocol"] = [],
        ["Checking"] = ["PbKv.Protocol"],
        ["Actors"] = ["PbKv.Protocol", "Akka", "Akka.Remote"],
        ["Host"] = ["PbKv.Actors", "PbKv.Checking"],
    };

    [Fact]
    public void Every_project_refers_only_to_those_it_may_know()
    {
        foreach (var (project, allowed) in Allowed)
        {
            var file = Path.Combine(Repository.Root, "src", project, $"PbKv.{project}.csproj");
            var items = XDocument.Load(file).Descendants().ToList();
            var references = items.Where(e => e.Name.LocalName is "ProjectReference" or "AkkaReference")
                .Select(e => Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value.Replace(".csproj", "") + ".x"));
            Assert.All(references, reference => Assert.Contains(reference, allowed));
        }
    }

    [Fact]
    public void Protocol_has_no_package_but_analyzers()
    {
        var file = Path.Combine(Repository.Root, "src", "Protocol", "PbKv.Protocol.csproj");
        var packages = XDocument.Load(file).Descendants("PackageReference").ToList();
        Assert.All(packages, package => Assert.Equal("all", package.Attribute("PrivateAssets")?.Value));
    }

    [Fact]
    public void The_engine_knows_nothing_of_PbKv()
    {
        var engine = Path.Combine(Repository.Root, "engine");
        var sources = Directory.EnumerateFiles(engine, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}"));
        Assert.All(sources, path => Assert.DoesNotContain("PbKv", File.ReadAllText(path)));
    }
}
