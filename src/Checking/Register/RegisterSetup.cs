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

    /// <summary>What happens before the search begins, free of charge.</summary>
    public Func<RegisterWorld, RegisterModelState, RegisterModelState> Prefix { get; init; } = static (_, state) => state;

    public ImmutableArray<RegisterGoal> Goals { get; init; } = [];

    public static ImmutableArray<RegisterSetup> All { get; } =
        [
            new RegisterSetup(
                "register-of-three",
                "each may take the leader for gone, restart and lead; the leader is asked for decisions"
            )
            {
                Budget = RegisterBudget.Of(
                    (RegisterEvent.Miss, 2),
                    (RegisterEvent.Patience, 1),
                    (RegisterEvent.Restart, 1),
                    (RegisterEvent.Repeat, 1),
                    (RegisterEvent.DecideMemory, 2),
                    (RegisterEvent.DecideNothing, 1)
                ),
                Prefix = static (world, state) => world.Settled(state),
                Goals = [TwoLead, CountsLater, DecidedUnderAnother],
            },
            new RegisterSetup("register-of-two", "both are most; either may lead")
            {
                Nodes = 2,
                Budget = RegisterBudget.Of(
                    (RegisterEvent.Miss, 3),
                    (RegisterEvent.Patience, 1),
                    (RegisterEvent.Tick, 2),
                    (RegisterEvent.Restart, 1),
                    (RegisterEvent.Repeat, 1),
                    (RegisterEvent.DecideMemory, 2),
                    (RegisterEvent.DecideNothing, 1),
                    (RegisterEvent.Transfer, 1)
                ),
                Prefix = static (world, state) => world.Settled(state),
                Goals = [TwoLead, CountsLater, DecidedUnderAnother],
            },
            new RegisterSetup("register-is-founded", "three begin; one may lose its disk while they do")
            {
                Budget = RegisterBudget.Of(
                    (RegisterEvent.Tick, 3),
                    (RegisterEvent.Patience, 1),
                    (RegisterEvent.LoseDisk, 1),
                    (RegisterEvent.Repeat, 1),
                    (RegisterEvent.DecideMemory, 1)
                ),
                Goals = [Leads(0), Leads(1)],
            },
            new RegisterSetup("register-member-lost-its-disk", "it comes back as another member, while others lead")
            {
                Budget = RegisterBudget.Of(
                    (RegisterEvent.Miss, 2),
                    (RegisterEvent.Tick, 2),
                    (RegisterEvent.DecideMemory, 2),
                    (RegisterEvent.Repeat, 1)
                ),
                Prefix = static (world, state) =>
                    world.Ticked(world.After(world.Settled(state), RegisterEvent.LoseDisk, 2), 0, 2),
                Goals = [Replaced, Leads(1), TwoLead],
            },
            new RegisterSetup("register-grows", "one alone becomes three, and another one leads")
            {
                Grows = true,
                Budget = RegisterBudget.Of(
                    (RegisterEvent.Miss, 2),
                    (RegisterEvent.Tick, 2),
                    (RegisterEvent.Restart, 1),
                    (RegisterEvent.DecideMemory, 1),
                    (RegisterEvent.DecideNothing, 1)
                ),
                Prefix = static (world, state) =>
                    world.After(world.After(state, RegisterEvent.Add, 0, 1), RegisterEvent.Add, 0, 2),
                Goals = [Members(2), Members(3), Leads(1)],
            },
            new RegisterSetup("register-member-is-removed", "and another one leads at the same time")
            {
                Budget = RegisterBudget.Of(
                    (RegisterEvent.Miss, 2),
                    (RegisterEvent.Remove, 2),
                    (RegisterEvent.Tick, 2),
                    (RegisterEvent.DecideMemory, 1),
                    (RegisterEvent.DecideNothing, 1)
                ),
                Prefix = static (world, state) => world.Alone(world.Settled(state), 0),
                Goals = [Members(2), Leads(1), TwoLead],
            },
        ];

    public static RegisterSetup? Find(string name) => All.FirstOrDefault(setup => setup.Name == name);

    private static RegisterGoal TwoLead =>
        new("two lead at once", static (world, step) => step.After.Locals.Count(id => world.Leads(id)) > 1);

    private static RegisterGoal CountsLater =>
        new("what nobody knew to count came to count under a later leader", static (_, step) => step.CountsLater);

    private static RegisterGoal DecidedUnderAnother =>
        new("another leader decided something", static (_, step) => step is { Decided: true, To.Node.Term: > 1 });

    private static RegisterGoal Replaced =>
        new(
            "a member was replaced",
            static (_, step) =>
                step.To?.Node.Counting is { Members.Length: 3 } entry && entry.Members.Any(member => member.Disk > 3)
        );

    private static RegisterGoal Leads(int slot) =>
        new($"v{slot + 1} leads", (world, step) => world.Leads(step.After.Locals[slot]));

    private static RegisterGoal Members(int count) =>
        new($"an entry of {count} counts", (_, step) => step.To?.Node.Counting?.Members.Length == count);
}
