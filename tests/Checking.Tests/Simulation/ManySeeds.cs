using Xunit.Abstractions;

namespace PbKv.Checking.Tests;

public class ManySeeds(ITestOutputHelper output)
{
    [Fact]
    public void Two_thousand_seeds_of_all_profiles_hold_every_promise_and_reach_every_situation()
    {
        // The limit is for a machine so busy that all of them would take for ever: the work is counted, not timed.
        var report = SimulationRunner.Run(
            new SimulationOptions(FirstSeed: 1, Seeds: 2000) { Limit = TimeSpan.FromMinutes(4) }
        );
        SimulationText.Write(report, output);
        Assert.True(report.Ok, "a promise was broken: see the output");
        Assert.True(report.Seeds >= SimulationRunner.EnoughToReachAll, $"only {report.Seeds} seeds in the time");
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
