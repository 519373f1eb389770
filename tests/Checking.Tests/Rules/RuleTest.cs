using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Checking.Tests;

/// <summary>
/// Turns rules off and expects that a promise is broken. That nothing is found in the same set-ups, within the same
/// limits, while all rules hold is what <see cref="SetupsHold"/> shows.
/// </summary>
public abstract class RuleTest(ITestOutputHelper output)
{
    protected const string LostWrite = nameof(NoAcknowledgedWriteLost);
    protected const string WrongHistory = "HistoriesAreLinearizable";
    protected const string ExecutedTwice = "ExecutedAtMostOnce";

    private protected void Breaks(string name, string invariant, params SafetyRule[] off)
    {
        var report = Search(name, off);
        ModelText.Write(report, output);
        Assert.Equal([invariant], report.Violations.Select(violation => violation.Invariant));
    }

    /// <summary>One rule alone does no harm here: the other stands in for it.</summary>
    private protected void DoesNotShow(string name, SafetyRule off) =>
        Assert.Empty(Search(name, off).Violations.Select(violation => violation.Text));

    private static SetupReport Search(string name, params SafetyRule[] off)
    {
        var setup = ModelSetups.Find(name);
        var rules = off.Aggregate(SafetyRules.All, static (rules, rule) => rules.Without(rule));
        return CheckRunner.Report(setup, new ModelSearch(setup, rules, SetupsHold.Limits).Run());
    }
}
