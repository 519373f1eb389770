using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>
/// A ping waits for the end of a turn: while a backup takes a transfer each of its turns is bounded, in operations and
/// in bytes, whatever the sizes of values.
/// </summary>
public sealed class TurnsOfTheBackup
{
    private const int Large = 16 << 20;

    [Fact]
    public void No_turn_executes_more_operations_than_a_step_has()
    {
        var net = new Harness { Settings = Settings(step: 3) };
        var (a, b, session) = net.PairInTransfer();
        for (var i = 0; i < 4; i++)
        {
            var puts = Enumerable.Range(51 + (10 * i), 10).Select(n => Put(n, $"key{n}", "v"));
            net.Give(a, Clerk, net.Request(a, session, 51, [.. puts]));
        }
        var most = MostInOneTurn(net, b, () => b.Installed ? b.Position : 51);

        Assert.True(b.Synced);
        AssertEqual(a, b);
        Assert.Equal(3, most);
    }

    [Fact]
    public void No_turn_copies_more_than_its_bytes_and_what_one_operation_may()
    {
        var net = new Harness { Settings = Settings(step: 1000) with { MaxValueBytes = Large, ForwardsInFlight = 1 } };
        var (a, b, session) = net.PairInTransfer();
        var value = new string('v', Large - 1000);
        for (var i = 51; i <= 53; i++)
            net.Give(a, Clerk, net.Request(a, session, i, Put(i, $"large{i % 3}", value)));
        // One operation a request: the primary takes as many turns for them, and then sends all in one forward.
        for (var i = 54; i <= 80; i++)
            net.Give(a, Clerk, net.Request(a, session, i, Append(i, $"large{i % 3}", "tail")));
        var most = MostInOneTurn(net, b, () => b.Store.Written);

        Assert.True(b.Synced);
        AssertEqual(a, b);
        // An append may take its value out of the log, and put another back there.
        Assert.InRange(most, Large, BatchExecution.MostWrittenBytes + (2 * Large));
    }

    [Fact]
    public void Previous_values_count_as_bytes_too()
    {
        var net = new Harness
        {
            Settings = Settings(step: 1000) with { MaxValueBytes = Large, ForwardBytes = 1 << 30 },
        };
        var (a, b, session) = net.PairInTransfer();
        var value = new string('v', 5 << 20);
        for (var i = 51; i <= 54; i++)
            net.Give(a, Clerk, net.Request(a, session, i, Put(i, $"large{i}", value)));
        for (var i = 55; i <= 58; i++)
            net.Give(a, Clerk, net.Request(a, session, 55, PutHash(i, $"large{i - 4}", "x")));
        var most = MostInOneTurn(net, b, () => b.Installed ? b.Position : 51);

        Assert.True(b.Synced);
        AssertEqual(a, b);
        Assert.Equal(2, most);
    }

    [Fact]
    public void A_chunk_of_small_entries_is_bounded_in_number()
    {
        var net = new Harness { Settings = Settings(step: 1000) with { ChunkBytes = 640 } };
        net.PairInTransfer();

        Assert.All(net.Take<Chunk>(), chunk => Assert.InRange(chunk.Entries.Length, 1, 10));
    }

    [Fact]
    public void Chunks_of_large_values_do_not_fill_the_whole_window()
    {
        var net = new Harness { Settings = Settings(step: 1000) with { ChunkBytes = 10, ChunksInFlight = 20 } };
        net.PairInTransfer();

        // Of any number, 20 of them would be in flight; each holds an entry of more than 10 bytes.
        Assert.InRange(net.Take<Chunk>().Count, 1, 4);
    }

    private static ProtocolSettings Settings(int step) =>
        new()
        {
            SessionIdleTicks = long.MaxValue,
            CatchUpStep = step,
            ForwardsInFlight = 100,
        };

    private static long MostInOneTurn(Harness net, ReplicaNode node, Func<long> sum)
    {
        var (last, most) = (sum(), 0L);
        net.AfterTurn = turned =>
        {
            if (turned != node)
                return;
            most = Math.Max(most, sum() - last);
            last = sum();
        };
        // The stream first, then the snapshot.
        var chunks = net.Take<Chunk>();
        net.Run();
        foreach (var chunk in chunks)
            net.Give(node, node.View.Primary!.Value.Address, chunk);
        net.Run();
        return most;
    }
}
