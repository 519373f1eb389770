using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>
/// What a primary sends again of a transfer while its backup is silent: enough to go on, never enough to stop up a slow
/// link.
/// </summary>
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
            var again = net.Take<Chunk>().Single();
            Assert.Equal(index, again.Index);
            net.Give(b, a.Id.Address, again);
            net.Give(a, b.Id.Address, net.Take<ChunkAck>().Single());
        }
        // Nothing new before: in front of a gap it would be thrown away.
        Assert.Equal(
            Enumerable.Range(InFlight, InFlight).Select(index => (long)index),
            net.Take<Chunk>().Select(chunk => chunk.Index)
        );
    }

    [Fact]
    public void An_acknowledgement_that_says_nothing_new_repeats_nothing()
    {
        var (net, a, b) = InTransfer();
        net.Take<Chunk>();
        net.Tick(a);
        net.Tick(a);
        net.Give(b, a.Id.Address, net.Take<Chunk>().Single());
        var ack = net.Take<ChunkAck>().Single();
        net.Give(a, b.Id.Address, ack);
        Assert.Equal(1, net.Take<Chunk>().Single().Index);
        net.Give(a, b.Id.Address, ack);
        Assert.Empty(net.Take<Chunk>());
    }

    [Fact]
    public void After_one_loss_a_transfer_goes_on_as_if_nothing_had_been_lost()
    {
        var (net, a, b) = InTransfer();
        // As when the backup hears of the view a moment after the first chunks.
        net.Take<Chunk>();
        var ticks = 0;
        for (; !b.Synced && ticks < 100; ticks++)
        {
            net.Run(_ => true);
            net.Tick(a);
        }
        Assert.InRange(ticks, 1, 4);
        AssertEqual(a, b);
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
            Settings = new()
            {
                ChunkBytes = 64,
                ChunksInFlight = InFlight,
                SessionIdleTicks = long.MaxValue,
                BackupSilentTicks = 1000,
            },
        };
        var (a, b, _) = net.PairInTransfer();
        return (net, a, b);
    }
}
