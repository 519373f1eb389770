using System.Diagnostics;

namespace PbKv.House.Tests;

/// <summary>
/// BannedSymbols.txt is no decoration: the compiler refuses clocks, chance, threads, console and files in src/Protocol.
/// </summary>
public class TheBanBites
{
    [Fact]
    public void The_compiler_refuses_clocks_randomness_threads_tasks_console_and_files_in_Protocol()
    {
        var folder = Directory.CreateTempSubdirectory("pbkv-ban-").FullName;
        try
        {
            var probe = Path.Combine(folder, "Probe.cs");
            File.Copy(Path.Combine(Repository.Root, "tests", "House.Tests", "BanProbe", "Probe.txt"), probe);
            var output = BuildProtocolWith(probe, folder);
            var lines = File.ReadAllLines(probe);
            for (var i = 0; i < lines.Length; i++)
            {
                if (!lines[i].Contains("public static", StringComparison.Ordinal))
                    continue;
                Assert.True(
                    output.Contains($"Probe.cs({i + 1},", StringComparison.Ordinal)
                        && output.Contains("RS0030", StringComparison.Ordinal),
                    $"not refused: {lines[i].Trim()}\n{output}"
                );
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string BuildProtocolWith(string probe, string folder)
    {
        // A copy, so that nothing here touches what other builds of the checkout are doing.
        var copy = Directory.CreateDirectory(Path.Combine(folder, "src", "Protocol")).FullName;
        foreach (var name in new[] { "Directory.Build.props", "Directory.Packages.props", ".editorconfig" })
            File.Copy(Path.Combine(Repository.Root, name), Path.Combine(folder, name));
        foreach (var name in new[] { "PbKv.Protocol.csproj", "BannedSymbols.txt" })
            File.Copy(Path.Combine(Repository.Root, "src", "Protocol", name), Path.Combine(copy, name));
        File.Move(probe, Path.Combine(copy, "Probe.cs"));
        try
        {
            using var build = Process.Start(
                new ProcessStartInfo(
                    "dotnet",
                    ["build", copy, "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false"]
                )
                {
                    RedirectStandardOutput = true,
                    UseShellExecute = false,
                    WorkingDirectory = folder,
                }
            )!;
            var output = build.StandardOutput.ReadToEnd();
            build.WaitForExit();
            Assert.NotEqual(0, build.ExitCode);
            return output;
        }
        finally
        {
            File.Copy(Path.Combine(copy, "Probe.cs"), probe);
        }
    }
}
