using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>A backup compares what it holds with what its primary says that it has.</summary>
public sealed class CopyTests
{
    [Fact]
    public void A_backup_that_finds_a_difference_while_it_catches_up_starts_over_before_it_is_told_of_the_switch()
    {
        var net = new Harness();
        var (a, b, session) = net.PairInTransfer();
        net.Give(a, Clerk, net.Request(a, session, 51, Put(51, "k", "v")));
        var forward = Assert.Single(net.Take<Forward>());
        net.Give(b, a.Id.Address, forward with { Digest = forward.Digest ^ 1 });
        foreach (var chunk in net.Take<Chunk>())
            net.Give(b, a.Id.Address, chunk);
        Assert.Single(net.Notices, notice => notice.Kind == NoticeKind.CopyDiffers);
        Assert.Equal((2, ReplicaRole.Idle, 0), (b.Id.Incarnation, b.Role, b.Store.Count));
    }

    [Fact]
    public void A_backup_whose_snapshot_differs_starts_over_before_it_executes_anything_behind_it()
    {
        var net = new Harness();
        var (a, b, _) = net.PairInTransfer();
        foreach (var chunk in net.Take<Chunk>())
            net.Give(b, a.Id.Address, chunk with { Digest = chunk.Digest ^ 1 });
        Assert.Single(net.Notices, notice => notice.Kind == NoticeKind.CopyDiffers);
        Assert.Equal((2, ReplicaRole.Idle, 0), (b.Id.Incarnation, b.Role, b.Store.Count));
    }
}
