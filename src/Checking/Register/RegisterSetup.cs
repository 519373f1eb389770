namespace PbKv.Checking;

/// <summary>What may happen to view services that keep an entry together; all but a delivery is limited.</summary>
internal enum RegisterEvent
{
    Deliver,

    /// <summary>Delivered, and on its way once more.</summary>
    Repeat,

    /// <summary>Takes its leader for gone, and stands.</summary>
    Miss,

    /// <summary>Its patience is over.</summary>
    Patience,
    Tick,

    /// <summary>Goes on with what is on its disk.</summary>
    Restart,

    /// <summary>Goes on with an empty one.</summary>
    LoseDisk,

    /// <summary>A leader is asked to decide the next memory.</summary>
    DecideMemory,

    /// <summary>A leader is asked whether it leads still.</summary>
    DecideNothing,
    Transfer,
    Remove,
    Add,
}

/// <summary>How often each may happen yet, four bits each.</summary>
internal readonly record struct RegisterBudget(ulong Word)
{
    public int Left(RegisterEvent what) => (int)(Word >> (4 * (int)what)) & 15;

    public RegisterBudget Less(RegisterEvent what) =>
        what == RegisterEvent.Deliver ? this : new RegisterBudget(Word - (1UL << (4 * (int)what)));

    public static RegisterBudget Of(params ReadOnlySpan<(RegisterEvent What, int Times)> events)
    {
        var word = 0UL;
        foreach (var (what, times) in events)
            word += (ulong)times << (4 * (int)what);
        return new RegisterBudget(word);
    }
}

internal readonly record struct RegisterAction(RegisterEvent What, int Slot, int Argument);

/// <summary>A situation that a search must have seen.</summary>
internal sealed record RegisterGoal(string Name, Func<RegisterWorld, RegisterStep, bool> Reached);

/// <summary>Some view services that keep an entry together, and what may happen to them.</summary>
internal sealed record RegisterSetup(string Name, string About)
{
    public int Nodes { get; init; } = 3;

    /// <summary>Each one joins the first; otherwise all found a group together.</summary>
    public bool Grows { get; init; }

    public RegisterBudget Budget { get; init; }

    /// <summary>What may happen to whom, within the budget.</summary>
    public Func<RegisterEvent, int, bool> Allows { get; init; } = static (_, _) => true;

    /// <summary>What happens before the search begins, free of charge.</summary>
    public Action<RegisterScript> Prefix { get; init; } = static _ => { };

    public ImmutableArray<RegisterGoal> Goals { get; init; } = [];
}
