using static PbKv.Checking.RegisterEvent;

namespace PbKv.Checking;

/// <summary>The set-ups of view services that keep an entry together.</summary>
internal static class RegisterSetups
{
    public static ImmutableArray<RegisterSetup> All { get; } =
    [
        new RegisterSetup(
            "register-of-three",
            "each may take the leader for gone, restart and lead; the leader is asked for decisions"
        )
        {
            Budget = RegisterBudget.Of(
                (Miss, 2),
                (Patience, 1),
                (Restart, 1),
                (Repeat, 1),
                (DecideMemory, 2),
                (DecideNothing, 1)
            ),
            Prefix = static script => script.Settle(),
            Goals = [TwoLead, CountsLater, DecidedUnderAnother],
        },
        new RegisterSetup("register-of-two", "both are most; either may lead")
        {
            Nodes = 2,
            Budget = RegisterBudget.Of(
                (Miss, 2),
                (Patience, 1),
                (Restart, 1),
                (DecideMemory, 2),
                (DecideNothing, 1),
                (Transfer, 1)
            ),
            Prefix = static script => script.Settle(),
            Goals = [CountsLater, DecidedUnderAnother],
        },
        new RegisterSetup("register-is-founded", "three begin; the first one may lose its disk while they do")
        {
            Budget = RegisterBudget.Of((Tick, 2), (Patience, 1), (LoseDisk, 1), (Repeat, 1)),
            Allows = static (what, slot) => what != LoseDisk || slot == 0,
            Prefix = static script => script.TickAll().DeliverAll().Tick(1),
            Goals = [Leads(0), new("one lost its disk before", static (_, step) => step.After.Disks > 3)],
        },
        new RegisterSetup(
            "register-founder-lost-its-disk",
            "one has the entry that the founder led to count; what was said before it was founded comes again"
        )
        {
            Budget = RegisterBudget.Of((Patience, 2), (Tick, 2)),
            Prefix = static script =>
                script
                    .TickAll()
                    .Again(sent => sent.Message is Joining)
                    .Tick(1)
                    .Tick(2)
                    .Again(sent => sent.Message is Joining)
                    .DeliverAll(sent => sent.From != 2 && sent.To != 2 && sent.Message is not Joining)
                    .Do(LoseDisk, 0)
                    .Keep(sent => sent.Message is Joining && sent.To == 0),
            Goals = [Leads(1)],
        },
        new RegisterSetup("register-two-stand", "in one term, and a third one votes")
        {
            Budget = RegisterBudget.Of((Patience, 1), (Restart, 1), (DecideMemory, 1)),
            Prefix = static script =>
                script
                    .Settle()
                    .Do(Miss, 1)
                    .Do(Miss, 2)
                    .Deliver(sent => sent is { To: > 0, Message: Candidacy })
                    .Deliver(sent => sent.Message is Vote)
                    .Keep(sent => sent.Message is Candidacy { Trial: false }),
            Goals = [Leads(1), Leads(2), TwoLead],
        },
        new RegisterSetup(
            "register-one-is-behind",
            "a memory was decided without it; another one may lose its disk and the first one leads still"
        )
        {
            Budget = RegisterBudget.Of((Miss, 1), (Patience, 1), (LoseDisk, 1), (DecideMemory, 1), (DecideNothing, 1)),
            Allows = static (what, slot) => what != LoseDisk || slot == 2,
            Prefix = static script =>
                script.Settle().Do(DecideMemory, 0).DeliverAll(sent => sent.To != 1).Do(Miss, 2).Keep(_ => false),
            Goals = [Leads(2), TwoLead],
        },
        new RegisterSetup("register-member-lost-its-disk", "it comes back as another member, while others lead")
        {
            Budget = RegisterBudget.Of((Miss, 1), (Tick, 2), (DecideMemory, 1)),
            Allows = static (what, slot) => what != Tick || slot == 2,
            Prefix = static script => script.Settle().Do(LoseDisk, 2).Tick(0).DeliverAll().Tick(0).DeliverAll(),
            Goals = [Replaced, Leads(1)],
        },
        new RegisterSetup("register-grows", "one alone becomes three, and another one leads")
        {
            Grows = true,
            Budget = RegisterBudget.Of((Miss, 2), (Tick, 2), (Restart, 1), (DecideMemory, 1), (DecideNothing, 1)),
            Prefix = static script => script.Do(Add, 0, 1).Do(Add, 0, 2),
            Goals = [Members(2), Members(3), Leads(1)],
        },
        new RegisterSetup("register-member-is-removed", "and another one leads at the same time")
        {
            Budget = RegisterBudget.Of((Miss, 1), (Remove, 1), (Tick, 1), (DecideMemory, 1), (DecideNothing, 1)),
            Prefix = static script => script.Settle().Silence(from: 2).Do(Miss, 2).Keep(_ => false),
            Goals = [Members(2), Leads(1), TwoLead],
        },
        new RegisterSetup("register-two-of-five-are-removed", "while one of those who stay is chosen by them")
        {
            Nodes = 5,
            Budget = RegisterBudget.Of((Remove, 2), (DecideMemory, 1)),
            Prefix = static script =>
                script
                    .Settle()
                    .Silence(from: 3)
                    .Do(Miss, 3)
                    .Do(Miss, 4)
                    .Keep(_ => false)
                    .Do(Miss, 2)
                    .Deliver(sent => sent.To > 2)
                    .Deliver(sent => sent.Message is Vote)
                    .Deliver(sent => sent.To > 2)
                    .Keep(sent => sent.Message is Vote { Trial: false }),
            Goals = [Leads(2), TwoLead],
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
