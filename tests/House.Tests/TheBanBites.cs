using PbKv.Clusters;

namespace PbKv.House.Tests;

/// <summary>
/// BannedSymbols.txt is no decoration: the compiler refuses clocks, chance, threads, console and files in src/Protocol.
/// </summary>
public class TheBanBites
{
    [Fact]
    public async Task The_compiler_refuses_clocks_randomness_threads_tasks_console_and_files_in_Protocol()
    {
        var probe = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "House.Tests", "BanProbe", "Probe.txt"));
        var output = await BuildProtocolWithAsync(probe);
        for (var i = 0; i < probe.Length; i++)
        {
            if (!probe[i].Contains("public static", StringComparison.Ordinal))
                continue;
            Assert.True(
                output.Contains($"Probe.cs({i + 1},", StringComparison.Ordinal)
                    && output.Contains("RS0030", StringComparison.Ordinal),
                $"not refused: {probe[i].Trim()}\n{output}"
            );
        }
    }

    /// <summary>A copy, so that nothing here touches what other builds of the checkout are doing.</summary>
    private static async Task<string> BuildProtocolWithAsync(string[] probe)
    {
        using var folder = new TemporaryFolder();
        var copy = Directory.CreateDirectory(Path.Combine(folder.Path, "src", "Protocol")).FullName;
        foreach (var name in new[] { "Directory.Build.props", "Directory.Packages.props", ".editorconfig" })
            File.Copy(Path.Combine(Repository.Root, name), Path.Combine(folder.Path, name));
        foreach (var name in new[] { "PbKv.Protocol.csproj", "BannedSymbols.txt" })
            File.Copy(Path.Combine(Repository.Root, "src", "Protocol", name), Path.Combine(copy, name));
        await File.WriteAllLinesAsync(Path.Combine(copy, "Probe.cs"), probe);
        using var build = new Child(
            ["dotnet", "build", copy, "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false"],
            folder: folder.Path
        );
        var ended = await build.WaitForExitAsync(TimeSpan.FromMinutes(10));
        Assert.NotEqual(0, ended.Code);
        return ended.Output;
    }
}
