using System.Xml.Linq;

namespace PbKv.House.Tests;

/// <summary>
/// Host → tools → CommandLine → Actors → Protocol, Host → Server → Actors, Host and tools → Checking → Protocol,
/// Actors → Remoting → Akka. Protocol knows nobody, and Remoting knows nothing of PbKv.
/// </summary>
public class ArrowsBetweenProjects
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["src/Protocol/PbKv.Protocol"] = [],
        ["src/Checking/PbKv.Checking"] = ["PbKv.Protocol"],
        ["src/Remoting/PbKv.Remoting"] = [],
        ["src/Actors/PbKv.Actors"] = ["PbKv.Protocol", "PbKv.Remoting"],
        ["src/Server/PbKv.Server"] = ["PbKv.Actors"],
        ["src/CommandLine/PbKv.CommandLine"] = ["PbKv.Actors"],
        ["tools/PbKv.Tools"] = ["PbKv.CommandLine", "PbKv.Checking"],
        ["src/Host/PbKv.Host"] = ["PbKv.CommandLine", "PbKv.Checking", "PbKv.Tools", "PbKv.Server"],
    };

    [Fact]
    public void Every_project_refers_only_to_those_it_may_know()
    {
        foreach (var (project, allowed) in Allowed)
        {
            var file = Path.Combine(Repository.Root, $"{project}.csproj");
            var items = XDocument.Load(file).Descendants().ToList();
            var references = items
                .Where(e => e.Name.LocalName == "ProjectReference")
                .Select(e =>
                    Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value.Replace(".csproj", "") + ".x")
                );
            Assert.All(references, reference => Assert.Contains(reference, allowed));
        }
    }

    [Fact]
    public void Protocol_has_no_package_but_analyzers_and_hashes()
    {
        var file = Path.Combine(Repository.Root, "src", "Protocol", "PbKv.Protocol.csproj");
        var packages = XDocument
            .Load(file)
            .Descendants("PackageReference")
            .Where(package => package.Attribute("Include")?.Value != "System.IO.Hashing");
        Assert.All(packages, package => Assert.Equal("all", package.Attribute("PrivateAssets")?.Value));
    }

    [Theory]
    [InlineData("Protocol")]
    [InlineData("Checking")]
    public void Rules_and_their_checkers_need_no_Akka(string project)
    {
        var file = Path.Combine(Repository.Root, "src", project, $"PbKv.{project}.csproj");
        Assert.DoesNotContain("Include=\"Akka", File.ReadAllText(file));
    }
}
