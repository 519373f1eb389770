using PbKv.Clusters;
using Xunit.Abstractions;

namespace PbKv.Checking.Tests;

public class Determinism(ITestOutputHelper output)
{
    private const ulong FirstSeed = 9000;
    private const int Seeds = 24;
    private const string AskForHash = "PBKV_WRITE_TRACE_HASH_TO";

    [Fact]
    public void The_same_seed_is_the_same_run() => Assert.Equal(Hash(), Hash());

    [Fact]
    public void As_bytes_and_as_records_it_is_the_same_run() =>
        Assert.Equal(
            Hash(),
            SimulationRunner.Run(new SimulationOptions(FirstSeed, Seeds) { AsRecords = true }).TraceHash.ToString("x16")
        );

    [Fact]
    public void Another_seed_is_another_run() =>
        Assert.NotEqual(
            Hash(),
            SimulationRunner.Run(new SimulationOptions(FirstSeed + 1, Seeds)).TraceHash.ToString("x16")
        );

    /// <summary>Hashes of strings differ from process to process: nothing may depend on them.</summary>
    [Fact]
    public async Task The_same_seeds_in_another_process_have_the_same_trace()
    {
        var here = Hash();
        if (Environment.GetEnvironmentVariable(AskForHash) is { } asked)
        {
            await File.WriteAllTextAsync(asked, here);
            return;
        }
        using var folder = new TemporaryFolder();
        var file = folder.File("hash", "");
        var name = $"{typeof(Determinism).FullName}.{nameof(The_same_seeds_in_another_process_have_the_same_trace)}";
        using var process = new Child(
            ["dotnet", "vstest", typeof(Determinism).Assembly.Location, $"--TestCaseFilter:FullyQualifiedName={name}"],
            variable: (AskForHash, file)
        );
        await process.WaitForExitAsync(TimeSpan.FromMinutes(10));
        var there = await File.ReadAllTextAsync(file);
        output.WriteLine($"seeds {FirstSeed} to {FirstSeed + Seeds - 1}: {here} here, {there} in {process}");
        Assert.Equal(here, there);
    }

    private static string Hash() =>
        SimulationRunner.Run(new SimulationOptions(FirstSeed, Seeds)).TraceHash.ToString("x16");
}
