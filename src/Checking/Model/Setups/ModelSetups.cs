using static PbKv.Checking.ScriptedOperation;

namespace PbKv.Checking;

/// <summary>The set-ups that are searched, by name.</summary>
internal static partial class ModelSetups
{
    public static ImmutableArray<ModelSetup> All { get; } = [.. Basic, .. Cuts, .. Transfers, .. Rules];

    public static ModelSetup Find(string name) =>
        All.FirstOrDefault(setup => setup.Name == name)
        ?? throw new ArgumentException(
            $"there is no set-up \"{name}\"; there are: {string.Join(", ", All.Select(setup => setup.Name))}",
            nameof(name)
        );

    /// <summary>How often the slow timers may fire.</summary>
    internal static ModelSetup Ticks(this ModelSetup setup, int viewService, int servers, int clerks)
    {
        var budget = setup.Budget.WithTicks(0, viewService);
        for (var slot = 1; slot <= setup.Servers; slot++)
            budget = budget.WithTicks(slot, servers);
        for (var clerk = 0; clerk < setup.Clerks.Length; clerk++)
            budget = budget.WithTicks(setup.ClerkSlot(clerk), clerks);
        return setup with { Budget = budget };
    }

    private static ImmutableArray<ImmutableArray<ScriptedOperation>> Scripts(
        params ImmutableArray<ScriptedOperation>[] clerks
    ) => [.. clerks];

    private static bool Is<T>(FlyingMessage message)
        where T : Message => message.Message is T;

    private static ModelGoal Primary(int slot) =>
        ModelGoal.View(
            $"s{slot} is primary of an acknowledged view that is not the first",
            service =>
                service is { Acknowledged: true, View.Number: > 2 } && service.View.Primary?.Address.Value == $"s{slot}"
        );

    private static ImmutableArray<ModelSetup> Basic =>
        [
            new ModelSetup("one-clerk-one-server", "from the very beginning; the server may crash and come back empty")
            {
                Servers = 1,
                Clerks = Scripts([Append("a;"), Get()]),
                Budget = ModelSetup.Allow(crashes: 1, restarts: 1, repeats: 1),
                Goals =
                [
                    ModelGoal.AllDone,
                    ModelGoal.Noticed("a retry is recognised", NoticeKind.Deduplicated),
                    ModelGoal.View(
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
                Budget = ModelSetup.Allow(crashes: 1),
                Prefix = script => script.Settle(),
                Goals =
                [
                    ModelGoal.AllDone,
                    Primary(2),
                    ModelGoal.Noticed("a retry is recognised", NoticeKind.Deduplicated),
                    ModelGoal.Noticed("held answers are released by a new view", NoticeKind.AnswersReleased),
                ],
            }.Ticks(viewService: 0, servers: 1, clerks: 3),
            new ModelSetup("two-failovers", "two clients append to one key, three servers, two of which die")
            {
                Servers = 3,
                Clerks = Scripts([Append("a;"), Append("b;")], [Append("x;")]),
                Budget = ModelSetup.Allow(crashes: 2),
                Prefix = script =>
                    script.Settle().Complete(0).Hold(message => message.FromSlot == 4).Begin(0).DeliverAll(),
                Goals = [ModelGoal.AllDone, Primary(2), Primary(3)],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
            new ModelSetup("two-idle-servers-race", "a primary, and two servers whose first pings are on their way")
            {
                Servers = 3,
                Clerks = Scripts([Append("a;")]),
                Budget = ModelSetup.Allow(crashes: 1, suspicions: 1),
                Prefix = script =>
                    script
                        .Hold(message => message.FromSlot is 2 or 3)
                        .Until(
                            situation =>
                                situation.ViewService is { Acknowledged: true }
                                && situation.Replica(1) is { Confirmed: true },
                            "s1 is primary"
                        ),
                Goals =
                [
                    ModelGoal.AllDone,
                    ModelGoal.View(
                        "s2 is backup",
                        service => service is { Synced: true } && service.View.Backup?.Address.Value == "s2"
                    ),
                    ModelGoal.View(
                        "s3 is backup",
                        service => service is { Synced: true } && service.View.Backup?.Address.Value == "s3"
                    ),
                ],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
            new ModelSetup(
                "leave-under-load",
                "a server leaves, and stops when it may, while a client works; another may die later"
            )
            {
                Servers = 3,
                Clerks = Scripts([Append("a;"), Append("b;")]),
                Budget = ModelSetup.Allow(leaves: 1, crashes: 1),
                Prefix = script => script.Settle().Complete(0),
                Goals = [ModelGoal.AllDone, Primary(2), ModelGoal.Noticed("a server has left", NoticeKind.Left)],
            }.Ticks(viewService: 0, servers: 2, clerks: 2),
        ];
}
