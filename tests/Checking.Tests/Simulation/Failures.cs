using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Checking.Tests;

/// <summary>What the simulator does with a run that fails; the seeds are clean while all rules hold.</summary>
public class Failures(ITestOutputHelper output)
{
    [Theory]
    [InlineData(SafetyRule.AnswersWaitForAcknowledgement)]
    [InlineData(SafetyRule.MarkerCoversAnsweredAlone)]
    [InlineData(SafetyRule.SessionsTravelWithForwards)]
    [InlineData(SafetyRule.SessionsTravelWithTransfer)]
    [InlineData(SafetyRule.UnknownSessionsRefused)]
    public void Without_a_rule_some_of_a_few_hundred_seeds_break_a_promise_and_with_it_none(SafetyRule rule)
    {
        var options = new SimulationOptions(FirstSeed: 1, Seeds: 400) { MaxViolations = 1, ShrinkRuns = 60 };
        var broken = SimulationRunner.Run(
            options with
            {
                Nodes = SafetyRules.All.Without(rule).Without(SafetyRule.CopiesAreCompared),
            }
        );
        SimulationText.Write(broken, output);
        var violation = Assert.Single(broken.Violations);
        Assert.NotEmpty(violation.Trace);
        Assert.Contains($"--seed {violation.Seed}", violation.Command, StringComparison.Ordinal);
        Assert.Empty(SimulationRunner.Run(options with { FirstSeed = violation.Seed, Seeds = 1 }).Violations);
    }

    [Fact]
    public void A_failing_run_is_made_smaller_until_every_part_of_it_is_needed()
    {
        var rules = SafetyRules.All.Without(SafetyRule.AnswersWaitForAcknowledgement);
        var options = new SimulationOptions(FirstSeed: 1, Seeds: 200) { MaxViolations = 1, Nodes = rules };
        var violation = Assert.Single(SimulationRunner.Run(options).Violations);
        var before = SimulationPlan.Draw(violation.Seed, null);
        output.WriteLine(
            $"seed {violation.Seed} had {before.Faults.Length} faults and {before.Clients} clients with "
                + $"{before.OperationsPerClient} operations"
        );
        output.WriteLine(violation.Trace[0]);
        var faults = violation.Trace.Count(line => line.StartsWith("fault at", StringComparison.Ordinal));
        Assert.True(faults <= before.Faults.Length && violation.Trace.Count < 4000);
    }

    [Theory]
    [InlineData("Calm")]
    [InlineData("CrashStorm")]
    [InlineData("Everything")]
    public void A_profile_can_be_run_alone(string profile)
    {
        var report = SimulationRunner.Run(
            new SimulationOptions(FirstSeed: 70_000, Seeds: 40, Profile: Enum.Parse<SimulationProfile>(profile))
        );
        SimulationText.Write(report, output);
        Assert.True(report.Ok);
        Assert.Equal(40, report.Seeds);
        Assert.Equal(profile == "Calm", report.Faults == 0);
    }
}
