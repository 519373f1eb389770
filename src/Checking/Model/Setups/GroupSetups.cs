using static PbKv.Checking.ScriptedOperation;

namespace PbKv.Checking;

/// <summary>Set-ups with two view services, each of which may believe that it is the one that acts.</summary>
internal static partial class ModelSetups
{
    private static ImmutableArray<ModelSetup> Groups =>
        [
            new ModelSetup(
                "two-view-services",
                "either is chosen, decisions fail, come late, or are not heard of; a server may die or be suspected"
            )
            {
                ViewServices = 2,
                Clerks = Scripts([Append("a;"), Get()]),
                Budget = ModelSetup.Allow(
                    (Allowance.Crash, 1),
                    (Allowance.Suspicion, 1),
                    (Allowance.ViewServiceRestart, 2)
                ),
                Prefix = script => script.Elect(0).Settle(),
                Goals =
                [
                    ModelGoal.Primary(2),
                    new ModelGoal("both view services act, as they believe", situation => situation.ActingMembers > 1),
                    new ModelGoal(
                        "a new one knows what the one before does not know to be decided",
                        situation =>
                            situation.ViewService is { } acting && situation.Waiting.Any(waits => waits == acting.View)
                    ),
                    ModelGoal.Noticed("one acts no more", NoticeKind.NotActing),
                ],
            }.Ticks(viewService: 0, servers: 1, clerks: 1),
            new ModelSetup(
                "first-view-of-two-view-services",
                "nothing was ever decided; both may be chosen before the first view is"
            )
            {
                ViewServices = 2,
                Clerks = Scripts([Append("a;")]),
                Budget = ModelSetup.Allow((Allowance.ViewServiceRestart, 2)),
                Goals =
                [
                    ModelGoal.ViewService(
                        "the second one has founded the cluster",
                        service => service.Self.Value == "vs2"
                    ),
                    new ModelGoal("both view services act, as they believe", situation => situation.ActingMembers > 1),
                ],
            }.Ticks(viewService: 3, servers: 3, clerks: 1),
            new ModelSetup(
                "next-view-of-two-view-services",
                "a primary without a backup; the first one may propose one, and the other one another of that number"
            )
            {
                ViewServices = 2,
                Servers = 3,
                Clerks = [],
                Budget = ModelSetup.Allow((Allowance.ViewServiceRestart, 1)),
                Prefix = script =>
                    script
                        .Elect(0)
                        .Hold(flying => flying is { Message: Ping, From.Value: "s2" or "s3" })
                        .Until(situation => situation.ViewService is { Acknowledged: true }, "s1 is primary")
                        .HoldDecisions(),
                Goals =
                [
                    ModelGoal.Backup(2),
                    ModelGoal.Backup(3),
                    new ModelGoal("both view services act, as they believe", situation => situation.ActingMembers > 1),
                ],
            }.Ticks(viewService: 0, servers: 1, clerks: 0),
            new ModelSetup(
                "decided-and-not-heard",
                "another primary is decided, nobody knows it yet, and the other view service is chosen"
            )
            {
                ViewServices = 2,
                Servers = 3,
                Clerks = Scripts([Append("a;")]),
                Budget = ModelSetup.Allow((Allowance.ViewServiceRestart, 1)),
                Prefix = script => script.Elect(0).Settle().Complete(0).Suspect(1).Decide(),
                Goals =
                [
                    ModelGoal.ViewService(
                        "the new one goes on from there",
                        service => service is { Self.Value: "vs2", View.Number: 3 }
                    ),
                ],
            }.Ticks(viewService: 2, servers: 1, clerks: 0),
            new ModelSetup(
                "another-view-service-and-no-fault",
                "the other is chosen, and nothing is wrong with a server"
            )
            {
                ViewServices = 2,
                Clerks = Scripts([Append("a;")]),
                Budget = ModelSetup.Allow((Allowance.ViewServiceRestart, 2)),
                Prefix = script => script.Elect(0).Settle(),
                Goals = [ModelGoal.ViewService("the other one acts", service => service.Self.Value == "vs2")],
                Never = [new ModelGoal(ViewWithoutFault, situation => situation.Remembered is { View.Number: > 2 })],
            }.Ticks(viewService: 1, servers: 1, clerks: 1),
        ];

    /// <summary>A view changed, and nobody had failed.</summary>
    internal const string ViewWithoutFault = "ViewWithoutFault";
}
