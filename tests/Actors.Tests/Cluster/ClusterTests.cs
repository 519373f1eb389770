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
    public async Task A_client_whose_results_fit_into_no_frame_together_does_not_keep_a_backup_out()
    {
        await using var cluster = new TestCluster();
        cluster.StartReplica();
        var kv = cluster.Connect();
        var value = new string('x', 1 << 20);
        for (var i = 0; i < 14; i++)
            await kv.PutAsync($"key {i}", value);
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
