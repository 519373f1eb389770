using Akka.Actor;
using Akka.Configuration;
using PbKv.Actors.Tests.Cluster;
using PbKv.Client;

namespace PbKv.Actors.Tests.Client;

public class JoinTests
{
    [Fact]
    public async Task Clients_join_an_ActorSystem_that_the_application_has_and_leave_it_running()
    {
        await using var cluster = new TestCluster();
        await cluster.StartPairAsync();
        using var system = ActorSystem.Create("shop", ConfigurationFactory.ParseString(
            "akka.loggers = [], akka.loglevel = OFF")
            .WithFallback(ConfigurationFactory.ParseString(PbKvClient.Hocon)));
        await using (var first = PbKvClient.Join(system, cluster.ViewService.Address))
        await using (var second = PbKvClient.Join(system, cluster.ViewService.Address))
        {
            await first.PutAsync("k", "v");
            Assert.Equal("v", await second.GetAsync("k"));
        }
        Assert.False(system.WhenTerminated.IsCompleted);
        await system.Terminate();
    }

    [Fact]
    public async Task An_application_that_ends_its_ActorSystem_first_waits_for_no_client()
    {
        await using var cluster = new TestCluster();
        using var system = ActorSystem.Create("shop", ConfigurationFactory.ParseString(
            "akka.loggers = [], akka.loglevel = OFF")
            .WithFallback(ConfigurationFactory.ParseString(PbKvClient.Hocon)));
        var kv = PbKvClient.Join(system, cluster.ViewService.Address);
        var put = kv.PutAsync("k", "v", Timeout.InfiniteTimeSpan).AsTask();
        var status = kv.StatusAsync(Timeout.InfiniteTimeSpan);
        await system.Terminate();
        await Assert.ThrowsAsync<PbKvException>(() => put.WaitAsync(TestCluster.Patience));
        Assert.IsNotType<TimeoutException>(await Record.ExceptionAsync(() => status.WaitAsync(TestCluster.Patience)));
        await Assert.ThrowsAsync<PbKvException>(() => kv.PutAsync("k", "v").AsTask().WaitAsync(TestCluster.Patience));
        await kv.DisposeAsync().AsTask().WaitAsync(TestCluster.Patience);
        await kv.DisposeAsync().AsTask().WaitAsync(TestCluster.Patience);
    }

    [Theory]
    [InlineData("")]
    [InlineData("akka.actor.provider = remote, akka.remote.dot-netty.tcp { hostname = \"127.0.0.1\", port = 0 }")]
    public async Task An_ActorSystem_without_the_HOCON_is_refused_and_told_what_it_lacks(string hocon)
    {
        using var system = ActorSystem.Create("shop", ConfigurationFactory.ParseString("akka.loggers = [], akka.loglevel = OFF," + hocon));
        var refusal = Assert.Throws<PbKvStartException>(() => PbKvClient.Join(system, "127.0.0.1:7000"));
        Assert.Contains("PbKvClient.Hocon", refusal.Message);
        await system.Terminate();
    }
}
