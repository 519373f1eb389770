using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

public class PrimaryAndBackup
{
    [Fact]
    public void A_lone_primary_answers_by_itself_once_it_is_confirmed()
    {
        var net = new Harness();
        var a = net.Server("a");
        net.Tell(a, View(1, a), acknowledged: false);
        net.Give(a, Clerk, new OpenSession(GroupName.Default, a.View.Id, 1));
        Assert.Equal(RefusalReason.NotReady, net.Refusals().Single().Reason);

        net.Tell(a, View(1, a));
        var session = net.OpenSession(a);
        net.Give(
            a,
            Clerk,
            net.Request(a, session, 1, Put(1, "k", "v"), Append(2, "k", "w"), Get(3, "k"), Get(4, "none"))
        );

        var results = net.Replies().Single().Results;
        Assert.Equal("vw", results[2].Value.ToString());
        Assert.Equal(ResultStatus.Missing, results[3].Status);
    }

    [Fact]
    public void PutHash_of_a_missing_key_stores_the_known_hash_and_returns_nothing_before()
    {
        var net = new Harness();
        var a = net.Server("a");
        net.Tell(a, View(1, a));
        var session = net.OpenSession(a);

        net.Give(a, Clerk, net.Request(a, session, 1, PutHash(1, "k", "a")));

        Assert.Equal(ResultStatus.Missing, net.Replies().Single().Results[0].Status);
        Assert.Equal("3826002220", Read(a, "k"));
    }

    [Fact]
    public void An_answer_is_held_until_the_backup_acknowledged_its_forward()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);

        net.Give(a, Clerk, net.Request(a, session, 1, Put(1, "k", "v")));
        Assert.Empty(net.Replies());
        net.Run();

        Assert.Single(net.Replies());
        Assert.Equal("v", Read(b, "k"));
        AssertEqual(a, b);
    }

    [Fact]
    public void A_Get_shows_the_value_at_its_arrival_and_waits_for_a_forward_sent_after_it()
    {
        var net = new Harness();
        var (a, _) = net.Pair();
        var session = net.OpenSession(a);
        net.Give(a, Clerk, net.Request(a, session, 1, Put(1, "k", "old")));
        net.Run();

        net.Give(a, Clerk, net.Request(a, session, 2, Get(2, "k")));
        var forward = Assert.Single(net.Take<Forward>());
        Assert.Empty(forward.Batches);
        net.Give(a, Clerk, net.Request(a, session, 3, Put(3, "k", "new")));
        net.Give(a, new NodeAddress("b"), new ForwardAck(a.View.Id, forward.Serial));

        Assert.Equal("old", net.Replies().Last().Results.Single().Value.ToString());
    }

    [Fact]
    public void A_duplicate_of_a_held_request_waits_with_it_and_both_get_the_same_result()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);

        net.Give(a, Clerk, net.Request(a, session, 1, PutHash(1, "k", "a")));
        net.Give(a, Clerk, net.Request(a, session, 1, PutHash(1, "k", "a")));
        Assert.Empty(net.Replies());
        net.Run();

        Assert.Equal(2, net.Replies().Count);
        Assert.Equal(net.Replies()[0].Results[0], net.Replies()[1].Results[0]);
        Assert.Equal("3826002220", Read(b, "k"));
    }

    [Fact]
    public void A_retry_at_the_promoted_backup_runs_nothing_twice()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        net.Give(a, Clerk, net.Request(a, session, 1, Append(1, "k", "x")));
        net.Run();

        net.Tell(b, View(3, b));
        net.Give(b, Clerk, net.Request(b, session, 1, Append(1, "k", "x"), Append(2, "k", "y")));

        Assert.Equal("xy", Read(b, "k"));
        Assert.Equal(2, net.Replies().Last().Results.Length);
    }

    [Fact]
    public void Writes_go_on_through_a_transfer_and_the_backup_has_them_all()
    {
        var net = new Harness
        {
            Settings = new()
            {
                ChunkBytes = 64,
                ChunksInFlight = 1,
                CatchUpStep = 2,
                SessionIdleTicks = long.MaxValue,
            },
        };
        var (a, b, session) = net.PairInTransfer();

        var sequence = 50;
        net.Run(message =>
        {
            if (message is Chunk)
                net.Give(a, Clerk, net.Request(a, session, sequence, Append(++sequence, "key1", "+")));
            return true;
        });

        Assert.True(b.Synced);
        Assert.True(sequence > 60);
        Assert.Equal("value1" + new string('+', sequence - 50), Read(b, "key1"));
        Assert.Equal(sequence, net.Replies().Count);
        AssertEqual(a, b);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(250)]
    public void A_session_with_large_results_travels_in_chunks_that_are_no_larger_than_others(int chunkBytes)
    {
        var net = new Harness
        {
            Settings = new()
            {
                ChunkBytes = chunkBytes,
                MaxValueBytes = 100,
                SessionIdleTicks = long.MaxValue,
            },
        };
        var a = net.Server("a");
        var b = net.Server("b");
        net.Tell(a, View(1, a));
        var session = net.OpenSession(a);
        net.OpenSession(a);
        for (var i = 1; i <= 20; i++)
            net.Give(a, Clerk, net.Request(a, session, 1, Put(i, $"key{i}", new string('v', 100))));
        for (var i = 21; i <= 40; i++)
            net.Give(a, Clerk, net.Request(a, session, 21, PutHash(i, $"key{i - 20}", "x")));
        var pair = View(2, a, b);
        net.Tell(a, pair);
        net.Tell(b, pair);

        net.Run(message =>
        {
            if (message is Chunk chunk)
                Assert.InRange(
                    chunk.Sessions.Sum(image => image.Results.Sum(result => result.Value.Length)),
                    0,
                    chunkBytes + 100
                );
            return true;
        });

        Assert.True(b.Synced);
        AssertEqual(a, b);
        Assert.Equal(20, b.Sessions.Find(session)!.Count);
    }

    [Fact]
    public void A_request_for_more_than_one_turn_can_give_is_done_in_part_and_the_rest_is_asked_for_again()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        net.Give(a, Clerk, net.Request(a, session, 1, Put(1, "large", new string('v', 1 << 20))));
        var request = net.Request(
            a,
            session,
            2,
            [Put(2, "first", "1"), .. Enumerable.Range(3, 100).Select(i => Get(i, "large")), Put(103, "last", "1")]
        );
        net.Give(a, Clerk, request);
        net.Run();

        var given = net
            .Outside.Select(item => item.Message)
            .Where(message => message is Reply or Refusal)
            .Skip(1)
            .ToList();
        var reply = Assert.IsType<Reply>(given[0]);
        Assert.Equal([2L, 3, 4], reply.Results.Select(result => result.Sequence));
        Assert.Equal(new Refusal(request.Number, RefusalReason.Busy, a.View), given[1]);
        Assert.Equal(2, given.Count);
        Assert.Equal("", Read(a, "last"));
        AssertEqual(a, b);

        for (var next = 5L; next <= 103; next = net.Replies().Last().Results[^1].Sequence + 1)
        {
            net.Give(
                a,
                Clerk,
                net.Request(
                    a,
                    session,
                    next,
                    [.. request.Batch.Operations.Where(operation => operation.Sequence >= next)]
                )
            );
            net.Run();
        }
        Assert.Equal("1", Read(b, "last"));
        AssertEqual(a, b);
    }

    [Fact]
    public void A_request_that_copies_too_many_large_values_is_done_in_part_and_one_that_adds_to_a_few_is_not()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        for (var i = 1; i <= 40; i++)
            net.Give(a, Clerk, net.Request(a, session, i, Put(i, $"key {i}", new string('v', 1_000_000))));
        net.Give(
            a,
            Clerk,
            net.Request(a, session, 41, [.. Enumerable.Range(1, 40).Select(i => Append(40 + i, $"key {i}", "w"))])
        );
        net.Run();
        Assert.InRange(net.Replies().Last().Results.Length, 8, 9);
        Assert.Equal(RefusalReason.Busy, Assert.Single(net.Refusals()).Reason);

        net.Give(a, Clerk, net.Request(a, session, 101, Append(101, "key 40", "w")));
        net.Give(
            a,
            Clerk,
            net.Request(a, session, 102, [.. Enumerable.Range(0, 1000).Select(i => Append(102 + i, "key 40", "w"))])
        );
        net.Run();
        Assert.Equal(1000, net.Replies().Last().Results.Length);
        Assert.Single(net.Refusals());
        AssertEqual(a, b);
    }

    [Fact]
    public void A_backup_that_catches_up_with_too_many_copies_of_large_values_does_so_in_parts()
    {
        var net = new Harness();
        var a = net.Server("a");
        var b = net.Server("b");
        net.Tell(a, View(1, a));
        var session = net.OpenSession(a);
        for (var i = 1; i <= 40; i++)
            net.Give(a, Clerk, net.Request(a, session, i, Put(i, $"key {i}", new string('v', 1_000_000))));
        net.Tell(b, View(2, a, b));
        net.Tell(a, View(2, a, b));
        var chunks = net.Take<Chunk>();
        for (var i = 41; i <= 80; i++)
        {
            net.Give(a, Clerk, net.Request(a, session, i, Append(i, $"key {i - 40}", "w")));
            net.Run();
        }
        foreach (var chunk in chunks)
            net.Give(b, a.Id.Address, chunk);

        var signsOfLife = 0;
        net.Run(message =>
        {
            if (message is ForwardAck)
                signsOfLife++;
            return true;
        });
        // A part of 8 MiB each, and the marker.
        Assert.InRange(signsOfLife, 4, 6);
        Assert.True(b.Synced);
        AssertEqual(a, b);
    }

    [Fact]
    public void Until_the_backup_confirmed_the_primary_answers_alone_and_the_marker_covers_it()
    {
        var net = new Harness();
        var a = net.Server("a");
        var b = net.Server("b");
        net.Tell(a, View(1, a));
        var session = net.OpenSession(a);
        var pair = View(2, a, b);
        net.Tell(a, pair);
        net.Tell(b, pair);
        net.Give(a, Clerk, net.Request(a, session, 1, Put(1, "k", "v")));
        Assert.Single(net.Replies());
        var forwards = net.Take<Forward>();
        net.Run(message => message is not Forward);
        Assert.True(b.Installed);
        Assert.False(b.Synced);

        foreach (var forward in forwards)
            net.Give(b, new NodeAddress("a"), forward);
        net.Run();
        net.Tick(a);
        net.Tick(a);
        net.Tick(a);
        net.Run();

        Assert.True(b.Synced);
        AssertEqual(a, b);
    }

    [Fact]
    public void A_deposed_primary_drops_what_it_holds_and_says_who_is_primary_now_and_one_that_stays_releases_it()
    {
        var net = new Harness();
        var (a, b) = net.Pair();
        var session = net.OpenSession(a);
        net.Give(a, Clerk, net.Request(a, session, 1, Put(1, "k", "v")));
        var fork = a.Clone();

        net.Tell(a, View(3, b));
        Assert.Empty(net.Replies());
        Assert.Contains(net.Notices, notice => notice.Kind == NoticeKind.AnswersDropped);
        var refusal = Assert.Single(net.Refusals());
        Assert.Equal((2, RefusalReason.NotPrimary, 3), (refusal.Number, refusal.Reason, refusal.View.Number));

        net.Tell(fork, View(3, fork), acknowledged: false);
        Assert.Empty(net.Replies());
        net.Tell(fork, View(3, fork));
        Assert.Single(net.Replies());
    }
}
