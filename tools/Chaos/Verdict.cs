using System.Text.Json.Nodes;

namespace PbKv.Chaos;

/// <summary>What a run came to know.</summary>
internal sealed record ChaosFacts(
    ulong Seed,
    double Seconds,
    IReadOnlyList<FaultKind> Chosen,
    IReadOnlyDictionary<FaultKind, int> Struck,
    IReadOnlyList<string> Violations,
    IReadOnlyList<string> Undecided,
    long Operations,
    long ViewChanges,
    long? Turns,
    long DeduplicatedRetries,
    IReadOnlyDictionary<FaultKind, long> LongestGapMs,
    bool Interrupted
);

/// <summary>
/// Whether a run passed. One in which something that was to be shown never happened shows nothing: it is no pass, and
/// says what was missing.
/// </summary>
internal sealed class Verdict
{
    public const string Pass = "pass";
    public const string Violation = "violation";
    public const string Incomplete = "incomplete";

    private readonly ChaosFacts _facts;

    public Verdict(ChaosFacts facts)
    {
        _facts = facts;
        Missing = [.. MissingIn(facts)];
        Outcome =
            facts.Violations.Count > 0 ? Violation
            : Missing.Count > 0 ? Incomplete
            : Pass;
    }

    public string Outcome { get; }

    public IReadOnlyList<string> Missing { get; }

    public int ExitCode => Outcome == Pass ? ExitCodes.Done : ExitCodes.Failed;

    public JsonObject ToJson() =>
        new()
        {
            ["verdict"] = Outcome,
            ["violations"] = Json.Texts(_facts.Violations),
            ["missing"] = Json.Texts(Missing),
            ["operations"] = _facts.Operations,
            ["faults"] = ByKind(kind => _facts.Struck.GetValueOrDefault(kind)),
            ["viewChanges"] = _facts.ViewChanges,
            ["turns"] = _facts.Turns,
            ["deduplicatedRetries"] = _facts.DeduplicatedRetries,
            ["longestGapMs"] = ByKind(kind => _facts.LongestGapMs.GetValueOrDefault(kind)),
            ["seed"] = _facts.Seed,
            ["seconds"] = Math.Round(_facts.Seconds, 1),
        };

    public IEnumerable<string> ToLines()
    {
        yield return $"verdict: {Outcome}, seed {_facts.Seed}";
        foreach (var violation in _facts.Violations)
            yield return $"violation: {violation}";
        foreach (var missing in Missing)
            yield return $"missing: {missing}";
        yield return $"{_facts.Operations} operations, {_facts.ViewChanges} changes of view, "
            + $"{_facts.DeduplicatedRetries} retries answered without a second execution";
        if (_facts.Turns is { } turns)
            yield return $"{turns} times a view service was chosen to act";
        foreach (var kind in _facts.Chosen)
            yield return $"{FaultKinds.NameOf(kind)}: struck {_facts.Struck.GetValueOrDefault(kind)} times, longest "
                + $"gap {_facts.LongestGapMs.GetValueOrDefault(kind)} ms";
    }

    private static IEnumerable<string> MissingIn(ChaosFacts facts)
    {
        if (facts.Interrupted)
            yield return "the run was interrupted before its end";
        foreach (var kind in facts.Chosen)
        {
            if (facts.Struck.GetValueOrDefault(kind) == 0)
                yield return $"the fault '{FaultKinds.NameOf(kind)}' never struck";
        }
        if (facts.ViewChanges == 0)
            yield return "the view never changed";
        if (facts.Turns == 0)
            yield return "no other view service ever acted";
        if (facts.Operations == 0)
            yield return "no operation was done";
        foreach (var undecided in facts.Undecided)
            yield return undecided;
    }

    private JsonObject ByKind(Func<FaultKind, long> number) =>
        Json.Object(_facts.Chosen, FaultKinds.NameOf, kind => number(kind));
}
