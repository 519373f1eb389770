using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>How entries and sessions are cut into chunks, and how much of a transfer is said to have arrived.</summary>
public sealed class TransferSizes
{
    private const int EntryCost = 64;
    private const int SessionCost = 24;
    private const int ResultCost = 12;

    [Fact]
    public void As_many_chunks_are_in_flight_as_may_be()
    {
        var (net, _, _) = Transfer(EntryCost + 3, entries: 30);
        Assert.Equal([1, 1, 1, 1], net.Take<Chunk>().Select(chunk => chunk.Entries.Length));
    }

    [Fact]
    public void A_chunk_ends_with_the_session_that_fills_it()
    {
        var (net, _, _) = Transfer(EntryCost + SessionCost, sessions: 3);
        Assert.Equal([1, 1, 1, 0], net.Take<Chunk>().Select(chunk => chunk.Sessions.Length));
    }

    [Fact]
    public void The_results_of_a_session_take_the_room_that_the_session_before_it_left()
    {
        var (net, _, _) = Transfer(SessionCost + (7 * ResultCost), sessions: 1, results: 19);
        // Of the first chunk less than its own head is left, but it begins all the same.
        Assert.Equal(
            ["0 1", "7", "7"],
            net.Take<Chunk>()
                .Select(chunk => string.Join(' ', chunk.Sessions.Select(session => session.Results.Length)))
        );
    }

    [Fact]
    public void What_has_arrived_is_said_by_both_servers()
    {
        var (net, a, b) = Transfer(EntryCost + SessionCost, sessions: 4);
        Assert.Equal((0, 0), (net.StatusOf(a).Progress, net.StatusOf(b).Progress));
        net.Run(most: 1);
        Assert.Equal(0.25, net.StatusOf(b).Progress);
        net.Run(message => message is not Installed);
        Assert.Equal((4.0 * SessionCost / (4 * 64), -1), (net.StatusOf(a).Progress, net.StatusOf(b).Progress));
        Assert.True(a.Alone);
    }

    [Fact]
    public void A_transfer_of_nothing_leaves_room_to_write()
    {
        var net = new Harness();
        var (a, b) = (net.Server("a"), net.Server("b"));
        net.Tell(a, View(2, a, b));
        Assert.Equal(0, net.StatusOf(a).Progress);
        net.Give(a, Clerk, new OpenSession(GroupName.Default, a.View.Id, 1));
        var session = net.Outside.Select(said => said.Message).OfType<SessionOpened>().Single().Session;
        net.Give(a, Clerk, net.Request(a, session, 1, Put(1, "k", "v")));
        Assert.Empty(net.Refusals());
    }

    /// <summary>A primary with so many entries of three bytes, sessions, and empty results of one more.</summary>
    private static (Harness Net, ReplicaNode A, ReplicaNode B) Transfer(
        int chunkBytes,
        int entries = 0,
        int sessions = 0,
        int results = 0
    )
    {
        var net = new Harness
        {
            Settings = new()
            {
                ChunkBytes = chunkBytes,
                ChunksInFlight = 4,
                MaxValueBytes = 1,
                SessionIdleTicks = long.MaxValue,
            },
        };
        var (a, b) = (net.Server("a"), net.Server("b"));
        net.Tell(a, View(1, a));
        for (var i = 0; i < sessions; i++)
            net.OpenSession(a);
        if (entries + results > 0)
        {
            var session = net.OpenSession(a);
            for (var i = 1; i <= entries; i++)
                net.Give(a, Clerk, net.Request(a, session, i, Put(i, $"{i:00}", "v")));
            for (var i = 1; i <= results; i++)
                net.Give(a, Clerk, net.Request(a, session, 1, Put(i, "k", "too large")));
        }
        net.Tell(b, View(2, a, b));
        net.Tell(a, View(2, a, b));
        return (net, a, b);
    }
}
