using static PbKv.Checking.Allowance;
using static PbKv.Checking.ModelGoal;
using static PbKv.Checking.ModelSetup;
using static PbKv.Checking.ScriptedOperation;

namespace PbKv.Checking;

/// <summary>Set-ups that begin a few steps before one rule decides.</summary>
internal static partial class ModelSetups
{
    private static ImmutableArray<ModelSetup> Rules =>
        [
            new ModelSetup(
                "deposed-primary-is-asked",
                "the old primary is cut off from the view service, its backup has taken over, and a client knows "
                    + "nothing of it"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;")], [Append("x;"), Get()]),
                Cuts = [(0, 1), (1, 0)],
                Prefix = script =>
                    script
                        .Settle()
                        .Complete(0)
                        .Complete(1)
                        .Cut(0, 1)
                        .Cut(1, 0)
                        .Hold(message => message is { FromSlot: 0, ToSlot: 4 })
                        .Suspect(1)
                        .UntilPrimary(2),
                Goals = [Noticed("the deposed primary is told so by its old backup", NoticeKind.ForwardRefused)],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
            new ModelSetup(
                "read-of-a-write-in-flight",
                "a read and, behind it, a write wait at the primary for the backup; then the primary may die"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;")], [Append("x;"), Get(), Get()]),
                Budget = Allow((Crash, 1)),
                MayCrash = [1],
                Prefix = script =>
                    script
                        .Settle()
                        .Complete(0)
                        .Complete(1)
                        .Hold(Is<Forward>)
                        .Begin(1)
                        .DeliverAll()
                        .Begin(0)
                        .DeliverAll(),
                Goals = [Primary(2)],
            }.Ticks(viewService: 0, servers: 0, clerks: 1),
            new ModelSetup(
                "late-acknowledgements",
                "the pair has formed again, and an acknowledgement of its first life is still on its way"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;")]),
                Budget = Allow((Crash, 1)),
                Prefix = script =>
                    script
                        .Settle()
                        .Hold(message => message.Message is ForwardAck { View.Number: 2, Serial: > 1 })
                        .Begin(0)
                        .DeliverAll()
                        .Suspect(2)
                        .Until(
                            situation => situation.AllDone || situation.ViewService is { View.Number: 4, Synced: true },
                            "the pair has formed again"
                        )
                        .Settle(),
                Goals = [Primary(2)],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
            new ModelSetup(
                "late-ping-of-a-former-pairing",
                "the pair has formed again and its transfer has just begun; a ping that says synced of its first "
                    + "life is still on its way"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;"), Append("c;")]),
                Budget = Allow((Crash, 1)),
                MayCrash = [1],
                Prefix = script =>
                    script
                        .Settle()
                        .Complete(0)
                        .Hold(message => message.Message is Chunk or Ping { Synced: true, View.Number: 2 })
                        .Tick(2)
                        .Suspect(2)
                        .Until(
                            situation =>
                                situation.ViewService is { View.Number: 4, Acknowledged: true }
                                && situation.Replica(1) is { Confirmed: true },
                            "the pair has formed again"
                        )
                        .Complete(0),
                Goals = [Primary(2)],
            }.Ticks(viewService: 0, servers: 1, clerks: 1),
            new ModelSetup(
                "view-that-its-primary-never-entered",
                "the primary died before it heard of the view with its new backup, and its ping for the view before is "
                    + "still on its way"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;"), Append("c;")]),
                Prefix = script =>
                    script
                        .Settle()
                        .Complete(0)
                        .Hold(message => message.FromSlot == 2)
                        .Suspect(2)
                        .DeliverAll()
                        .Complete(0)
                        .Hold(message => message is { FromSlot: 1 } or { FromSlot: 0, ToSlot: 1 })
                        .Tick(1)
                        .Tick(2)
                        .DeliverAll()
                        .Crash(1),
                Finishes = false,
                Goals =
                [
                    Noticed("nobody is promoted, and it is said why", NoticeKind.Waiting),
                    ViewService(
                        "the view is not acknowledged",
                        service => service is { Acknowledged: false, View.Backup: not null }
                    ),
                ],
            }.Ticks(viewService: 0, servers: 2, clerks: 2),
            new ModelSetup(
                "former-primary-comes-back",
                "a deposed primary with a write that nobody else ever had is taken in again as backup"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;", "other"), Append("c;")]),
                Budget = Allow((Crash, 1), (Repeat, 1)),
                MayCrash = [2],
                Prefix = script =>
                    script
                        .Settle()
                        .Complete(0)
                        .Begin(0)
                        .Deliver(message => message.FromSlot == 3)
                        .Hold(message =>
                            message.Message is Chunk or Forward { View.Number: 2 } || message.FromSlot == 3
                        )
                        .Suspect(1)
                        .Until(
                            situation =>
                                situation.Replica(1) is { Role: ReplicaRole.Backup }
                                && situation.Replica(2) is { Confirmed: true },
                            "s1 is backup of s2"
                        ),
                Goals =
                [
                    Noticed("the transfer is installed over what was there", NoticeKind.TransferInstalled),
                    Primary(1),
                ],
            }.Ticks(viewService: 0, servers: 1, clerks: 3),
            new ModelSetup(
                "expired-session",
                "a session was idle for long and expired, and a copy of one of its requests is still on its way"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;")]),
                Settings = Small with { SessionIdleTicks = 8 },
                Budget = Allow((Crash, 1)),
                Prefix = script =>
                    script
                        .Settle()
                        .KeepNext(Is<Request>)
                        .Complete(0)
                        .Hold(Is<Request>)
                        .Until(
                            situation => situation.Replicas.All(replica => replica.Sessions.Count == 0),
                            "the session is expired"
                        ),
                Goals = [Noticed("the old request is refused", NoticeKind.UnknownSession), Primary(2)],
            }.Ticks(viewService: 0, servers: 1, clerks: 3),
            new ModelSetup(
                "late-request",
                "a copy of a request whose result its client no longer wants is still on its way"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;"), Append("c;")]),
                Budget = Allow((Crash, 1)),
                Prefix = script =>
                    script
                        .Settle()
                        .KeepNext(Is<Request>)
                        .Complete(0)
                        .Hold(message => message.Message is Request { Number: 2 })
                        .Complete(0),
                Goals = [Noticed("the old request is refused", NoticeKind.BelowFloor), Primary(2)],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
            new ModelSetup(
                "session-of-a-history-given-up",
                "a client has a session of a history that a reset gave up, and another client one of the same "
                    + "number since"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;")], [Append("x;")]),
                Budget = Allow((Repeat, 1)),
                Prefix = script =>
                    script
                        .Settle()
                        .Hold(Is<Chunk>)
                        .Suspect(1)
                        .UntilPrimary(2)
                        .Hold(message => message.Message is Chunk or Request)
                        .Begin(1)
                        .DeliverAll()
                        .Reset(1)
                        .UntilPrimary(1)
                        .Hold(message => message is { Message: Chunk } or { Message: Request, FromSlot: 4 })
                        .Complete(0)
                        .Hold(_ => false),
                Goals =
                [
                    Noticed("the old session is refused", NoticeKind.UnknownSession),
                    Server("a backup has the history of the new era", server => server is { Era: > 0, Synced: true }),
                ],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
            new ModelSetup(
                "empty-server-and-no-memory",
                "the view service has forgotten everything and has heard of it from the one server that holds the "
                    + "data; the other comes back empty"
            )
            {
                Clerks = Scripts([Append("a;")], [Get()]),
                Budget = Allow((Restart, 1)),
                Prefix = script => script.Settle().Complete(0).Crash(2).Forget().Tick(1).DeliverAll(),
                Finishes = false,
                Goals =
                [
                    FormsNoView,
                    new ModelGoal(
                        "the empty server is there",
                        situation =>
                            situation.ViewService!.Servers.Any(known =>
                                known.Server is { Incarnation: 2, Address.Value: "s2" }
                            )
                    ),
                ],
            }.Ticks(viewService: 3, servers: 3, clerks: 2),
            new ModelSetup(
                "pings-come-late",
                "a pair whose machine is short of processors: nothing is wrong but that pings take their time"
            )
            {
                Clerks = Scripts([Append("a;")]),
                Prefix = script => script.Settle(),
                Goals =
                [
                    Noticed("a healthy server is suspected", NoticeKind.ServerDead),
                    Noticed("it is alive again", NoticeKind.ServerBack),
                ],
                Never =
                [
                    new ModelGoal(
                        "SuspectedTooSoonAgain",
                        situation =>
                            situation.Noticed(NoticeKind.ServerDead)
                            && situation.ViewService is { FalseSuspicions: > 0 }
                    ),
                ],
            }.Ticks(viewService: 4, servers: 2, clerks: 1),
            new ModelSetup(
                "view-service-sleeps",
                "a pair, and a view service that stood still: the pings of that time lie unread when its tick comes"
            )
            {
                Clerks = Scripts([Append("a;")]),
                Budget = Allow((Late, 1)),
                Prefix = script => script.Settle(),
                Goals =
                [
                    ViewService("its tick came late", service => service.Slept),
                    ViewService("it goes on counting", service => service is { Slept: false, Now: > 1 }),
                ],
                Never = [new ModelGoal("SuspectedAsleep", situation => situation.Noticed(NoticeKind.ServerDead))],
            }.Ticks(viewService: 1, servers: 2, clerks: 1),
            new ModelSetup(
                "primary-sleeps",
                "a pair, and a primary that stood still: what the backup acknowledged lies unread when its tick comes"
            )
            {
                Clerks = Scripts([Append("a;")]),
                Budget = Allow((Late, 1)),
                Prefix = script => script.Settle(),
                Goals = [Server("its tick came late", server => server is { Slept: true, Confirmed: true })],
                Never = [new ModelGoal("SilentAsleep", situation => situation.Noticed(NoticeKind.BackupSilent))],
            }.Ticks(viewService: 0, servers: 1, clerks: 1),
            new ModelSetup("memory-is-full", "a pair has no memory for a write; then the primary may die")
            {
                Clerks = Scripts([Append("a;"), Append(new string('b', 2000)), Get()]),
                Settings = Small with { MaxMemoryBytes = 2000 },
                Budget = Allow((Crash, 1)),
                MayCrash = [1],
                Prefix = script => script.Settle().Complete(0),
                Goals =
                [
                    new ModelGoal("a write is refused as Full", situation => situation.Completed(CallStatus.Full)),
                    Primary(2),
                ],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
        ];
}
