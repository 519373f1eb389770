using static PbKv.Checking.Allowance;
using static PbKv.Checking.ModelGoal;
using static PbKv.Checking.ModelSetup;
using static PbKv.Checking.ScriptedOperation;

namespace PbKv.Checking;

/// <summary>The set-ups that are searched, by name.</summary>
internal static partial class ModelSetups
{
    public static ImmutableArray<ModelSetup> All { get; } = [.. Basic, .. Cuts, .. Transfers, .. Rules, .. Groups];

    public static ModelSetup Find(string name) =>
        All.FirstOrDefault(setup => setup.Name == name)
        ?? throw new ArgumentException(
            $"there is no set-up \"{name}\"; there are: {string.Join(", ", All.Select(setup => setup.Name))}",
            nameof(name)
        );

    /// <summary>How often the slow timers may fire.</summary>
    internal static ModelSetup Ticks(this ModelSetup setup, int viewService, int servers, int clerks)
    {
        var budget = setup.Budget;
        for (var slot = 0; slot < setup.Slots; slot++)
        {
            if (setup.IsViewService(slot))
                budget = budget.WithTicks(slot, viewService);
        }
        for (var slot = 1; slot <= setup.Servers; slot++)
            budget = budget.WithTicks(slot, servers);
        for (var clerk = 0; clerk < setup.Clerks.Length; clerk++)
            budget = budget.WithTicks(setup.ClerkSlot(clerk), clerks);
        return setup with { Budget = budget };
    }

    private static ImmutableArray<ImmutableArray<ScriptedOperation>> Scripts(
        params ImmutableArray<ScriptedOperation>[] clerks
    ) => [.. clerks];

    private static Change Count => new(Condition.None, ChangeEffect.Add) { Amount = 1 };

    private static Change DeleteOne =>
        new(new Condition(ConditionKind.Value, 0, Bytes.Utf8("1")), ChangeEffect.Delete, WantsValue: true);

    private static bool Is<T>(FlyingMessage message)
        where T : Message => message.Message is T;

    private static ImmutableArray<ModelSetup> Basic =>
        [
            new ModelSetup("one-clerk-one-server", "from the very beginning; the server may crash and come back empty")
            {
                Servers = 1,
                Clerks = Scripts([Append("a;"), Get()]),
                Budget = Allow((Crash, 1), (Restart, 1), (Repeat, 1)),
                Goals =
                [
                    Noticed("a retry is recognised", NoticeKind.Deduplicated),
                    ViewService(
                        "a restarted server is no primary",
                        service =>
                            service is { View.Number: 1, Acknowledged: true }
                            && service.Servers.Any(known => known.Server.Incarnation == 2)
                    ),
                ],
            }.Ticks(viewService: 3, servers: 2, clerks: 4),
            new ModelSetup("primary-crashes", "a pair; one server dies while a client appends and reads")
            {
                Clerks = Scripts([Append("a;"), Append("b;"), Get()]),
                Budget = Allow((Crash, 1)),
                Prefix = script => script.Settle(),
                Goals =
                [
                    Primary(2),
                    Noticed("a retry is recognised", NoticeKind.Deduplicated),
                    Noticed("held answers are released by a new view", NoticeKind.AnswersReleased),
                ],
            }.Ticks(viewService: 0, servers: 1, clerks: 3),
            new ModelSetup("two-failovers", "two clients append to one key, three servers, two of which die")
            {
                Servers = 3,
                Clerks = Scripts([Append("a;"), Append("b;")], [Append("x;")]),
                Budget = Allow((Crash, 2)),
                Prefix = script =>
                    script.Settle().Complete(0).Hold(message => message.FromSlot == 4).Begin(0).DeliverAll(),
                Goals = [Primary(2), Primary(3)],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
            new ModelSetup("two-count", "two clients count and look, one deletes; one of two servers dies")
            {
                Clerks = Scripts([Asks(Count), Look()], [Asks(Count), Asks(DeleteOne)]),
                Budget = Allow((Crash, 1)),
                Prefix = script => script.Settle(),
                Goals = [Primary(2), Noticed("a retry is recognised", NoticeKind.Deduplicated)],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
            new ModelSetup("two-idle-servers-race", "a primary, and two servers whose first pings are on their way")
            {
                Servers = 3,
                Clerks = Scripts([Append("a;")]),
                Budget = Allow((Crash, 1), (Suspicion, 1)),
                Prefix = script =>
                    script
                        .Hold(message => message.FromSlot is 2 or 3)
                        .Until(
                            situation =>
                                situation.ViewService is { Acknowledged: true }
                                && situation.Replica(1) is { Confirmed: true },
                            "s1 is primary"
                        ),
                Goals = [Backup(2), Backup(3)],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
            new ModelSetup(
                "leave-under-load",
                "a server leaves, and stops when it may, while a client works; another may die later"
            )
            {
                Servers = 3,
                Clerks = Scripts([Append("a;"), Append("b;")]),
                Budget = Allow((Leave, 1), (Crash, 1)),
                Prefix = script => script.Settle().Complete(0),
                Goals = [Primary(2), Noticed("a server has left", NoticeKind.Left)],
            }.Ticks(viewService: 0, servers: 2, clerks: 2),
        ];
}
