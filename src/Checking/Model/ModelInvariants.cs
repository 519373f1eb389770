using System.Numerics;

namespace PbKv.Checking;

/// <summary>What must hold in every state, by the names of the simulator's classes.</summary>
internal sealed class ModelInvariants(ModelUniverse universe)
{
    /// <param name="slot">The slot that the last step changed.</param>
    public Violation? Check(ModelState before, ModelState state, int slot, LocalTransition? last)
    {
        if (last?.Broken is { } broken)
            return new Violation("NodeInvariant", broken);
        foreach (var never in universe.Setup.Never)
        {
            if (new ModelSituation(universe, state, last) is var situation && never.Reached(situation))
                return new Violation(never.Name, $"view {situation.ViewService?.View}");
        }
        if (state.History != before.History && universe.Histories[state.History].Violation is { } account)
            return new Violation("HistoriesAreLinearizable", account);
        if (state.Locals[slot] != before.Locals[slot])
        {
            if (CheckLocal(before, state, slot) is { } violation)
                return violation;
        }
        else if (state.History == before.History)
        {
            return null;
        }
        return CheckHolders(state);
    }

    private Violation? CheckLocal(ModelState before, ModelState state, int slot)
    {
        if (state.Locals[slot] == ModelState.Gone)
            return null;
        var local = universe.Local(state.Locals[slot]);
        if (local.Doubled is { } doubled)
            return new Violation("ExecutedAtMostOnce", $"{local.Identity} executed twice: {doubled}");
        if (local.CommitsAlone && NamesOfAlone(state) is { Count: > 1 } names)
            return new Violation(
                nameof(AtMostOnePrimaryCommits),
                $"two servers answer alone: {string.Join(", ", names)}"
            );
        var earlier = before.Locals[slot] == ModelState.Gone ? null : universe.Local(before.Locals[slot]);
        if (earlier is not null && ReferenceEquals(earlier.View, local.View))
            return null;
        return CheckView(state, slot, local, earlier);
    }

    private Violation? CheckView(ModelState state, int slot, LocalState local, LocalState? earlier)
    {
        var view = local.View;
        if (view.Number == 0)
            return null;
        if (
            earlier is not null
            && earlier.Identity == local.Identity
            && earlier.View.Cluster == view.Cluster
            && view.Number < earlier.View.Number
        )
            return new Violation(
                nameof(ViewNumbersNeverRegress),
                $"{universe.Addresses[slot]} went back from view {earlier.View} to {view}"
            );
        foreach (var id in state.Locals)
        {
            if (id != ModelState.Gone && universe.Local(id).View is var other && other.Id == view.Id && other != view)
                return new Violation(nameof(ViewNumbersNeverRegress), $"view {view.Number} means {view} and {other}");
        }
        foreach (var id in state.Locals)
        {
            if (id != ModelState.Gone && LevelNeverAboveServers.Breach(view, universe.Local(id).Node) is { } breach)
                return new Violation(nameof(LevelNeverAboveServers), breach);
        }
        if (
            local.Node is not ViewServiceNode service
            || service.LastAcknowledged is not { } last
            || service.Acknowledged
            || view.Reset
        )
            return null;
        return view.Primary == last.Primary || view.Primary == last.Backup
            ? null
            : new Violation(
                nameof(PrimariesDescend),
                $"the primary of view {view} was in no acknowledged view before; the last one was {last}"
            );
    }

    /// <summary>Every server that may become primary shows every append that a client was told of.</summary>
    private Violation? CheckHolders(ModelState state)
    {
        var answered = universe.Histories[state.History].Answered;
        if (answered == 0 || state.Locals[0] == ModelState.Gone)
            return null;
        if (universe.Local(state.Locals[0]).Node is not ViewServiceNode { LastAcknowledged: { } last } service)
            return null;
        for (var slot = 1; slot <= universe.Setup.Servers; slot++)
        {
            if (state.Locals[slot] == ModelState.Gone)
                continue;
            var local = universe.Local(state.Locals[slot]);
            var holds =
                local.Identity == last.Primary || (service.LastAcknowledgedSynced && local.Identity == last.Backup);
            if (holds && (answered & ~local.Tokens) is var lost && lost != 0)
                return new Violation(
                    nameof(NoAcknowledgedWriteLost),
                    $"{local.Identity} may become primary and lacks {BitOperations.PopCount(lost)} appends that "
                        + "clients were told of"
                );
        }
        return null;
    }

    private List<string> NamesOfAlone(ModelState state) =>
        [
            .. state
                .Locals.Where(id => id != ModelState.Gone)
                .Select(universe.Local)
                .Where(local => local.CommitsAlone)
                .Select(local => $"{local.Identity} in view {local.View}"),
        ];
}
