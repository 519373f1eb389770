using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Checking.Tests;

public class SetupsHold(ITestOutputHelper output)
{
    /// <summary>
    /// The number of states bounds a search, seldom the time: a busy machine must not miss a goal for it. Also what the
    /// tests of the rules search: with all rules on, the same states and walks show nothing.
    /// </summary>
    internal static SearchLimits Limits { get; } = new(60_000, TimeSpan.FromMinutes(5)) { WalkSteps = 100_000 };

    public static TheoryData<string> Names => [.. ModelSetups.All.Select(setup => setup.Name)];

    public static TheoryData<string> Registers => [.. RegisterSetups.All.Select(setup => setup.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_order_of_events_breaks_a_promise(string name)
    {
        var setup = ModelSetups.Find(name);
        var result = new ModelSearch(setup, SafetyRules.All, Limits).Run();
        Holds(CheckRunner.Report(setup, result));
    }

    [Theory]
    [MemberData(nameof(Registers))]
    public void No_order_of_events_breaks_what_view_services_keep_together(string name) =>
        Holds(new RegisterSearch(RegisterSetups.Find(name)!, SafetyRules.All, Limits).Run());

    private void Holds(SetupReport report)
    {
        output.WriteLine(
            $"{report.Name}: {report.States} states, depth {report.Depth}, {report.StatesPerSecond:F0} states/s, "
                + $"{report.WalkSteps} steps walked, exhausted {report.Exhausted}"
        );
        ModelText.Write(report, output);
        Assert.Empty(report.Violations.Select(violation => violation.Text));
        Assert.Empty(report.Goals.Where(goal => !goal.Value).Select(goal => goal.Key));
    }
}

internal static class ModelText
{
    public static void Write(SetupReport report, ITestOutputHelper output)
    {
        foreach (var violation in report.Violations)
        {
            output.WriteLine($"{violation.Invariant}: {violation.Text}");
            foreach (var line in violation.Trace)
                output.WriteLine("  " + line);
            output.WriteLine(violation.Command);
        }
    }
}
