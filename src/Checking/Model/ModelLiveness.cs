namespace PbKv.Checking;

/// <summary>
/// From here on nothing goes wrong any more, messages are faster than ticks, and every timer fires in turn; then
/// all operations must finish, if a server that the view service knows to hold everything lives.
/// </summary>
internal sealed class ModelLiveness(ModelUniverse universe, ModelMoves moves)
{
    private const int Rounds = 40;
    private const int HopsInATick = 10;

    private readonly List<ModelAction> _actions = [];

    public Violation? Check(ModelState from)
    {
        if (!CanFinish(from))
            return null;
        var state = from;
        foreach (var (sender, receiver) in universe.Setup.Cuts)
        {
            if (state.IsCut(sender, receiver))
                state = After(state, new ModelAction(ModelActionKind.Cut, sender, receiver));
        }
        state = moves.WithBudget(state, default);
        for (var round = 0; round < Rounds; round++)
        {
            if (universe.AllDone(state))
                return null;
            state = Round(state);
        }
        // An acknowledgement that was on its way from a server that has died since leaves nobody who is known to hold
        // everything.
        if (!CanFinish(state))
            return null;
        var service = universe.ViewService(state);
        return new Violation(
            "OperationsFinish",
            $"after {Rounds} rounds of a fair schedule operations are still open; view {service?.View} "
                + $"acknowledged {service?.Acknowledged} synced {service?.Synced}, waiting for "
                + $"{service?.WaitingFor ?? "nothing"}"
        );
    }

    private ModelState After(ModelState state, ModelAction action) => moves.Apply(state, action, charge: false, out _);

    private bool CanFinish(ModelState state)
    {
        if (!universe.Setup.IsGroup && state.Locals[0] == ModelState.Gone)
            return false;
        if (
            !universe.Setup.IsGroup
            && state.Memory != 0
            && universe.Memory(state.Memory)!.Cluster != new ClusterId(100)
        )
            return false;
        if (universe.Known(state) is not { LastAcknowledged: { } last } known)
            return Enumerable.Range(1, universe.Setup.Servers).Any(slot => state.Locals[slot] != ModelState.Gone);
        for (var slot = 1; slot <= universe.Setup.Servers; slot++)
        {
            if (universe.NodeAt<ReplicaNode>(state, slot) is not { } replica)
                continue;
            if (replica.Id == last.Primary || (known.LastAcknowledgedSynced && replica.Id == last.Backup))
                return true;
        }
        return false;
    }

    private ModelState Round(ModelState state)
    {
        for (var hop = 0; hop < HopsInATick && state.Flight.Length > 0; hop++)
            state = Decide(DeliverAll(state));
        state = Decide(state);
        for (var slot = 0; slot < state.Locals.Length; slot++)
        {
            if (state.Locals[slot] == ModelState.Gone)
                continue;
            foreach (var timer in universe.Local(state.Locals[slot]).Timers)
            {
                if (state.Locals[slot] != ModelState.Gone)
                    state = After(state, new ModelAction(ModelActionKind.Timer, slot, timer));
            }
        }
        moves.Enabled(state, _actions);
        foreach (var action in _actions)
        {
            if (action.Kind == ModelActionKind.Begin)
                state = After(state, action);
        }
        return state;
    }

    /// <summary>The log of several view services works: its leader acts, and hears what is decided.</summary>
    private ModelState Decide(ModelState state)
    {
        if (!universe.Setup.IsGroup)
            return state;
        var leader = Math.Max(0, state.Log.Leader);
        if (universe.Member(state, leader).Acting is null)
            state = moves.Apply(state, ModelMoves.Election(state, leader), charge: false, out _);
        while (ModelMoves.ToDecide(universe.Member(state, leader), leader) is { } action)
            state = moves.Apply(state, action, charge: false, out _);
        for (var slot = 0; slot < universe.Setup.Slots; slot++)
        {
            if (slot != leader && universe.Setup.IsViewService(slot) && universe.Member(state, slot).Acting is not null)
                state = moves.Apply(state, new ModelAction(ModelActionKind.Depose, slot), charge: false, out _);
        }
        return state;
    }

    private ModelState DeliverAll(ModelState state)
    {
        foreach (var id in state.Flight)
        {
            var slot = universe.Message(id).ToSlot;
            var action = new ModelAction(
                state.Locals[slot] == ModelState.Gone ? ModelActionKind.Lose : ModelActionKind.Deliver,
                slot,
                id
            );
            state = After(state, action);
        }
        return state;
    }
}
