using PbKv.Protocol;

namespace PbKv.Checking.Tests;

/// <summary>What a search and a simulation hand to those who have to read it.</summary>
public class Reports
{
    [Fact]
    public void A_check_names_every_setup_its_goals_and_how_far_it_came()
    {
        var shares = new List<double>();
        var options = new CheckOptions(Time: TimeSpan.FromMilliseconds(1)) { MaxStates = 2000 };
        var report = CheckRunner.Run(options, shares.Add);
        Assert.Equal(CheckRunner.SetupNames, report.Setups.Select(setup => setup.Name));
        Assert.All(report.Setups, setup => Assert.NotEmpty(setup.Goals));
        Assert.All(report.Setups, setup => Assert.Empty(setup.Violations));
        Assert.All(shares, share => Assert.InRange(share, 0, 1));
    }

    [Fact]
    public void A_setup_that_does_not_exist_is_refused_with_the_names_of_those_that_do() =>
        Assert.Contains(
            "primary-crashes",
            Assert.Throws<ArgumentException>(() => CheckRunner.Run(new CheckOptions("nonsense"))).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_setup_is_not_well_unless_its_goals_are_reached()
    {
        var setup = ModelSetups.Find("primary-crashes") with { Goals = [new ModelGoal("pigs fly", _ => false)] };
        var report = CheckRunner.Report(
            setup,
            new ModelSearch(setup, SafetyRules.All, new SearchLimits(2000, TimeSpan.FromSeconds(10))).Run()
        );
        Assert.False(report.Ok);
    }

    [Theory]
    [InlineData(SafetyRule.AnswersWaitForAcknowledgement, "two-failovers")]
    [InlineData(SafetyRule.SessionsTravelWithTransfer, "leave-under-load")]
    [InlineData(SafetyRule.ClusterIdChecked, "empty-server-and-no-memory")]
    public void A_violation_is_replayed_from_its_command(SafetyRule off, string name)
    {
        var setup = ModelSetups.Find(name);
        var rules = SafetyRules.All.Without(off).Without(SafetyRule.CopiesAreCompared);
        var found = Assert.Single(
            CheckRunner.Report(setup, new ModelSearch(setup, rules, SetupsHold.Limits).Run()).Violations
        );
        var keys = found.Command.Split("--replay ")[1];
        var again = Assert.Single(ModelReplay.Run(setup, keys, rules).Violations);
        Assert.Equal(found.Text, again.Text);
        Assert.Equal(found.Trace.Take(again.Trace.Count), again.Trace);
        Assert.Contains(found.Trace, line => line.Contains("{s1#1:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_replay_that_fits_no_step_says_which() =>
        Assert.Contains(
            "step 1",
            Assert
                .Throws<ArgumentException>(() => CheckRunner.Run(new CheckOptions("primary-crashes", Replay: "0.0")))
                .Message,
            StringComparison.Ordinal
        );
}
