using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using PbKv.Actors.Shells;
using PbKv.Actors.Tests.Cluster;
using PbKv.Client;
using PbKv.Hosting;
using PbKv.Protocol;

namespace PbKv.Actors.Tests.Hosting;

public class AkkaHostingTests
{
    private static PbKvSettings Quick { get; } = PbKvSettings.Read(ConfigurationFactory.ParseString("akka.loglevel = OFF, pbkv.ping-interval = 50ms"));

    [Fact]
    public async Task A_cluster_on_generic_hosts_serves_is_healthy_and_a_server_leaves_first()
    {
        using var view = await StartAsync(akka => akka.WithPbKvViewService(Quick));
        var address = SystemOf(view).GetPbKvNode().Address;
        var settings = Quick with { ViewServices = [address] };
        using var first = await StartAsync(akka => akka.WithPbKvReplica(settings).WithPbKvClient(address));
        var client = SystemOf(first).GetPbKvClient();
        await client.PutAsync("k", "v", TestCluster.Patience);
        using var second = await StartAsync(akka => akka.WithPbKvReplica(settings));
        await TestCluster.StatusAsync(client, status => status.ViewService.Synced);
        foreach (var host in new[] { view, first, second }) Assert.Equal(HealthStatus.Healthy, await HealthAsync(host));

        await first.StopAsync();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection([new("PbKv:ViewServices", address), new("PbKv:Deadline", "20s")]).Build());
        services.AddLogging().AddPbKvClient("127.0.0.1:1").AddHealthChecks().AddPbKv();
        await using var provider = services.BuildServiceProvider();
        Assert.Equal("v", await provider.GetRequiredService<PbKvClient>().GetAsync("k"));
        Assert.Equal(HealthStatus.Healthy, (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status);
    }

    [Fact]
    public async Task A_node_that_failed_is_unhealthy_and_stops_its_host_with_an_error()
    {
        using var view = await StartAsync(akka => akka.WithPbKvViewService(Quick));
        var settings = Quick with { ViewServices = [SystemOf(view).GetPbKvNode().Address] };
        var hooks = new NodeHooks(_ => new Broken());
        using var host = await StartAsync(akka => akka.WithPbKvReplica(settings, TimeSpan.Zero, hooks));
        try
        {
            await host.WaitForShutdownAsync().WaitAsync(TestCluster.Patience);
            Assert.Equal(1, Environment.ExitCode);
        }
        finally
        {
            Environment.ExitCode = 0;
        }
    }

    private static async Task<IHost> StartAsync(Action<AkkaConfigurationBuilder> node)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddHealthChecks();
        builder.Services.AddAkka(AkkaHosting.SystemName, node);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static ActorSystem SystemOf(IHost host) => host.Services.GetRequiredService<ActorSystem>();

    private static async Task<HealthStatus> HealthAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status;

    private sealed class Broken : IOutbox
    {
        public void Send(Envelope envelope) => throw new InvariantBrokenException("on purpose");
    }
}
