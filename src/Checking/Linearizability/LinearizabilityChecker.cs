namespace PbKv.Checking;

public enum Linearizability
{
    Linearizable,
    Violated,

    /// <summary>The search was cut off before it found an order or the absence of one.</summary>
    GaveUp,
}

/// <param name="Account">For people: the key, and what no order explains; empty where the history is fine.</param>
/// <param name="Steps">The states that the search went through.</param>
public sealed record LinearizabilityVerdict(Linearizability Outcome, string Account, long Steps)
{
    public bool Ok => Outcome == Linearizability.Linearizable;
}

/// <summary>
/// Wing, Gong and Lowe's search for an order of operations that explains what all clients were told, key by key (keys
/// are independent of one another, and a set of linearizable objects is linearizable).
/// </summary>
public static class LinearizabilityChecker
{
    public const long DefaultSteps = 50_000_000;

    /// <param name="maxSteps">After how many states of one key the search gives up.</param>
    public static LinearizabilityVerdict Check(History history, long maxSteps = DefaultSteps)
    {
        ArgumentNullException.ThrowIfNull(history);
        long steps = 0;
        string? gaveUp = null;
        foreach (var (key, operations) in history.ByKey().OrderBy(pair => pair.Key))
        {
            IKeySearch search = operations.Exists(operation => operation.Finds)
                ? new RevisionSearch(operations, maxSteps)
                : new KeySearch(operations, maxSteps);
            var outcome = search.Run();
            steps += search.Steps;
            if (outcome == Linearizability.Violated)
                return new LinearizabilityVerdict(outcome, $"key \"{key}\": {search.Explain()}", steps);
            if (outcome == Linearizability.GaveUp)
                gaveUp ??= $"key \"{key}\": no answer after {search.Steps} steps over {operations.Count} operations";
        }
        return gaveUp is null
            ? new LinearizabilityVerdict(Linearizability.Linearizable, "", steps)
            : new LinearizabilityVerdict(Linearizability.GaveUp, gaveUp, steps);
    }
}

internal interface IKeySearch
{
    long Steps { get; }

    Linearizability Run();

    /// <summary>For people: where no order could go on.</summary>
    string Explain();
}
