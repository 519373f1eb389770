using System.Collections.Immutable;
using PbKv.Protocol.Tests.Wire;
using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>What servers know of revisions, and what they do with changes on a condition.</summary>
public sealed class RevisionTests
{
    private static readonly Change AddOne = new(Condition.None, ChangeEffect.Add) { Amount = 1 };
    private static readonly Change DeleteIt = new(Condition.None, ChangeEffect.Delete);

    [Fact]
    public void A_backup_has_the_revisions_of_its_primary_and_goes_on_from_them()
    {
        var net = new Harness();
        var a = net.Server("a");
        net.Tell(a, View(1, a));
        var session = net.OpenSession(a);
        Ask(net, a, session, Put(1, "k", "v"), Append(2, "k", "w"), PutHash(3, "l", "x"), Changes(4, "n", AddOne));
        var b = net.Server("b");
        foreach (var node in new[] { a, b })
            net.Tell(node, View(2, a, b));
        net.Run();
        Assert.True(b.Synced);
        Assert.Equal(new Revisions(3, 2), b.Store.Look(Bytes.Utf8("k"))?.Revisions);
        Ask(net, a, session, Append(5, "k", "y"), Changes(6, "l", DeleteIt));
        AssertEqual(a, b);

        net.Tell(b, View(3, b));
        var told = Ask(net, b, session, Look(7, "k"), Look(8, "l"), Changes(9, "n", AddOne));
        Assert.Equal(new Finding(ChangeOutcome.Done, true, 6, 2, Bytes.Utf8("vwy")), told[0]);
        Assert.Equal(new Finding(ChangeOutcome.Done, false, 0, 0, default), told[1]);
        Assert.Equal(new Finding(ChangeOutcome.Done, true, 8, 5, Bytes.Utf8("2")), told[2]);
    }

    [Fact]
    public void A_change_that_comes_again_is_not_done_again_and_is_told_what_it_was_told()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        var whenAbsent = new Change(new(ConditionKind.Absent), ChangeEffect.Put) { Value = Bytes.Utf8("v") };
        Operation[] operations = [Changes(1, "n", AddOne), Changes(2, "k", whenAbsent), Changes(3, "k", whenAbsent)];
        var told = Ask(net, a, session, operations);
        Assert.Equal([ChangeOutcome.Done, ChangeOutcome.Done, ChangeOutcome.NotDone], told.Select(one => one.Outcome));
        Assert.Equal(told, Ask(net, a, session, operations));
        net.Tell(b, View(3, b));
        Assert.Equal(told, Ask(net, b, session, operations));
        Assert.Equal("1", Read(b, "n"));
    }

    [Fact]
    public void Other_revisions_are_a_difference_except_where_one_of_them_may_know_none()
    {
        foreach (var level in new[] { 1, Features.WithRevisions })
        {
            var net = new Harness();
            var a = net.Server("a");
            net.Tell(a, View(1, a) with { Level = level });
            Ask(net, a, net.OpenSession(a), Put(1, "k", "v"));
            var b = net.Server("b");
            foreach (var node in new[] { a, b })
                net.Tell(node, View(2, a, b) with { Level = level });
            foreach (var chunk in net.Take<Chunk>())
                net.Give(b, a.Id.Address, chunk with { Entries = [.. chunk.Entries.Select(AsBefore)] });
            net.Run();
            Assert.Equal(level == 1, b.Synced);
            Assert.Equal(level == 1 ? 0 : 1, net.Notices.Count(notice => notice.Kind == NoticeKind.CopyDiffers));
        }
    }

    [Fact]
    public void What_an_earlier_release_transfers_has_a_revision_that_no_operation_has()
    {
        var form = File.ReadLines(Approved.FileOf("Wire", "Golden", "Chunk.hex")).First();
        var chunk = (Chunk)WireBytes.Read(Convert.FromHexString(form)).Messages.Single();
        Assert.NotEmpty(chunk.Entries);
        Assert.All(chunk.Entries, entry => Assert.Equal(Revisions.Unknown, entry.Revisions));
        var store = new KvStore();
        store.Load(chunk.Entries[0]);
        var whenAbsent = new Condition(ConditionKind.Revision);
        Assert.False(whenAbsent.Holds(store.Look(chunk.Entries[0].Key)));
        Assert.True(whenAbsent.Holds(store.Look(Bytes.Utf8("none"))));
    }

    [Fact]
    public void A_change_that_nobody_wrote_is_refused_by_primary_and_backup()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        var broken = Changes(1, "k", AddOne) with { Value = Bytes.Utf8("?") };
        net.Give(a, Clerk, net.Request(a, session, 1, broken));
        Assert.Empty(net.Replies());

        net.Give(a, Clerk, net.Request(a, session, 1, Changes(1, "k", AddOne)));
        var forward = Assert.Single(net.Take<Forward>());
        net.Notices.Clear();
        net.Give(b, a.Id.Address, forward with { Batches = [new Batch(session, 1, [broken])] });
        Assert.Contains(net.Notices, notice => notice.Kind == NoticeKind.Refused);
        Assert.Equal(0, b.Store.Count);
    }

    [Fact]
    public void Limits_count_for_what_a_change_puts_and_a_deletion_makes_room()
    {
        var net = new Harness
        {
            Settings = new()
            {
                SessionIdleTicks = long.MaxValue,
                MaxMemoryBytes = 4000,
                MaxValueBytes = 1500,
            },
        };
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        Assert.Equal(
            [ResultStatus.Ok, ResultStatus.ValueTooLarge, ResultStatus.Full, ResultStatus.Ok, ResultStatus.Ok],
            Statuses(
                net,
                a,
                session,
                Puts(1, "k", 1500),
                Puts(2, "l", 1501),
                Puts(3, "l", 1400),
                Delete(4),
                Puts(5, "l", 1400)
            )
        );
        var expected = new Change(new(ConditionKind.Value, 0, new Bytes(new byte[1501])), ChangeEffect.Delete);
        Assert.Equal([ResultStatus.ValueTooLarge], Statuses(net, a, session, Changes(6, "l", expected)));
        AssertEqual(a, b);
    }

    private static Operation Puts(long sequence, string key, int length) =>
        Changes(sequence, key, new Change(Condition.None, ChangeEffect.Put) { Value = new Bytes(new byte[length]) });

    private static Operation Delete(long sequence) => Changes(sequence, "k", DeleteIt);

    private static Entry AsBefore(Entry entry) => entry with { Revisions = default };

    private static Finding[] Ask(Harness net, ReplicaNode primary, long session, params Operation[] operations)
    {
        net.Give(primary, Clerk, net.Request(primary, session, 1, operations));
        net.Run();
        return
        [
            .. net.Replies()[^1]
                .Results.Where((_, i) => operations[i].Kind >= OperationKind.Look)
                .Select(result => Finding.Read(result.Value)),
        ];
    }

    private static ResultStatus[] Statuses(
        Harness net,
        ReplicaNode primary,
        long session,
        params Operation[] operations
    )
    {
        net.Give(primary, Clerk, net.Request(primary, session, 1, operations));
        net.Run();
        return [.. net.Replies()[^1].Results.Select(result => result.Status)];
    }
}
