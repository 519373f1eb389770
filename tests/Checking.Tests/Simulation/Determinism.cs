using System.Diagnostics;
using System.Globalization;
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
        var file = Path.Combine(
            Path.GetTempPath(),
            $"pbkv-trace-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.txt"
        );
        var name = $"{typeof(Determinism).FullName}.{nameof(The_same_seeds_in_another_process_have_the_same_trace)}";
        var start = new ProcessStartInfo(
            "dotnet",
            ["vstest", typeof(Determinism).Assembly.Location, $"--TestCaseFilter:FullyQualifiedName={name}"]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [AskForHash] = file },
        };
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var said = await process.StandardOutput.ReadToEndAsync() + await errors;
            await process.WaitForExitAsync();
            Assert.True(File.Exists(file), $"the second process wrote no hash:\n{said}");
            var there = await File.ReadAllTextAsync(file);
            output.WriteLine(
                $"seeds {FirstSeed} to {FirstSeed + Seeds - 1}: {here} here, {there} in process {process.Id}"
            );
            Assert.Equal(here, there);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Hash() =>
        SimulationRunner.Run(new SimulationOptions(FirstSeed, Seeds)).TraceHash.ToString("x16");
}
