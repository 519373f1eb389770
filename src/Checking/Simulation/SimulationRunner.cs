using System.Diagnostics;

namespace PbKv.Checking;

/// <param name="FirstSeed">The seed of the first run; the others follow it by one.</param>
/// <param name="Profile">Null for all of them in turn.</param>
public sealed record SimulationOptions(ulong FirstSeed = 1, int Seeds = 1000, SimulationProfile? Profile = null)
{
    /// <summary>After so many failed runs the others are not worth their time.</summary>
    public int MaxViolations { get; init; } = 3;

    /// <summary>The trace of a failed run is made as short as this many more runs can make it.</summary>
    public int ShrinkRuns { get; init; } = 300;

    /// <summary>Faster: messages are handed on as they are, not as the bytes of their envelopes.</summary>
    public bool AsRecords { get; init; }

    internal Nodes Nodes { get; init; } = Nodes.Shipped;
}

/// <param name="Trace">What happened in the smallest run that fails alike, one event a line.</param>
/// <param name="Command">Runs it again.</param>
public sealed record SimulationViolation(
    ulong Seed,
    SimulationProfile Profile,
    string Invariant,
    string Text,
    IReadOnlyList<string> Trace,
    string Command
);

/// <param name="Reached">How often the runs got into each situation; a demanded one that was never reached is named in
/// <paramref name="NotReached"/>.</param>
/// <param name="TraceHash">Of everything that happened in all runs.</param>
public sealed record SimulationReport(
    int Seeds,
    long Operations,
    long Faults,
    IReadOnlyDictionary<string, long> Reached,
    IReadOnlyList<string> NotReached,
    IReadOnlyList<SimulationViolation> Violations,
    ulong FirstSeed,
    double RunsPerSecond,
    ulong TraceHash
)
{
    public bool Ok => Violations.Count == 0;
}

/// <summary>Runs many seeds and gathers what they say.</summary>
public static class SimulationRunner
{
    /// <summary>With this many runs of all profiles every demanded situation must have been reached.</summary>
    public const int EnoughToReachAll = 500;

    /// <param name="progress">Is told how many runs are over.</param>
    public static SimulationReport Run(SimulationOptions options, Action<int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Seeds);
        var watch = Stopwatch.StartNew();
        var reached = new ReachedCounters();
        var violations = new List<SimulationViolation>();
        var trace = new Fingerprint();
        long operations = 0,
            faults = 0;
        var done = 0;
        for (; done < options.Seeds && violations.Count < options.MaxViolations; done++)
        {
            var plan = SimulationPlan.Draw(options.FirstSeed + (ulong)done, options.Profile) with
            {
                Nodes = options.Nodes,
                AsRecords = options.AsRecords,
            };
            var result = new SimulationRun(plan).Run();
            reached.Add(result.Reached);
            operations += result.Operations;
            faults += result.Faults;
            trace.Add(result.TraceHash);
            if (result.Violation is not null)
                violations.Add(SimulationShrinker.Account(result, options));
            progress?.Invoke(done + 1);
        }
        var missing =
            options.Profile is null && done >= EnoughToReachAll
                ? ReachedCounters.Demanded.Where(name => reached.Counts[name] == 0).ToList()
                : [];
        return new SimulationReport(
            done,
            operations,
            faults,
            reached.Counts,
            missing,
            violations,
            options.FirstSeed,
            done / watch.Elapsed.TotalSeconds,
            trace.Value
        );
    }
}
