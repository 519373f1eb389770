using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Checking.Tests;

public class SetupsHold(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. ModelSetups.All.Select(setup => setup.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_order_of_events_breaks_a_promise(string name)
    {
        var result = new ModelSearch(ModelSetups.Find(name), SafetyRules.All, new SearchLimits(60_000, TimeSpan.FromSeconds(20)) { WalkSteps = 100_000 }).Run();
        output.WriteLine($"{name}: {result.States} states, depth {result.Depth}, {result.StatesPerSecond:F0} states/s, exhausted {result.Exhausted}");
        Assert.Null(result.Violation);
        Assert.Empty(result.Goals.Where(goal => !goal.Value).Select(goal => goal.Key));
    }
}
