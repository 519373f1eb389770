using PbKv.Client;

namespace PbKv.Actors.Tests.Cluster;

public class ClusterTests
{
    [Fact]
    public async Task What_is_put_through_a_pair_can_be_read()
    {
        await using var cluster = new TestCluster();
        var (_, _, kv) = await cluster.StartPairAsync();
        await kv.PutAsync("k", "v");
        Assert.Equal("v", await kv.GetAsync("k"));
        await kv.AppendAsync("k", "w");
        Assert.Equal("vw", await kv.PutHashAsync("k", "x"));
        Assert.Null(await kv.PutHashAsync("h", "a"));
        Assert.Equal("3826002220", await kv.GetAsync("h"));
        Assert.Equal("", await kv.GetAsync("never stored"));
        Assert.Null(await kv.TryGetAsync("never stored"));
    }

    [Fact]
    public async Task What_was_written_is_there_after_the_primary_is_gone()
    {
        await using var cluster = new TestCluster();
        var (primary, backup, kv) = await cluster.StartPairAsync();
        for (var i = 0; i < 50; i++) await kv.PutAsync($"key {i}", $"value {i}");
        await primary.StopAsync();
        for (var i = 0; i < 50; i++) Assert.Equal($"value {i}", await kv.GetAsync($"key {i}"));
        await kv.PutAsync("key 0", "again");
        Assert.Equal("again", await kv.GetAsync("key 0"));
        var status = await TestCluster.StatusAsync(kv, status => status.ViewService.Acknowledged);
        Assert.Equal(backup.Address, status.ViewService.View.Primary!.Value.Address.Value);
    }

    [Fact]
    public async Task At_rest_primary_and_backup_hold_the_same()
    {
        await using var cluster = new TestCluster();
        var (_, _, kv) = await cluster.StartPairAsync();
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => kv.PutAsync($"key {i}", $"value {i}").AsTask()));
        var status = await TestCluster.StatusAsync(kv, status => status.Servers.Length == 2 && status.Servers[0].Position == status.Servers[1].Position);
        Assert.Equal(status.Servers[0].Digest, status.Servers[1].Digest);
        Assert.Equal(500, status.Servers[1].Keys);
    }

    [Fact]
    public async Task A_primary_that_is_asked_to_leave_hands_over_and_nothing_fails()
    {
        await using var cluster = new TestCluster();
        var (primary, backup, kv) = await cluster.StartPairAsync();
        var stop = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++) await kv.PutAsync("k", $"{i}");
        });
        Assert.True(await primary.LeaveAsync(TestCluster.Patience));
        await primary.StopAsync();
        await TestCluster.StatusAsync(kv, status => status.ViewService.View.Primary!.Value.Address.Value == backup.Address);
        await stop.CancelAsync();
        await writer;
    }

    [Fact]
    public async Task A_client_whose_results_fit_into_no_frame_together_does_not_keep_a_backup_out()
    {
        await using var cluster = new TestCluster();
        cluster.StartReplica();
        var kv = cluster.Connect();
        var value = new string('x', 1 << 20);
        for (var i = 0; i < 14; i++) await kv.PutAsync($"key {i}", value);
        await Task.WhenAll(Enumerable.Range(0, 14).Select(i => kv.PutHashAsync($"key {i}", "y").AsTask()));
        cluster.StartReplica();
        await TestCluster.StatusAsync(kv, status => status.ViewService.Synced);
    }

    [Fact]
    public async Task A_lone_primary_is_not_let_go()
    {
        await using var cluster = new TestCluster();
        var server = cluster.StartReplica();
        var kv = cluster.Connect();
        await kv.PutAsync("k", "v");
        Assert.False(await server.LeaveAsync(TimeSpan.FromMilliseconds(300)));
        Assert.Equal("v", await kv.GetAsync("k"));
    }
}
