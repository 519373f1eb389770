namespace PbKv.Checking;

/// <summary>
/// Random walks through the states of a set-up, and the shortest trace that is left of one that ends in a violation.
/// </summary>
internal sealed class ModelWalk(ModelUniverse universe, ModelMoves moves, Chance chance)
{
    private const int Longest = 120;

    private readonly ModelInvariants _invariants = new(universe);
    private readonly List<ModelAction> _enabled = [];

    public long Steps { get; private set; }

    public ModelViolation? Run(ModelState first, long steps, Action<ModelState, LocalTransition?> look)
    {
        var trace = new List<ModelAction>();
        while (Steps < steps)
        {
            trace.Clear();
            var state = first;
            for (var length = 0; length < Longest; length++)
            {
                moves.Enabled(state, _enabled);
                if (_enabled.Count == 0)
                    break;
                var action = _enabled[chance.Below(_enabled.Count)];
                var after = moves.Apply(state, action, charge: true, out var last);
                Steps++;
                trace.Add(action);
                if (_invariants.Check(state, after, action.Slot, last) is { } violation)
                    return Shorten(first, new ModelViolation(violation, [.. trace]));
                look(after, last);
                state = after;
            }
        }
        return null;
    }

    /// <summary>Takes out every step without which the rest still ends in the same violation.</summary>
    private ModelViolation Shorten(ModelState first, ModelViolation found)
    {
        var trace = found.Trace.ToList();
        var shorter = true;
        while (shorter)
        {
            shorter = false;
            for (var i = trace.Count - 2; i >= 0; i--)
            {
                var without = trace.Where((_, index) => index != i).ToList();
                if (Replay(first, without, found.Violation.Invariant) is not { } again)
                    continue;
                trace = [.. again.Trace];
                found = again;
                shorter = true;
                i = Math.Min(i, trace.Count - 1);
            }
        }
        return found;
    }

    private ModelViolation? Replay(ModelState state, List<ModelAction> trace, string invariant)
    {
        for (var i = 0; i < trace.Count; i++)
        {
            moves.Enabled(state, _enabled);
            if (!_enabled.Contains(trace[i]))
                return null;
            var after = moves.Apply(state, trace[i], charge: true, out var last);
            if (_invariants.Check(state, after, trace[i].Slot, last) is { } violation)
                return violation.Invariant == invariant ? new ModelViolation(violation, trace[..(i + 1)]) : null;
            state = after;
        }
        return null;
    }
}
