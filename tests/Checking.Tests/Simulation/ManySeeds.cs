using Xunit.Abstractions;

namespace PbKv.Checking.Tests;

public class ManySeeds(ITestOutputHelper output)
{
    [Fact]
    public void Two_thousand_seeds_of_all_profiles_hold_every_promise_and_reach_every_situation()
    {
        var report = SimulationRunner.Run(new SimulationOptions(FirstSeed: 1, Seeds: 2000));
        SimulationText.Write(report, output);
        Assert.True(report.Ok, "a promise was broken: see the output");
        Assert.Empty(report.NotReached);
    }
}

internal static class SimulationText
{
    public static void Write(SimulationReport report, ITestOutputHelper output)
    {
        output.WriteLine(
            $"first seed {report.FirstSeed}, {report.Seeds} seeds, {report.Operations} operations, {report.Faults} "
                + $"faults, {report.RunsPerSecond:F0} runs/s, trace {report.TraceHash:x16}"
        );
        output.WriteLine(string.Join(", ", report.Reached.Select(pair => $"{pair.Key} {pair.Value}")));
        foreach (var violation in report.Violations)
        {
            output.WriteLine($"{violation.Invariant}: {violation.Text}\n  {violation.Command}");
            foreach (var line in violation.Trace)
                output.WriteLine("  " + line);
        }
    }
}
