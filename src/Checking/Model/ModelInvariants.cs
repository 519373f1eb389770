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
        if (last is { Sends.Length: > 0 } && universe.Setup.IsGroup && CheckTold(state, slot, last) is { } told)
            return told;
        if (state.Memory != before.Memory && universe.Setup.IsGroup && CheckDecided(before, state) is { } wrong)
            return wrong;
        if (state.Locals[slot] != before.Locals[slot])
        {
            if (CheckLocal(before, state, slot) is { } violation)
                return violation;
        }
        else if (state.History == before.History && state.Memory == before.Memory)
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
            if (id != ModelState.Gone && TwoMeanings(view, universe.Local(id).View) is { } meanings)
                return meanings;
        }
        foreach (var id in state.Locals)
        {
            if (id != ModelState.Gone && LevelNeverAboveServers.Breach(view, universe.Local(id).Node) is { } breach)
                return new Violation(nameof(LevelNeverAboveServers), breach);
        }
        if (universe.Setup.IsGroup)
            return universe.Memory(state.Memory) is { } decided ? TwoMeanings(view, decided.View) : null;
        return local.Node is ViewServiceNode service ? Descends(service.Known) : null;
    }

    /// <summary>Of several view services the one that was chosen last tells; others refer to it.</summary>
    private Violation? CheckTold(ModelState state, int slot, LocalTransition last)
    {
        if (!universe.Setup.IsViewService(slot) || slot == state.Log.Leader || last.Memory is not null)
            return null;
        foreach (var id in last.Sends)
        {
            if (universe.Message(id).Message is not ViewServices and var message)
                return new Violation(
                    "OnlyLeaderTells",
                    $"{universe.Addresses[slot]} was not chosen last, and tells {MessageText.Of(message)}"
                );
        }
        return null;
    }

    /// <summary>Several view services: what came into their log.</summary>
    private Violation? CheckDecided(ModelState before, ModelState state)
    {
        var known = universe.Memory(state.Memory)!;
        if (universe.Memory(before.Memory) is { } earlier && earlier.View.Number > known.View.Number)
            return new Violation(
                nameof(ViewNumbersNeverRegress),
                $"the log of the view services went back from view {earlier.View} to {known.View}"
            );
        foreach (var id in state.Locals)
        {
            if (id != ModelState.Gone && TwoMeanings(universe.Local(id).View, known.View) is { } violation)
                return violation;
        }
        return Descends(known);
    }

    private static Violation? TwoMeanings(View view, View other) =>
        view.Number > 0 && view.Id == other.Id && view != other
            ? new Violation(nameof(ViewNumbersNeverRegress), $"view {view.Number} means {view} and {other}")
            : null;

    private static Violation? Descends(ViewServiceMemory known)
    {
        var view = known.View;
        if (known.LastAcknowledged is not { } last || known.Acknowledged || view.Reset)
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
        if (answered == 0 || universe.Known(state) is not { LastAcknowledged: { } last } known)
            return null;
        for (var slot = 1; slot <= universe.Setup.Servers; slot++)
        {
            if (state.Locals[slot] == ModelState.Gone)
                continue;
            var local = universe.Local(state.Locals[slot]);
            var holds =
                local.Identity == last.Primary || (known.LastAcknowledgedSynced && local.Identity == last.Backup);
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
