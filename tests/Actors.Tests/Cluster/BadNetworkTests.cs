using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Cluster;

public class BadNetworkTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Over_a_bad_network_every_operation_is_done_once_and_in_order()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        await using var cluster = new TestCluster("pbkv { dead-pings = 20, clerk.request-timeout = 100ms }", FaultyOutbox.Hooks(seed));
        for (var i = 1; i <= 3; i++) cluster.StartReplica(FaultyOutbox.Hooks(seed + i));
        var kv = cluster.Connect(hooks: FaultyOutbox.Hooks(seed + 4));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++) await kv.AppendAsync($"caller {caller}", $"{i} ");
            Assert.Equal(string.Concat(Enumerable.Range(0, 25).Select(i => $"{i} ")), await kv.GetAsync($"caller {caller}"));
        })));
    }
}
