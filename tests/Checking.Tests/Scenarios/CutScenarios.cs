using PbKv.Protocol;
using Xunit.Abstractions;

namespace PbKv.Checking.Tests;

/// <summary>docs/TESTING.md, section 2: servers that cannot hear, talk or think.</summary>
public class CutScenarios(ITestOutputHelper output)
{
    [Fact]
    public void S11_a_get_at_a_primary_cut_off_from_the_view_service_shows_no_old_value()
    {
        var s = new Scenario(output, servers: 2).Settle();
        var (writer, reader) = (s.Client("c1"), s.Client("c2"));
        writer.Put("k", "old");
        Assert.Equal("old", reader.Get("k"));
        s.CutBoth(s.Server(1), s.ServiceMachine).CutBoth(reader.Machine, s.ServiceMachine).UntilPrimary(2);
        writer.Put("k", "new");
        var get = reader.BeginGet("k");
        s.Run(2000);
        Assert.NotEqual("old", get.Value);
        s.Heal();
        Assert.Equal("new", reader.Wait(get).Value);
        s.End();
    }

    [Fact]
    public void S12_a_deposed_primary_whose_old_backup_is_dead_answers_nothing()
    {
        var s = new Scenario(output, servers: 3).Settle();
        var (writer, reader) = (s.Client("c1"), s.Client("c2"));
        writer.Put("k", "old");
        Assert.Equal("old", reader.Get("k"));
        s.CutBoth(s.Server(1), s.ServiceMachine).CutBoth(reader.Machine, s.ServiceMachine).UntilPrimary(2);
        writer.Put("k", "new");
        s.Until(() => s.Service.Synced && s.Backup == "s3", "s3 is synced").Kill(2).UntilPrimary(3);
        var get = reader.BeginGet("k");
        s.Run(2000);
        Assert.False(get.Done);
        s.Heal();
        Assert.Equal("new", reader.Wait(get).Value);
        s.End();
    }

    [Fact]
    public void S13_a_pair_that_forms_again_has_what_one_did_alone()
    {
        var s = new Scenario(output, servers: 2).Settle();
        var client = s.Client("c1");
        client.Append("k", "a;");
        s.Isolate(2).Until(() => s.Service is { Acknowledged: true, View.Backup: null }, "s1 is alone");
        client.Append("k", "b;");
        s.Heal().Settle().Kill(1);
        client.Append("k", "c;");
        Assert.Equal("a;b;c;", client.Get("k"));
        s.End();
    }

    [Fact]
    public void S19_writes_go_on_when_the_backup_is_cut_off_half_way_through_a_transfer()
    {
        var s = new Scenario(output, servers: 1, spare: 2, settings: ManyChunks).Settle();
        var client = s.Client("c1");
        for (var i = 0; i < 50; i++)
            client.Put($"k{i}", $"value {i}");
        s.Start(2)
            .Until(
                () => s.Service.View.Backup is not null && s.Replica(2).View.Number == s.Service.View.Number,
                "a transfer begins"
            )
            .Run(2);
        Assert.False(s.Replica(2).Installed);
        s.Start(3).Isolate(2);
        client.Put("meanwhile", "1");
        s.Until(() => s.Service.Synced && s.Backup == "s3", "s3 is synced instead").Kill(1);
        Assert.Equal("value 49", client.Get("k49"));
        Assert.Equal("1", client.Get("meanwhile"));
        s.End();
    }

    [Fact]
    public void S20_when_the_primary_dies_half_way_through_a_transfer_nobody_is_promoted()
    {
        var s = new Scenario(output, servers: 1, spare: 1, settings: ManyChunks).Settle();
        var client = s.Client("c1");
        for (var i = 0; i < 50; i++)
            client.Put($"k{i}", $"value {i}");
        s.Start(2).Until(() => s.Service.Acknowledged && s.Backup == "s2", "a transfer begins").Run(2);
        Assert.False(s.Replica(2).Installed);
        s.Kill(1);
        var get = client.BeginGet("k1");
        s.Run(5000);
        Assert.False(get.Done);
        Assert.Equal("s1", s.Primary);
        Assert.Contains("not synced", s.Service.WaitingFor, StringComparison.Ordinal);
    }

    [Fact]
    public void S22_a_primary_that_was_stopped_wakes_up_deposed_and_answers_nothing()
    {
        var s = new Scenario(output, servers: 2).Settle();
        var (one, other) = (s.Client("c1"), s.Client("c2"));
        one.Append("k", "a;");
        Assert.Equal("a;", other.Get("k"));
        s.Server(1).Paused = true;
        var get = other.BeginGet("k");
        var append = one.BeginAppend("k", "b;");
        s.Run(2 * Scenario.Dead).UntilPrimary(2);
        one.Wait(append);
        s.Heal();
        other.Wait(get);
        Assert.Equal("a;b;", other.Get("k"));
        s.End();
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(0, 2)]
    [InlineData(2, 0)]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void S23_a_link_that_works_in_one_direction_only_stops_nobody_for_long(int from, int to)
    {
        var s = new Scenario(output, servers: 3).Settle();
        var client = s.Client("c1");
        client.Append("k", "a;");
        s.Cut(Machine(from), Machine(to));
        client.KeepBusy(s.World.Now + 5 * World.Second, i => (OperationKind.Append, "k", $"{i};"));
        s.Run(8000).Until(() => client.Idle, "the client is answered");
        Assert.InRange(client.LongestUs / 1000, 0, 2 * Scenario.Dead + 3 * Scenario.Ping);
        s.End();

        Machine Machine(int index) => index == 0 ? s.ServiceMachine : s.Server(index);
    }

    [Fact]
    public void S24_a_slow_backup_slows_the_clients_and_loses_nothing()
    {
        var s = new Scenario(
            output,
            servers: 2,
            settings: ProtocolSettings.Default with
            {
                StreamBytes = 1800,
            }
        ).Settle();
        s.Server(2).SlownessUs = 20_000;
        var clients = Enumerable.Range(1, 6).Select(i => s.Client($"c{i}")).ToList();
        foreach (var client in clients)
            client.KeepBusy(s.World.Now + 5 * World.Second, i => (OperationKind.Append, "k", $"{client.Machine}.{i};"));
        s.Run(5000).Until(() => clients.TrueForAll(client => client.Idle), "all are answered");
        Assert.All(
            clients,
            client => Assert.True(client.Finished > 10, $"{client.Machine} got only {client.Finished} answers")
        );
        s.End();
    }

    [Fact]
    public void S30_operations_go_on_when_primary_and_backup_cannot_talk()
    {
        var s = new Scenario(output, servers: 2).Settle();
        var client = s.Client("c1");
        client.Append("k", "a;");
        s.CutBoth(s.Server(1), s.Server(2));
        var append = client.Wait(client.BeginAppend("k", "b;"));
        Assert.InRange(append.TookUs / 1000, 0, 2 * Scenario.Dead);
        s.End();
    }

    private static ProtocolSettings ManyChunks { get; } =
        ProtocolSettings.Default with
        {
            ChunkBytes = 10,
            ChunksInFlight = 1,
        };
}
