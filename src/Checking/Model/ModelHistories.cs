namespace PbKv.Checking;

/// <summary>One more thing that a client asked or was told, after others.</summary>
internal sealed record HistoryStep(
    int Id,
    int Before,
    int Clerk,
    int Operation,
    bool Ends,
    CallStatus Status,
    Bytes Value,
    ulong Fingerprint,
    ulong Answered,
    int Done,
    string? Violation
);

/// <summary>All histories of a search, each kept and checked once.</summary>
internal sealed class ModelHistories(ModelSetup setup)
{
    private readonly List<HistoryStep> _nodes = [new(0, -1, 0, 0, false, default, default, Hashing.Mix(1), 0, 0, null)];
    private readonly Dictionary<ulong, int> _ids = [];

    public HistoryStep this[int id] => _nodes[id];

    public int Add(int before, int clerk, int operation, bool ends, CallStatus status, Bytes value)
    {
        var earlier = _nodes[before];
        var hash = new Fingerprint();
        hash.Add(earlier.Fingerprint);
        hash.Add(clerk);
        hash.Add(operation);
        hash.Add(ends);
        hash.Add((long)status);
        hash.Add(value);
        if (_ids.TryGetValue(hash.Value, out var id))
            return id;
        id = _nodes.Count;
        _ids.Add(hash.Value, id);
        var ok = ends && status is CallStatus.Ok or CallStatus.Missing;
        var answered = earlier.Answered | (ok ? ModelTokens.Bit(setup, clerk, operation) : 0);
        var node = new HistoryStep(
            id,
            before,
            clerk,
            operation,
            ends,
            status,
            value,
            hash.Value,
            answered,
            earlier.Done + (ends ? 1 : 0),
            null
        );
        _nodes.Add(node);
        if (ends)
            _nodes[id] = node with { Violation = Check(id) };
        return id;
    }

    private string? Check(int last)
    {
        var path = new List<HistoryStep>();
        for (var id = last; id > 0; id = _nodes[id].Before)
            path.Add(_nodes[id]);
        path.Reverse();
        var history = new History();
        var numbers = new Dictionary<(int, int), int>();
        foreach (var step in path)
        {
            var operation = setup.Clerks[step.Clerk][step.Operation];
            if (!step.Ends)
            {
                numbers[(step.Clerk, step.Operation)] = history.Invoke(
                    step.Clerk + 1,
                    NextBuild.Meant(operation.Kind),
                    Bytes.Utf8(operation.Key),
                    operation.Argument
                );
            }
            else if (numbers.TryGetValue((step.Clerk, step.Operation), out var number))
            {
                history.Respond(number, step.Status, step.Value);
            }
        }
        var verdict = LinearizabilityChecker.Check(history);
        return verdict.Outcome == Linearizability.Violated ? verdict.Account : null;
    }
}

/// <summary>Appended values by which data shows what was executed.</summary>
internal static class ModelTokens
{
    public static ulong Bit(ModelSetup setup, int clerk, int operation)
    {
        if (NextBuild.Meant(setup.Clerks[clerk][operation].Kind) != OperationKind.Append)
            return 0;
        var index = operation;
        for (var i = 0; i < clerk; i++)
            index += setup.Clerks[i].Length;
        return 1UL << index;
    }

    public static (ulong Tokens, string? Doubled) Of(ModelSetup setup, KvStore store)
    {
        ulong tokens = 0;
        string? doubled = null;
        for (var clerk = 0; clerk < setup.Clerks.Length; clerk++)
        {
            for (var i = 0; i < setup.Clerks[clerk].Length; i++)
            {
                var operation = setup.Clerks[clerk][i];
                if (
                    NextBuild.Meant(operation.Kind) != OperationKind.Append
                    || !store.TryGet(Bytes.Utf8(operation.Key), out var value)
                )
                    continue;
                var text = value.ToString();
                var first = text.IndexOf(operation.Value, StringComparison.Ordinal);
                if (first < 0)
                    continue;
                tokens |= Bit(setup, clerk, i);
                if (text.IndexOf(operation.Value, first + 1, StringComparison.Ordinal) >= 0)
                    doubled = $"{operation.Value} in \"{text}\"";
            }
        }
        return (tokens, doubled);
    }
}
