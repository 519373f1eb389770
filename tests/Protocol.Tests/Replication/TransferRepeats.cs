using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>What a primary sends again of a transfer while its backup is silent: enough to go on, never enough to stop up a slow link.</summary>
public sealed class TransferRepeats
{
    private const int InFlight = 4;

    [Fact]
    public void While_the_backup_is_silent_only_the_first_chunk_is_sent_again()
    {
        var (net, a, _) = InTransfer();
        net.Take<Chunk>();

        net.Tick(a);
        Assert.Empty(net.Take<Chunk>());
        net.Tick(a);
        Assert.Equal([0], net.Take<Chunk>().Select(chunk => chunk.Index));
        net.Tick(a);
        Assert.Equal([0], net.Take<Chunk>().Select(chunk => chunk.Index));
    }

    [Fact]
    public void Each_chunk_that_was_in_flight_then_follows_when_the_one_before_it_has_arrived()
    {
        var (net, a, b) = InTransfer();
        net.Take<Chunk>();
        net.Tick(a);
        net.Tick(a);
        for (var index = 0; index < InFlight; index++)
        {
            var again = net.Take<Chunk>();
            Assert.Equal(index, again[0].Index);
            Assert.True(again.Count <= 2, "one again, one that is new");
            net.Give(b, a.Id.Address, again[0]);
            net.Give(a, b.Id.Address, net.Take<ChunkAck>().Single());
        }
        // What was first sent after the silence is not sent again: it may be on its way.
        Assert.Equal([2 * InFlight - 1], net.Take<Chunk>().Select(chunk => chunk.Index));
    }

    [Fact]
    public void A_transfer_that_loses_every_third_chunk_ends_equal()
    {
        var (net, a, b) = InTransfer();
        var (chunks, ticks) = (0, 0);
        while (!b.Synced)
        {
            net.Run(message => message is not Chunk || ++chunks % 3 != 0);
            net.Tick(a);
            Assert.True(++ticks < 200, "the transfer does not end");
        }
        AssertEqual(a, b);
    }

    /// <summary>A pair in view 2, whose first chunks are on the wire.</summary>
    private static (Harness Net, ReplicaNode A, ReplicaNode B) InTransfer()
    {
        var net = new Harness
        {
            Settings = new() { ChunkBytes = 64, ChunksInFlight = InFlight, SessionIdleTicks = long.MaxValue, BackupSilentTicks = 1000 },
        };
        var (a, b, _) = net.PairInTransfer();
        return (net, a, b);
    }
}
