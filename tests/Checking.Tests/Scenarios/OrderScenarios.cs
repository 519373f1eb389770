using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Checking.Tests;

/// <summary>
/// docs/TESTING.md, section 2: messages that come twice, late, in another order, or not where they were meant for.
/// </summary>
public class OrderScenarios(ITestOutputHelper output)
{
    private static ProtocolSettings Impatient { get; } = ProtocolSettings.Default with { RequestTimeoutTicks = 10 };

    private static ProtocolSettings ManyChunks { get; } =
        ProtocolSettings.Default with
        {
            ChunkBytes = 10,
            ChunksInFlight = 1,
        };

    [Fact]
    public void S14_and_S29_a_retry_of_a_held_write_waits_with_it_and_it_runs_once()
    {
        var s = new Scenario(output, servers: 2, settings: Impatient).Settle();
        var client = s.Client("c1");
        client.Append("k", "a;");
        s.Cut(s.Server(2), s.Server(1));
        var append = client.BeginAppend("k", "b;");
        s.Until(
            () => s.Reached.Counts[nameof(NoticeKind.DuplicateHeld)] > 0,
            "a retry has joined the held write",
            ms: Scenario.Dead
        );
        Assert.False(append.Done);
        s.Heal();
        client.Wait(append);
        Assert.Equal("a;b;", client.Get("k"));
        s.End();
    }

    [Fact]
    public void S16_forwards_that_arrive_in_another_order_are_executed_in_the_first()
    {
        var s = new Scenario(output, servers: 2).Settle();
        var clients = Enumerable.Range(1, 4).Select(i => s.Client($"c{i}")).ToList();
        s.World.Network.Quality = NetworkQuality.Calm with { MaxDelayUs = 20_000 };
        foreach (var client in clients)
            client.KeepBusy(s.World.Now + 3 * World.Second, i => (OperationKind.Append, "k", $"{client.Machine}.{i};"));
        s.Run(3000).Until(() => clients.TrueForAll(client => client.Idle), "all are answered");
        Assert.True(s.Reached.Counts[nameof(NoticeKind.ForwardGap)] > 0, "no forward overtook another");
        s.End();
    }

    [Fact]
    public void S17_repeated_parts_of_a_transfer_roll_nothing_back()
    {
        var s = new Scenario(output, servers: 1, spare: 1, settings: ManyChunks).Settle();
        var client = s.Client("c1");
        for (var i = 0; i < 20; i++)
            client.Put($"k{i}", "old");
        s.World.Network.Quality = new NetworkQuality(0, 60, 200, 800, 30, 400_000);
        s.Start(2).Until(() => s.Replica(2).Installed, "the transfer is in place");
        for (var i = 0; i < 100; i++)
            client.Put($"k{i % 20}", $"new {i}");
        Assert.True(s.World.Network.Repeated > 0);
        s.Heal().Settle().Kill(1).UntilPrimary(2);
        for (var i = 0; i < 20; i++)
            Assert.Equal($"new {80 + i}", client.Get($"k{i}"));
        s.End();
    }

    [Fact]
    public void S18_the_primary_dies_right_after_synced_and_every_write_answered_during_the_transfer_is_there()
    {
        var s = new Scenario(output, servers: 1, spare: 1, settings: ManyChunks).Settle();
        var client = s.Client("c1");
        for (var i = 0; i < 50; i++)
            client.Put($"k{i}", $"value {i}");
        client.KeepBusy(s.World.Now + 5 * World.Second, i => (OperationKind.Append, "log", $"{i};"));
        s.Start(2).Until(() => s.Backup == "s2", "a transfer begins");
        var before = client.Finished;
        s.Until(() => s.Service.Synced, "the first ping says synced").Kill(1);
        Assert.True(client.Finished > before + 5, "nothing was written during the transfer");
        s.UntilPrimary(2).Until(() => client.Idle, "the client is answered");
        Assert.Equal("value 49", client.Get("k49"));
        s.End();
    }

    [Fact]
    public void S17_a_former_primary_that_rejoins_has_lost_what_was_never_committed()
    {
        var s = new Scenario(output, servers: 2).Settle();
        var (doomed, client) = (s.Client("c1"), s.Client("c2"));
        doomed.Put("k", "committed");
        Assert.Equal("committed", client.Get("k"));
        s.CutBoth(s.Server(1), s.ServiceMachine)
            .CutBoth(s.Server(1), s.Server(2))
            .CutBoth(doomed.Machine, s.ServiceMachine)
            .CutBoth(doomed.Machine, s.Server(2));
        doomed.BeginPut("extra", "never acknowledged");
        s.Until(() => Holds(s.Replica(1), "extra"), "the old primary has executed it");
        s.World.Kill(doomed.Machine);
        s.UntilPrimary(2);
        client.Put("k", "newer");
        s.Heal().Settle();
        Assert.Equal("s1", s.Backup);
        Assert.False(Holds(s.Replica(1), "extra"));
        s.End();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void S21_operations_finish_soon_after_one_server_was_a_view_behind(int behind)
    {
        var s = new Scenario(output, servers: 1, spare: 1).Settle();
        var client = s.Client("c1");
        client.Append("k", "a;");
        if (behind == 1)
            s.Cut(s.ServiceMachine, s.Server(1)).Start(2);
        else
            s.Start(2).Cut(s.ServiceMachine, s.Server(2));
        s.Until(() => s.Backup == "s2", "the pair is a view").Run(3 * Scenario.Ping);
        Assert.NotEqual(s.Replica(1).View.Number, s.Replica(2).View.Number);
        var append = client.BeginAppend("k", "b;");
        s.Heal();
        client.Wait(append);
        Assert.InRange(append.TookUs / 1000, 0, 3 * Scenario.Ping);
        s.End();
    }

    [Fact]
    public void S26_what_waited_at_a_server_that_was_stopped_and_killed_does_nothing_afterwards()
    {
        var s = new Scenario(output, servers: 2).Settle();
        var client = s.Client("c1");
        client.Append("k", "a;");
        s.Server(1).Paused = true;
        var append = client.BeginAppend("k", "b;");
        s.Until(() => s.Server(1).Waiting.Count > 0, "messages wait at the stopped server").Kill(1).Start(1);
        client.Wait(append);
        s.Heal().Settle();
        Assert.Equal("a;b;", client.Get("k"));
        s.End();
    }

    [Fact]
    public void S28_an_installed_backup_that_lacks_what_was_answered_alone_is_not_promoted()
    {
        var s = new Scenario(output, servers: 1, spare: 1).Settle();
        var client = s.Client("c1");
        client.KeepBusy(s.World.Now + 10 * World.Second, i => (OperationKind.Append, "k", $"{i};"));
        s.Run(100).Start(2).Until(() => s.Replica(2).Installed, "the transfer is in place");
        Assert.False(s.Replica(2).Synced);
        s.Kill(1).Run(5000);
        Assert.Equal("s1", s.Primary);
        Assert.Contains("not synced", s.Service.WaitingFor, StringComparison.Ordinal);
    }

    private static bool Holds(ReplicaNode server, string key) => server.Store.TryGet(Bytes.Utf8(key), out _);
}
