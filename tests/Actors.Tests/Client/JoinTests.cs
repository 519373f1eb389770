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
        using var system = Shop();
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
    public async Task Clients_of_one_cluster_share_a_session_and_each_is_disposed_for_itself()
    {
        await using var cluster = new TestCluster();
        using var system = Shop();
        var first = PbKvClient.Join(system, cluster.ViewService.Address);
        var second = PbKvClient.Join(system, cluster.ViewService.Address);
        Assert.Single(Clerks(system));
        var (lost, kept) = (
            first.PutAsync("lost", "v", Timeout.InfiniteTimeSpan).AsTask(),
            second.PutAsync("kept", "v").AsTask()
        );
        await first.DisposeAsync();
        await first.DisposeAsync();
        foreach (
            var refused in new Func<Task>[]
            {
                () => lost,
                () => first.PutAsync("k", "v").AsTask(),
                () => first.StatusAsync(),
            }
        )
        {
            var refusal = await Assert.ThrowsAsync<PbKvException>(() => refused().WaitAsync(TestCluster.Patience));
            Assert.Equal((PbKvError.ClientClosed, PbKvOutcome.NotExecuted), (refusal.Code, refusal.Outcome));
        }
        await cluster.StartPairAsync();
        await kept;
        Assert.Null(await second.TryGetAsync("lost"));

        await using var other = PbKvClient.Join(
            system,
            cluster.ViewService.Address,
            new() { Settings = "pbkv.clerk.request-timeout = 2s" }
        );
        await using var alone = PbKvClient.Join(system, cluster.ViewService.Address, new() { OwnSession = true });
        Assert.Equal("v", await other.GetAsync("kept"));
        Assert.Equal("v", await alone.GetAsync("kept"));
        Assert.Equal(3, Clerks(system).Count());

        await second.DisposeAsync();
        await Assert.ThrowsAsync<PbKvException>(() => second.GetAsync("kept").AsTask().WaitAsync(TestCluster.Patience));
        await using var third = PbKvClient.Join(system, cluster.ViewService.Address);
        Assert.Equal("v", await third.GetAsync("kept"));
    }

    [Fact]
    public async Task An_application_that_ends_its_ActorSystem_first_waits_for_no_client()
    {
        await using var cluster = new TestCluster();
        using var system = Shop();
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

    internal static ActorSystem Shop() =>
        ActorSystem.Create(
            "shop",
            ConfigurationFactory
                .ParseString("akka.loggers = [], akka.loglevel = OFF")
                .WithFallback(ConfigurationFactory.ParseString(PbKvClient.Hocon))
        );

    private static IEnumerable<IActorRef> Clerks(ActorSystem system) =>
        ((ActorRefWithCell)((ExtendedActorSystem)system).Guardian).Children.Where(child => child is not Nobody);

    [Theory]
    [InlineData("")]
    [InlineData("akka.actor.provider = remote, akka.remote.dot-netty.tcp { hostname = \"127.0.0.1\", port = 0 }")]
    public async Task An_ActorSystem_without_the_HOCON_is_refused_and_told_what_it_lacks(string hocon)
    {
        using var system = ActorSystem.Create(
            "shop",
            ConfigurationFactory.ParseString("akka.loggers = [], akka.loglevel = OFF," + hocon)
        );
        var refusal = Assert.Throws<PbKvStartException>(() => PbKvClient.Join(system, "127.0.0.1:1"));
        Assert.Contains("PbKvClient.Hocon", refusal.Message);
        await system.Terminate();
    }
}
