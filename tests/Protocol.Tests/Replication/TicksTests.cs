using static PbKv.Protocol.Tests.Replication.Harness;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>What a server does as time passes, and what it forgets.</summary>
public sealed class TicksTests
{
    private static readonly NodeAddress B = new("b");

    [Fact]
    public void A_tick_that_comes_late_does_not_count_against_the_backup_but_not_twice_in_a_row()
    {
        var net = new Harness();
        var a = HoldsAnAnswer(net);
        for (var i = 1; i < 2 * net.Settings.BackupSilentTicks; i++)
            Late();
        Assert.False(ReportsSilence(net));
        Late();
        Assert.True(ReportsSilence(net));

        void Late() => net.Do(a, effects => a.OnTimer(new ReplicaTick() with { Late = true }, effects));
    }

    [Fact]
    public void A_backup_that_is_asked_for_nothing_is_not_silent()
    {
        var net = new Harness();
        var (a, _) = net.Pair();
        for (var i = 0; i < 20; i++)
            net.Tick(a);
        Assert.False(ReportsSilence(net));
    }

    [Fact]
    public void A_primary_looks_the_same_whether_two_operations_came_together_or_not()
    {
        Assert.Equal(Look(together: true), Look(together: false));

        static ulong Look(bool together)
        {
            var net = new Harness
            {
                Settings = new() { ForwardsInFlight = 1, SessionIdleTicks = long.MaxValue },
            };
            var (a, _) = net.Pair();
            var session = net.OpenSession(a);
            var (one, two, three) = (Put(1, "k", "v"), Put(2, "k", "w"), Put(3, "k", "x"));
            net.Give(a, Clerk, net.Request(a, session, 1, one));
            if (together)
                net.Give(a, Clerk, net.Request(a, session, 1, two, three));
            else
                foreach (var put in new[] { two, three })
                    net.Give(a, Clerk, net.Request(a, session, 1, put));
            net.Run();
            net.Give(a, Clerk, net.Request(a, session, 1, Get(4, "k")) with { Number = 99 });
            return FingerprintOf(a);
        }
    }

    [Fact]
    public void A_confirmation_is_a_sign_of_life()
    {
        var net = new Harness();
        var (a, _, _) = net.PairInTransfer();
        net.Run(message => message is not Installed);
        for (var i = 0; i < net.Settings.BackupSilentTicks; i++)
            net.Tick(a);
        Assert.True(ReportsSilence(net));
        net.Give(a, B, new Installed(a.View.Id));
        net.Tick(a);
        Assert.False(ReportsSilence(net));
    }

    [Fact]
    public void A_primary_whose_backup_stays_silent_looks_the_same_tick_after_tick()
    {
        var net = new Harness();
        var waiting = HoldsAnAnswer(net);
        var transferring = net.Server("c");
        net.Tell(transferring, View(3, transferring, net.Server("d")));
        foreach (var node in new[] { waiting, transferring })
        {
            for (var i = 0; i < 20; i++)
                net.Tick(node);
            var before = FingerprintOf(node);
            net.Tick(node);
            Assert.Equal(before, FingerprintOf(node));
        }
    }

    [Fact]
    public void That_a_chunk_has_arrived_shows_when_all_are_sent()
    {
        var net = new Harness
        {
            Settings = new() { ChunkBytes = 1000, SessionIdleTicks = long.MaxValue },
        };
        var (a, _, _) = net.PairInTransfer();
        Assert.True(net.Take<Chunk>()[^1].Last);
        var before = FingerprintOf(a);
        net.Give(a, B, new ChunkAck(a.View.Id, 1));
        Assert.NotEqual(before, FingerprintOf(a));
    }

    [Fact]
    public void What_has_arrived_of_a_snapshot_shows_and_what_a_server_holds()
    {
        Assert.Distinct(new[] { "v", "w" }.Select(WithChunk));
        Assert.Distinct(new[] { "v", "w" }.Select(WithData));

        static ulong WithChunk(string value)
        {
            var net = new Harness();
            var (a, b, _) = net.PairInTransfer();
            var entry = new Entry(Bytes.Utf8("k"), Bytes.Utf8(value));
            net.Give(b, a.Id.Address, new Chunk(b.View.Id, 0, false, 1, 1, [entry], []));
            return FingerprintOf(b);
        }

        static ulong WithData(string value)
        {
            var net = new Harness();
            var a = net.Server("a");
            net.Tell(a, View(1, a));
            net.Give(a, Clerk, net.Request(a, net.OpenSession(a), 1, Put(1, "k", value)));
            return FingerprintOf(a);
        }
    }

    [Fact]
    public void Whom_a_primary_will_answer_what_once_it_is_confirmed_shows()
    {
        Assert.Distinct(new[] { Look("c", 1), Look("d", 1), Look("c", 2) });

        static ulong Look(string clerk, long number)
        {
            var net = new Harness();
            var (a, b) = net.Pair();
            var put = net.Request(a, net.OpenSession(a), 1, Put(1, "k", "v"));
            net.Give(a, new NodeAddress(clerk), put with { Number = number });
            net.Tell(a, View(3, a, b), acknowledged: false);
            return FingerprintOf(a);
        }
    }

    [Fact]
    public void When_a_session_was_used_is_forgotten_with_it()
    {
        var net = new Harness { Settings = new() };
        var a = net.Server("a");
        net.Tell(a, View(1, a));
        var (closed, other) = (net.OpenSession(a), net.OpenSession(a));
        net.Give(a, Clerk, net.Request(a, closed, 1, Put(1, "k", "v")));
        Assert.Equal((true, true), (IsKnown(closed), IsKnown(other)));
        net.Give(a, Clerk, net.Request(a, closed, 2, new Operation(OperationKind.CloseSession, 2, default, default)));
        Assert.Equal((false, true), (IsKnown(closed), IsKnown(other)));

        bool IsKnown(long session) =>
            State
                .Of(a)
                .Split("_lastUsed: ")[1]
                .Split("_at:")[0]
                .Contains($"key: {session}\n", StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_executed_and_recognised_is_counted_over_all_views()
    {
        var net = new Harness();
        var a = net.Server("a");
        for (var number = 1; number <= 3; number++)
        {
            net.Tell(a, View(number, a));
            var put = net.Request(a, net.OpenSession(a), 1, Put(1, "k", "v"), Put(2, "k", "v"));
            net.Give(a, Clerk, put);
            net.Give(a, Clerk, put);
        }
        Assert.Equal((6, 6), (net.StatusOf(a).Operations, net.StatusOf(a).Deduplicated));
    }

    private static ReplicaNode HoldsAnAnswer(Harness net)
    {
        var (a, _) = net.Pair();
        net.Give(a, Clerk, net.Request(a, net.OpenSession(a), 1, Put(1, "k", "v")));
        return a;
    }

    private static bool ReportsSilence(Harness net) =>
        net.Outside.Select(said => said.Message).OfType<Ping>().Last().BackupSilent;

    private static ulong FingerprintOf(ReplicaNode node)
    {
        var fingerprint = new Fingerprint();
        node.AddTo(ref fingerprint);
        return fingerprint.Value;
    }
}
