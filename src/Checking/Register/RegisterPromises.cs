namespace PbKv.Checking;

/// <summary>
/// What must hold of an entry that several keep together. A memory is known by a number that has those of all before it
/// in it, digit by digit: so it shows whether it was made from another.
/// </summary>
internal static class RegisterPromises
{
    private const int Rounds = 12;

    public static ViewServiceMemory Memory(long number) =>
        new(new ClusterId(7), new View(new ClusterId(7), number, null, null), false, false, null, false);

    public static long NumberOf(RegisterEntry entry) => entry.Memory?.View.Number ?? 0;

    public static bool AreSame(RegisterEntry one, RegisterEntry other) =>
        (one.Group, one.Term, one.Index, one.Memory) == (other.Group, other.Term, other.Index, other.Memory)
        && one.Members.SequenceEqual(other.Members);

    public static Violation? Check(RegisterWorld world, RegisterStep step)
    {
        if (step.Counts is { } entry && Contradicts(step.Before.Counted, entry) is { } violation)
            return violation;
        var (from, to) = (step.From!, step.To!);
        if (RegisterWorld.DecisionOf(step.Before, from, to) is { } decision)
        {
            if (RegisterWorld.IsBarrier(decision) && (step.After.Doomed >> step.Action.Slot & 1) != 0)
                return new Violation(
                    "OnlyWhoLeadsDecides",
                    $"v{step.Action.Slot + 1} was asked after another one's entry counted, and says that it leads still"
                );
            if (!RegisterWorld.IsBarrier(decision) && !NumberOf(to.Node.Entry!).ToString().Contains($"{decision}"))
                return new Violation("DecidedIsKept", $"{decision} is decided and not in {Text(to.Node.Entry!)}");
        }
        if (to.Node.LeadsTerm is > 0 and var term)
        {
            var leaders = step.After.Locals.Count(id => world.Local(id).Node.LeadsTerm == term);
            if (leaders > 1)
                return new Violation("OneLeadsATerm", $"{leaders} lead term {term}");
        }
        return null;
    }

    /// <summary>
    /// From here on nothing is lost, and who hears of no leader stands, one after the other: then somebody leads, and
    /// decides.
    /// </summary>
    public static Violation? CheckProgress(RegisterWorld world, RegisterModelState state)
    {
        // Who has the entry of a group that was founded in vain, as its founder lost its disk, must be told by people.
        if (state.Locals.Select(id => world.Local(id).Node.Entry?.Group).OfType<ClusterId>().Distinct().Count() > 1)
            return null;
        var script = new RegisterScript(world, state);
        for (var round = 0; round < Rounds; round++)
        {
            script.DeliverAll();
            for (var slot = 0; slot < world.Setup.Nodes; slot++)
            {
                if (Decides(world, script.State, slot))
                    return null;
            }
            script.TickAll().DeliverAll();
            if (!Enumerable.Range(0, world.Setup.Nodes).Any(script.Leads))
                script.Do(RegisterEvent.Patience, round % world.Setup.Nodes);
        }
        var nodes = script.State.Locals.Select(id => world.Local(id).Node);
        return new Violation(
            "SomebodyDecides",
            $"after {Rounds} quiet rounds nobody does: "
                + string.Join("; ", nodes.Select(node => $"term {node.Term}, {Text(node.Entry)}"))
        );
    }

    public static string Text(RegisterEntry? entry)
    {
        if (entry is null)
            return "nothing";
        var members = entry.Members.Select(member => $"{member.Id}#{member.Disk}");
        return $"{entry.Term}:{entry.Index} of {entry.Group} among {string.Join(' ', members)} with {NumberOf(entry)}";
    }

    private static bool Decides(RegisterWorld world, RegisterModelState state, int slot)
    {
        if (!world.Leads(state.Locals[slot]))
            return false;
        const int Number = 9;
        state = new RegisterScript(world, state).Do(RegisterEvent.DecideMemory, slot, Number).DeliverAll().State;
        return world.Local(state.Locals[slot]).Node.IsDecided(Number);
    }

    /// <summary>What counts is one history, in which each memory is made from the one before.</summary>
    private static Violation? Contradicts(ImmutableList<RegisterEntry> counted, RegisterEntry entry)
    {
        foreach (var known in counted)
        {
            if (known.Group != entry.Group)
                return new Violation("FoundedOnce", $"{Text(known)} counts, and so does {Text(entry)}");
            var (older, newer) = known.Index < entry.Index ? (known, entry) : (entry, known);
            if (older.Index == newer.Index || older.Term > newer.Term || !IsMadeFrom(NumberOf(newer), NumberOf(older)))
                return new Violation(nameof(EntriesAreOneHistory), $"{Text(older)} counts, and so does {Text(newer)}");
        }
        return null;
    }

    private static bool IsMadeFrom(long number, long older)
    {
        while (number > older)
            number /= 10;
        return number == older;
    }
}
