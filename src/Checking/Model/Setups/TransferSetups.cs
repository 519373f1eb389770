using static PbKv.Checking.Allowance;
using static PbKv.Checking.ModelGoal;
using static PbKv.Checking.ModelSetup;
using static PbKv.Checking.ScriptedOperation;

namespace PbKv.Checking;

/// <summary>Set-ups in which a transfer is on its way when the search begins.</summary>
internal static partial class ModelSetups
{
    private static ProtocolSettings ManyChunks => Small with { ChunkBytes = 1, ChunksInFlight = 1, CatchUpStep = 1 };

    /// <summary>
    /// s1 holds data and is primary; the next server's transfer has begun, and nothing of it has arrived.
    /// </summary>
    private static ModelScript BeginTransfer(ModelScript script, int newBackup) =>
        script
            .Settle()
            .Complete(0)
            .Hold(Is<Chunk>)
            .Suspect(2)
            .Until(
                situation =>
                    situation.Replica(newBackup) is { Role: ReplicaRole.Backup }
                    && situation.Replica(1) is { Confirmed: true }
                    && situation.InFlight(Is<Chunk>),
                $"s{newBackup} is about to get a transfer"
            );

    private static ImmutableArray<ModelSetup> Transfers =>
        [
            new ModelSetup(
                "backup-dies-during-transfer",
                "a transfer of several chunks to a server that may die, with a third at hand"
            )
            {
                Servers = 3,
                Clerks = Scripts([Append("a;"), Append("b;"), Get()]),
                Settings = ManyChunks,
                Budget = Allow((Crash, 1), (Repeat, 1)),
                MayCrash = [2, 3],
                Prefix = script => BeginTransfer(script, 3),
                Goals = [Noticed("the transfer is given up", NoticeKind.TransferAbandoned), Backup(2)],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
            new ModelSetup(
                "primary-dies-during-transfer",
                "a transfer is on its way when the only holder of the data may die"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;")]),
                Settings = ManyChunks,
                Budget = Allow((Crash, 1), (Repeat, 1)),
                MayCrash = [1],
                Prefix = script => BeginTransfer(script, 2),
                Goals = [Primary(2), Noticed("nobody is promoted, and it is said why", NoticeKind.Waiting)],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
            new ModelSetup(
                "answered-alone-before-the-switch",
                "a write is answered alone while the snapshot is on its way; then the primary may die"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;"), Append("c;")]),
                Budget = Allow((Crash, 1), (Repeat, 1)),
                MayCrash = [1],
                Prefix = script =>
                    BeginTransfer(script, 2).Hold(message => Is<Chunk>(message) || Is<Forward>(message)).Complete(0),
                Goals =
                [
                    Primary(2),
                    Noticed("the switch", NoticeKind.Switched),
                    Noticed("the backup holds the marker", NoticeKind.Synced),
                ],
            }.Ticks(viewService: 0, servers: 2, clerks: 2),
            new ModelSetup(
                "same-pair-again",
                "the pair broke up and formed again; forwards of its first life, and their acknowledgements, are still "
                    + "on their way"
            )
            {
                Clerks = Scripts([Append("a;"), Append("b;"), Append("c;")]),
                Budget = Allow((Crash, 1), (Repeat, 1)),
                Prefix = script =>
                    script
                        .Settle()
                        .Complete(0)
                        .Hold(message =>
                            message.Message
                                is Chunk
                                    or Forward { View.Number: 2, Batches.Length: > 0 }
                                    or ForwardAck { View.Number: 2 }
                        )
                        .Begin(0)
                        .DeliverAll()
                        .Suspect(2)
                        .Until(
                            situation =>
                                situation.ViewService is { View.Number: 4, Acknowledged: true }
                                && situation.Replica(1) is { Confirmed: true }
                                && situation.Replica(2) is { View.Number: 4 },
                            "the pair has formed again"
                        ),
                Goals = [Primary(2), Noticed("a forward of the first life is refused", NoticeKind.ForwardRefused)],
            }.Ticks(viewService: 0, servers: 1, clerks: 2),
        ];
}
