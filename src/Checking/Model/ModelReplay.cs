namespace PbKv.Checking;

/// <summary>Goes through the steps of a trace again, by their names.</summary>
internal static class ModelReplay
{
    public static SetupReport Run(ModelSetup setup, string replay, SafetyRules rules)
    {
        var universe = new ModelUniverse(setup, rules);
        var moves = new ModelMoves(universe);
        var invariants = new ModelInvariants(universe);
        var state = moves.First();
        var trace = new List<ModelAction>();
        foreach (var key in replay.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var action =
                Find(universe, state, key)
                ?? throw new ArgumentException(
                    $"step {trace.Count + 1} (\"{key}\") is not possible in set-up {setup.Name}: the trace is of "
                        + "another version of the protocol",
                    nameof(replay)
                );
            trace.Add(action);
            var after = moves.Apply(state, action, charge: false, out var last);
            if (invariants.Check(state, after, action.Slot, last) is { } violation)
            {
                var command = $"pbkv check --setup {setup.Name} --replay {ModelTrace.ReplayKey(universe, trace)}";
                return Report(
                    setup,
                    trace.Count,
                    [new CheckViolation(violation.Invariant, violation.Text, ModelTrace.Tell(universe, trace), command)]
                );
            }
            state = after;
        }
        var unfinished = new ModelLiveness(universe, moves).Check(state);
        return Report(
            setup,
            trace.Count,
            unfinished is null
                ? []
                : [new CheckViolation(unfinished.Invariant, unfinished.Text, ModelTrace.Tell(universe, trace), "")]
        );
    }

    private static SetupReport Report(ModelSetup setup, int steps, CheckViolation[] violations) =>
        new(
            setup.Name,
            setup.About,
            steps,
            steps,
            0,
            0,
            false,
            new Dictionary<string, bool>(StringComparer.Ordinal),
            violations
        );

    /// <summary>Any step that the state allows with unlimited means, as scripts have them.</summary>
    private static ModelAction? Find(ModelUniverse universe, ModelState state, string key)
    {
        foreach (var action in Possible(universe, state))
        {
            if (ModelTrace.KeyOf(universe, action) == key)
                return action;
        }
        return null;
    }

    private static IEnumerable<ModelAction> Possible(ModelUniverse universe, ModelState state)
    {
        var setup = universe.Setup;
        foreach (var id in state.Flight)
        {
            var slot = universe.Message(id).ToSlot;
            yield return new ModelAction(ModelActionKind.Lose, 0, id);
            if (state.Locals[slot] == ModelState.Gone)
                continue;
            yield return new ModelAction(ModelActionKind.Deliver, slot, id);
            yield return new ModelAction(ModelActionKind.Repeat, slot, id);
        }
        for (var slot = 0; slot < setup.Slots; slot++)
        {
            if (setup.IsServer(slot))
                yield return new ModelAction(ModelActionKind.Suspect, 0, slot);
            if (state.Locals[slot] == ModelState.Gone)
            {
                yield return new ModelAction(ModelActionKind.Restart, slot, 0);
                continue;
            }
            foreach (var timer in universe.Local(state.Locals[slot]).Timers)
            {
                yield return new ModelAction(ModelActionKind.Timer, slot, timer);
                yield return new ModelAction(ModelActionKind.LateTimer, slot, timer);
            }
            if (setup.IsClerk(slot))
                yield return new ModelAction(ModelActionKind.Begin, slot, 0);
            yield return new ModelAction(ModelActionKind.Crash, slot, 0);
            if (setup.IsServer(slot))
                yield return new ModelAction(ModelActionKind.Leave, slot, 0);
            for (var other = 0; other < setup.Slots; other++)
                yield return new ModelAction(ModelActionKind.Cut, slot, other);
        }
        yield return new ModelAction(ModelActionKind.RestartViewService, 0, 0);
        yield return new ModelAction(ModelActionKind.ForgetViewService, 0, 0);
    }
}
