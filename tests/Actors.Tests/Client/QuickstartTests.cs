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
        using var process = new Child(["dotnet", program, cluster.ViewService.Address]);
        var ended = await process.WaitForExitAsync();
        Assert.Equal(0, ended.Code);
        string[] expected =
        [
            "greeting: hello, world",
            "missing: nothing there",
            "chain: 1961165703",
            "leader: a, b is late: True",
            "visits: 1",
            "key 999: value 999",
            "failed: EmptyKey, NotExecuted",
            "",
        ];
        Assert.Equal(expected, ended.Output.ReplaceLineEndings("\n").Split('\n'));
    }
}
