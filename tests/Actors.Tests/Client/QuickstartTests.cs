using System.Diagnostics;
using PbKv.Actors.Tests.Cluster;

namespace PbKv.Actors.Tests.Client;

public class QuickstartTests
{
    [Fact]
    public async Task The_sample_program_does_what_it_shows()
    {
        await using var cluster = new TestCluster();
        await cluster.StartPairAsync();
        var program = Path.Combine(AppContext.BaseDirectory, "Quickstart.dll");
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [program, cluster.ViewService.Address])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        using var limit = new CancellationTokenSource(TestCluster.Patience);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.Equal(0, process.ExitCode);
        string[] expected =
        [
            "greeting: hello, world",
            "missing: nothing there",
            "chain: 1961165703",
            "key 999: value 999",
            "failed: EmptyKey, NotExecuted",
            "",
        ];
        Assert.Equal(expected, output.ReplaceLineEndings("\n").Split('\n'));
    }
}
