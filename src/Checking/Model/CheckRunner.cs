using System.Diagnostics;

namespace PbKv.Checking;

/// <param name="Setup">The name of one set-up, or null for all.</param>
/// <param name="Time">For all of them together.</param>
/// <param name="Replay">The steps of a violation, as a report named them: they are told again and nothing is
/// searched.</param>
public sealed record CheckOptions(string? Setup = null, TimeSpan? Time = null, string? Replay = null)
{
    /// <summary>Distinct states after which the search of a set-up ends; keeps memory bounded.</summary>
    public int MaxStates { get; init; } = 8_000_000;
}

/// <param name="Trace">Every event from the beginning, one a line, with the stamps.</param>
public sealed record CheckViolation(string Invariant, string Text, IReadOnlyList<string> Trace, string Command);

/// <param name="Exhausted">Every state was seen that the set-up's budget allows.</param>
public sealed record SetupReport(
    string Name,
    string About,
    long States,
    int Depth,
    double StatesPerSecond,
    long WalkSteps,
    bool Exhausted,
    IReadOnlyDictionary<string, bool> Goals,
    IReadOnlyList<CheckViolation> Violations
)
{
    public bool Ok => Violations.Count == 0 && Goals.Values.All(reached => reached);
}

public sealed record CheckReport(IReadOnlyList<SetupReport> Setups)
{
    public bool Ok => Setups.All(setup => setup.Ok);
}

/// <summary>Searches set-ups for a time, and tells what was seen.</summary>
public static class CheckRunner
{
    private const long WalkStepsPerSecond = 150_000;

    public static IReadOnlyList<string> SetupNames { get; } =
    [.. ModelSetups.All.Select(setup => setup.Name), .. RegisterSetups.All.Select(setup => setup.Name)];

    /// <param name="progress">Is told which share of the time is over.</param>
    public static CheckReport Run(CheckOptions options, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Replay is { } replay)
            return new CheckReport([Replay(options.Setup ?? "", replay)]);
        var setups = options.Setup is { } one ? [one] : SetupNames;
        var watch = Stopwatch.StartNew();
        var time = options.Time ?? TimeSpan.FromSeconds(60);
        var reports = new List<SetupReport>();
        for (var i = 0; i < setups.Count; i++)
        {
            // What a set-up that is soon exhausted leaves over is shared by the others.
            var share = (time - watch.Elapsed) / (setups.Count - i);
            reports.Add(
                Search(setups[i], share, options.MaxStates, () => progress?.Invoke(Math.Min(1, watch.Elapsed / time)))
            );
        }
        return new CheckReport(reports);
    }

    private static SetupReport Search(string name, TimeSpan time, int maxStates, Action progress)
    {
        // Half as many random steps as there is time for: four fifths of it goes into the search.
        var limits = new SearchLimits(maxStates, time * 0.8)
        {
            WalkSteps = Math.Max(20_000, (long)(time.TotalSeconds * 0.2 * WalkStepsPerSecond)),
        };
        if (RegisterSetups.Find(name) is { } register)
            return new RegisterSearch(register, Nodes.Shipped, limits).Run(progress);
        var setup = ModelSetups.Find(name);
        return Report(setup, new ModelSearch(setup, Nodes.Shipped, limits).Run(progress));
    }

    private static SetupReport Replay(string name, string replay) =>
        RegisterSetups.Find(name) is { } register
            ? new RegisterSearch(register, Nodes.Shipped, new SearchLimits(0, default)).Replay(replay)
            : ModelReplay.Run(ModelSetups.Find(name), replay, Nodes.Shipped);

    internal static SetupReport Report(ModelSetup setup, SearchResult result) =>
        new(
            setup.Name,
            setup.About,
            result.States,
            result.Depth,
            result.StatesPerSecond,
            result.WalkSteps,
            result.Exhausted,
            result.Goals,
            result.Violation is { } found ? [Tell(result.Universe, found)] : []
        );

    private static CheckViolation Tell(ModelUniverse universe, ModelViolation found) =>
        new(
            found.Violation.Invariant,
            found.Violation.Text,
            ModelTrace.Tell(universe, found.Trace),
            $"pbkv check --setup {universe.Setup.Name} --replay {ModelTrace.ReplayKey(universe, found.Trace)}"
        );
}
