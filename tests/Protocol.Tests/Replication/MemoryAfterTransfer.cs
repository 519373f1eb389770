using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>While a snapshot is read, what is overwritten lies twice in memory; not a moment longer.</summary>
public sealed class MemoryAfterTransfer
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_primary_overwrites_in_its_place_again_once_the_transfer_is_complete_or_abandoned(bool complete)
    {
        var net = new Harness();
        var chunks = new List<Chunk>();
        net.AfterEffects = (_, effects) =>
            chunks.AddRange(effects.Messages.Select(sent => sent.Message).OfType<Chunk>());
        var (a, b, session) = net.PairInTransfer();

        if (complete)
            net.Run();
        else
            net.Tell(a, View(3, a));
        Assert.Equal(complete, b.Synced);
        var after = a.Store.Capacity;
        for (var i = 1; i <= 50; i++)
            net.Give(a, Clerk, net.Request(a, session, 51, Put(50 + i, $"key{i}", $"other{i}")));
        Assert.Equal(after, a.Store.Capacity);
        Assert.Equal("other7", Read(a, "key7"));
        // They may still be on their way.
        Assert.NotEmpty(chunks);
        Assert.All(
            chunks.SelectMany(chunk => chunk.Entries),
            entry => Assert.DoesNotContain("other", entry.Value.ToString(), StringComparison.Ordinal)
        );
    }
}
