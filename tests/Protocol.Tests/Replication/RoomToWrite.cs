using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>
/// A transfer stops nobody: reads are answered whatever waits for the backup, and writes find a little room for as long
/// as the snapshot arrives or the backup catches up.
/// </summary>
public sealed class RoomToWrite
{
    private const int StreamBytes = 64 << 10;
    private const string Value = "a value of some forty bytes, no more than that";

    private readonly Harness _net = new()
    {
        Settings = new()
        {
            ChunkBytes = 100,
            ChunksInFlight = 2,
            ForwardsInFlight = 2,
            ForwardBytes = 256,
            StreamBytes = StreamBytes,
            CatchUpStep = 4,
            SessionIdleTicks = long.MaxValue,
            BackupSilentTicks = 1000,
        },
    };

    private long _sequence = 50;

    [Fact]
    public void A_full_stream_refuses_no_read_and_what_comes_with_it_is_answered_in_part()
    {
        var (a, _, session) = _net.PairInTransfer();
        FillUp(a, session);

        var before = _net.Replies().Count;
        var request = _net.Request(a, session, 51, Get(3001, "key1"), Put(3002, "new", Value), Get(3003, "key2"));
        _net.Give(a, Clerk, request);

        var reply = Assert.Single(_net.Replies().Skip(before));
        Assert.Equal([3001, 3003], reply.Results.Select(result => result.Sequence));
        Assert.Equal(["value1", "value2"], reply.Results.Select(result => result.Value.ToString()));
        Assert.Equal((request.Number, RefusalReason.Busy), (_net.Refusals()[^1].Number, _net.Refusals()[^1].Reason));
        Assert.Equal("", Read(a, "new"));
    }

    [Fact]
    public void Sessions_are_opened_until_the_stream_is_full_and_then_reads_are_answered_all_the_same()
    {
        var (a, _, session) = _net.PairInTransfer();
        while (_net.Refusals().Count == 0)
            _net.Give(a, Clerk, new OpenSession(GroupName.Default, a.View.Id, 1));
        Assert.Equal(new Refusal(1, RefusalReason.Busy, a.View), Assert.Single(_net.Refusals()));

        _net.Give(a, Clerk, _net.Request(a, session, 51, Get(51, "key1")));

        Assert.Equal("value1", _net.Replies()[^1].Results.Single().Value.ToString());
        Assert.True(a.Alone);
    }

    [Fact]
    public void One_request_takes_a_small_part_of_the_room_keys_and_values_alike()
    {
        var (a, _, session) = _net.PairInTransfer();
        var (before, share) = (a.Position, StreamBytes / 2 / 64);
        var puts = Enumerable.Range(51, 50).Select(i => Put(i, $"{i}{new string('k', 20)}", Value));
        _net.Give(a, Clerk, _net.Request(a, session, 51, [.. puts]));
        Assert.Equal(1 + (share / (16 + 22 + Value.Length)), a.Position - before);
    }

    [Fact]
    public void A_duplicate_of_what_was_executed_needs_no_room()
    {
        var (a, _, session) = _net.PairInTransfer();
        FillUp(a, session);

        _net.Give(a, Clerk, _net.Request(a, session, 51, Put(51, "k51", Value)));

        Assert.Equal(51, _net.Replies()[^1].Results.Single().Sequence);
    }

    [Fact]
    public void Writes_go_on_with_each_chunk_that_arrives_and_each_step_of_catching_up_until_the_switch()
    {
        var (a, b, session) = _net.PairInTransfer();
        var (longest, refused, deliveries, most) = (0, 0, 0, 0L);
        while (a.Alone)
        {
            // Callers that never stop: one tries whenever anything has arrived anywhere.
            refused = TryWrite(a, session) ? 0 : refused + 1;
            longest = Math.Max(longest, refused);
            most = Math.Max(most, a.Position - b.Position);
            Assert.True(DeliverOne(), "the servers are at rest before the switch");
            Assert.True(++deliveries < 100_000, "the transfer does not end");
        }
        _net.Run();

        Assert.True(b.Synced);
        AssertEqual(a, b);
        // Between two chunks or steps lie the deliveries of what is in flight, and the acknowledgements.
        Assert.InRange(longest, 1, 30);
        Assert.InRange(_sequence, 200, 100_000);
        Assert.True(most * 60 < StreamBytes + 4096, $"{most} operations waited");
    }

    [Fact]
    public void The_switch_comes_when_what_callers_would_wait_for_is_little()
    {
        var (a, b, session) = _net.PairInTransfer();
        FillUp(a, session);
        var behind = 0L;
        _net.AfterTurn = node => behind = node == a && a.Alone ? a.Position - b.Position : behind;
        _net.Run();

        Assert.True(b.Synced);
        Assert.InRange(behind * 60, 0, StreamBytes / 8);
    }

    /// <summary>Until so many are refused in a row that none is refused for its turn alone.</summary>
    private void FillUp(ReplicaNode a, long session)
    {
        for (var refused = 0; refused < 1000; )
            refused = TryWrite(a, session) ? 0 : refused + 1;
    }

    private bool TryWrite(ReplicaNode a, long session)
    {
        var before = a.Position;
        _sequence++;
        _net.Give(
            a,
            Clerk,
            _net.Request(a, session, Math.Max(51, _sequence - 3000), Put(_sequence, $"k{_sequence}", Value))
        );
        if (a.Position > before)
            return true;
        _sequence--;
        return false;
    }

    private bool DeliverOne()
    {
        var delivered = false;
        _net.Run(_ => delivered = true, most: 1);
        return delivered;
    }
}
