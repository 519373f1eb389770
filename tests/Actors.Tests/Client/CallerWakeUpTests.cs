using PbKv.Actors.Tests.Cluster;

namespace PbKv.Actors.Tests.Client;

public class CallerWakeUpTests
{
    [Fact]
    public async Task A_caller_that_blocks_its_thread_holds_up_no_other()
    {
        await using var cluster = new TestCluster();
        var (_, _, kv) = await cluster.StartPairAsync();
        using var everybodyIsBack = new CountdownEvent(8);
        var callers = Enumerable
            .Range(0, 8)
            .Select(i =>
                Task.Run(async () =>
                {
                    await kv.PutAsync($"key {i}", "v");
                    everybodyIsBack.Signal();
                    Assert.True(
                        everybodyIsBack.Wait(TestCluster.Patience),
                        "the callers waited for one another in vain"
                    );
                })
            );
        await Task.WhenAll(callers);
    }
}
