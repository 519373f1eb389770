using static PbKv.Checking.Allowance;
using static PbKv.Checking.ModelGoal;
using static PbKv.Checking.ModelSetup;
using static PbKv.Checking.ScriptedOperation;

namespace PbKv.Checking;

/// <summary>
/// Set-ups in which servers are cut off, taken for dead, or live again, and those of a view service that dies.
/// </summary>
internal static partial class ModelSetups
{
    private static ImmutableArray<ModelSetup> Cuts =>
        [
            new ModelSetup(
                "restart-at-the-same-address",
                "a server dies and a new one lives at its address, where messages of and to the earlier life "
                    + "still arrive"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;")]),
                Budget = Allow((Crash, 1), (Restart, 1)),
                Prefix = script => script.Settle().Complete(0).Tick(1).Tick(2).Begin(0),
                Goals =
                [
                    Primary(2),
                    ViewService(
                        "the new life of s1 is backup",
                        service =>
                            service is { Synced: true }
                            && service.View.Backup is { Incarnation: 2, Address.Value: "s1" }
                    ),
                ],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
            new ModelSetup(
                "two-builds",
                "servers come back upgraded and downgraded, while a client needs the later build"
            )
            {
                Clerks = Scripts([Append("a;"), new(NextBuild.AppendToo, "k", "b;")]),
                IsNextBuild = static (slot, life) => slot == 0 || life % 2 == 0,
                Budget = Allow((Crash, 2), (Restart, 2)),
                Prefix = script => script.Settle().Complete(0).Tick(1).Tick(2).Begin(0),
                Goals =
                [
                    ViewService("the view has the later level", service => service.View.Level == NextBuild.Level),
                    ViewService(
                        "a pair of both builds is synced",
                        service => service is { Synced: true, View.Number: > 2 } && service.View.Level < NextBuild.Level
                    ),
                ],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
            new ModelSetup(
                "primary-cut-from-view-service",
                "the primary reaches its backup and its clients, but not the view service, which takes it for dead"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;")], [Append("x;"), Get()]),
                Budget = Allow((Suspicion, 1), (Crash, 1)),
                Cuts = [(0, 1), (1, 0)],
                MayCrash = [1],
                Prefix = script => script.Settle().Complete(0).Complete(1).Cut(0, 1).Cut(1, 0),
                Goals =
                [
                    Primary(2),
                    Noticed("the deposed primary is told so by its old backup", NoticeKind.ForwardRefused),
                    Noticed("held answers are dropped", NoticeKind.AnswersDropped),
                ],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
            new ModelSetup("primary-and-backup-cut", "both reach the view service, not one another")
            {
                Clerks = Scripts([Append("a;"), Append("b;")]),
                Budget = Allow((Crash, 1)),
                Cuts = [(1, 2), (2, 1)],
                Prefix = script => script.Settle().Complete(0).Cut(1, 2).Cut(2, 1).Begin(0),
                Goals =
                [
                    Noticed("the backup is reported silent", NoticeKind.BackupSilent),
                    ViewService(
                        "the silent backup is out",
                        service => service is { Acknowledged: true, View: { Number: > 2, Backup: null } }
                    ),
                ],
            }.Ticks(viewService: 1, servers: 4, clerks: 3),
            new ModelSetup(
                "fall-back-to-the-backup",
                "the backup was taken for dead, and the primary may die before it acknowledges the view without it"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;")]),
                Budget = Allow((Crash, 1), (Suspicion, 1)),
                MayCrash = [1],
                Prefix = script => script.Settle().Complete(0).Begin(0).Suspect(2),
                Goals = [Noticed("the view service falls back", NoticeKind.FellBack), Primary(2)],
            }.Ticks(viewService: 0, servers: 2, clerks: 3),
            new ModelSetup(
                "fall-back-to-the-primary",
                "the primary was taken for dead, and its successor may die before it acknowledges its view"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;")]),
                Budget = Allow((Crash, 1), (Suspicion, 1)),
                MayCrash = [2],
                Prefix = script => script.Settle().Complete(0).Begin(0).Suspect(1),
                Goals = [Noticed("the view service falls back", NoticeKind.FellBack), Primary(1)],
            }.Ticks(viewService: 0, servers: 2, clerks: 3),
            new ModelSetup(
                "view-service-restarts",
                "the view service dies and goes on with what it wrote down; a server may die as well"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;")]),
                Budget = Allow((ViewServiceRestart, 1), (Crash, 1)),
                Prefix = script => script.Settle().Complete(0),
                Goals =
                [
                    Primary(2),
                    new ModelGoal(
                        "a later life of the view service makes a view",
                        situation =>
                            situation.State.LivesOf(0) > 0
                            && situation.ViewService is { View.Number: > 2, Acknowledged: true }
                    ),
                ],
            }.Ticks(viewService: 4, servers: 2, clerks: 2),
            new ModelSetup(
                "view-service-forgets",
                "the view service dies and begins anew: it must not hand the place of the data to anybody"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;")]),
                Budget = Allow((ViewServiceForget, 1), (Suspicion, 1)),
                Prefix = script => script.Settle().Complete(0),
                Goals = [Noticed("servers of the old cluster are refused", NoticeKind.Refused), FormsNoView],
            }.Ticks(viewService: 4, servers: 3, clerks: 2),
        ];
}
