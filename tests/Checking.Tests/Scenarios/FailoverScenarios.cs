using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Checking.Tests;

/// <summary>docs/TESTING.md, section 2: servers die, come and go.</summary>
public class FailoverScenarios(ITestOutputHelper output)
{
    [Fact]
    public void S6_operations_go_on_soon_after_a_death_and_the_third_server_has_everything()
    {
        var s = new Scenario(output, servers: 3).Settle();
        var client = s.Client("c1");
        for (var i = 0; i < 10; i++)
            client.Put($"k{i}", $"{i}");
        s.Kill(2);
        var put = client.Wait(client.BeginPut("after the backup", "1"));
        Assert.InRange(put.TookUs / 1000, 0, Scenario.Dead + 3 * Scenario.Ping);
        s.Settle().Kill(1);
        put = client.Wait(client.BeginPut("after the primary", "2"));
        Assert.InRange(put.TookUs / 1000, 0, Scenario.Dead + 3 * Scenario.Ping);
        Assert.Equal("s3", s.Primary);
        for (var i = 0; i < 10; i++)
            Assert.Equal($"{i}", client.Get($"k{i}"));
        Assert.Equal("1", client.Get("after the backup"));
        s.End();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void S7_concurrent_puts_leave_the_same_values_on_the_old_backup(bool lossy)
    {
        var s = new Scenario(output, servers: 2, lossy).Settle();
        var clients = Enumerable.Range(1, 3).Select(i => s.Client($"c{i}")).ToList();
        var end = s.World.Now + 5 * World.Second;
        foreach (var client in clients)
            client.KeepBusy(end, i => (OperationKind.Put, $"k{i % 2}", $"{client.Machine} {i}"));
        s.Run(5000).Until(() => clients.TrueForAll(client => client.Idle), "all are answered");
        var values = (clients[0].Get("k0"), clients[0].Get("k1"));
        s.Heal().Settle().Kill(1);
        Assert.Equal(values, (clients[0].Get("k0"), clients[0].Get("k1")));
        s.End();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void S8_concurrent_appends_are_there_once_and_in_each_clients_order(bool lossy)
    {
        var s = new Scenario(output, servers: 2, lossy).Settle();
        var clients = Enumerable.Range(1, 3).Select(i => s.Client($"c{i}")).ToList();
        for (var i = 0; i < 50; i++)
        {
            var round = i;
            clients.ForEach(client => client.BeginAppend("k", $"{client.Machine}.{round};"));
            s.Until(() => clients.TrueForAll(client => client.Idle), "all are answered");
        }
        var onPrimary = clients[0].Get("k")!;
        foreach (var client in clients)
        {
            var mine = onPrimary
                .Split(';')
                .Where(part => part.StartsWith($"{client.Machine}.", StringComparison.Ordinal));
            Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{client.Machine}.{i}"), mine);
        }
        s.Heal().Settle().Kill(1);
        Assert.Equal(onPrimary, clients[0].Get("k"));
        s.End();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void S9_clients_work_on_while_one_server_after_the_other_restarts(bool lossy)
    {
        var s = new Scenario(output, servers: 3, lossy).Settle();
        var clients = Enumerable.Range(1, 3).Select(i => s.Client($"c{i}")).ToList();
        var end = s.World.Now + 20 * World.Second;
        OperationKind[] kinds = [OperationKind.Append, OperationKind.PutHash, OperationKind.Get];
        foreach (var client in clients)
            client.KeepBusy(
                end,
                i => (kinds[i % 3], i % 4 == 0 ? "shared" : $"{client.Machine} {i % 10}", $"{client.Machine}.{i};")
            );
        for (var round = 0; s.World.Now < end; round++)
        {
            var server = 1 + round % 3;
            s.Run(2 * Scenario.Dead).Settle();
            s.Kill(server).Run(Scenario.Ping).Start(server);
        }
        s.Until(() => clients.TrueForAll(client => client.Idle), "all are answered");
        Assert.All(clients, client => Assert.InRange(client.LongestUs, 0, 5 * World.Second));
        Assert.True(s.Reached.Counts["failovers"] > 5);
        s.End();
    }

    [Fact]
    public void S10_servers_come_and_go_for_thirty_seconds()
    {
        var s = new Scenario(output, servers: 3, spare: 3).Settle();
        var client = s.Client("c1");
        client.KeepBusy(
            s.World.Now + 30 * World.Second,
            i => (i % 5 == 0 ? OperationKind.Get : OperationKind.Append, $"k{i % 3}", $"{i};")
        );
        for (var second = 0; second < 30; second++)
        {
            var leaving = Enumerable.Range(1, 6).First(i => s.Server((second + i) % 6 + 1).Up);
            var machine = s.Server((second + leaving) % 6 + 1);
            s.World.Act(machine, "is asked to leave", static (node, effects) => ((ReplicaNode)node).Leave(effects));
            var free = Enumerable.Range(1, 6).FirstOrDefault(i => !s.Server(i).Up);
            if (free > 0)
                s.Start(free);
            s.Run(1000);
        }
        s.Until(() => client.Idle, "the client is answered");
        var left = s.Reached.Counts[nameof(NoticeKind.Left)];
        Assert.True(left > 20, $"only {left} left");
        Assert.InRange(client.LongestUs, 0, 5 * World.Second);
        s.End();
    }

    [Fact]
    public void S15_a_write_whose_answer_was_lost_with_the_primary_runs_once()
    {
        var s = new Scenario(output, servers: 2).Settle();
        var client = s.Client("c1");
        client.Append("k", "a;");
        s.Cut(s.Server(1), client.Machine);
        var append = client.BeginAppend("k", "b;");
        s.Until(() => s.Replica(2).Position >= 3, "the backup has executed it");
        s.Kill(1);
        client.Wait(append);
        Assert.Equal("a;b;", client.Get("k"));
        Assert.True(s.Reached.Counts[nameof(NoticeKind.Deduplicated)] > 0);
        s.End();
    }

    [Fact]
    public void S32_a_planned_leave_is_hardly_noticed()
    {
        var s = new Scenario(output, servers: 3).Settle();
        var client = s.Client("c1");
        client.KeepBusy(s.World.Now + 5 * World.Second, i => (OperationKind.Append, "k", $"{i};"));
        s.Run(1000);
        s.World.Act(s.Server(1), "is asked to leave", static (node, effects) => ((ReplicaNode)node).Leave(effects));
        s.Until(() => !s.Server(1).Up, "s1 has left").Run(5000);
        Assert.InRange(client.LongestUs / 1000, 0, 2 * Scenario.Ping);
        s.End();
    }
}
