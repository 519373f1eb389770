using System.Net;
using System.Net.Sockets;
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
using PbKv.Server;

namespace PbKv.Actors.Tests.Hosting;

public class AkkaHostingTests
{
    private static PbKvSettings Quick { get; } =
        PbKvSettings.Read(
            ConfigurationFactory.ParseString(
                "akka.loglevel = OFF, pbkv { ping-interval = 50ms, view-services = [\"127.0.0.1:1\"] }"
            )
        );

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
        foreach (var host in new[] { view, first, second })
            Assert.Equal(HealthStatus.Healthy, await HealthAsync(host));

        await first.StopAsync();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(
            new ConfigurationBuilder()
                .AddInMemoryCollection([new("PbKv:ViewServices", address), new("PbKv:Deadline", "20s")])
                .Build()
        );
        services.AddLogging().AddPbKvClient("127.0.0.1:1").AddHealthChecks().AddPbKv();
        await using var provider = services.BuildServiceProvider();
        Assert.Equal("v", await provider.GetRequiredService<PbKvClient>().GetAsync("k"));
        Assert.Equal(
            HealthStatus.Healthy,
            (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status
        );
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_application_that_cannot_listen_is_told_where_and_the_way_out_and_holds_nothing(
        bool viewService
    )
    {
        using var folder = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var settings = Quick with { Port = ((IPEndPoint)taken.LocalEndpoint).Port, DataDirectory = folder.Path };
        var refusal = await Assert.ThrowsAsync<PbKvStartException>(() =>
            StartAsync(akka => _ = viewService ? akka.WithPbKvViewService(settings) : akka.WithPbKvReplica(settings))
        );
        Assert.StartsWith($"cannot listen on 127.0.0.1:{settings.Port}: ", refusal.Message);
        Assert.EndsWith("Choose another port (--port, pbkv.port), or stop what uses it.", refusal.Message);
        using var free = ViewMemoryFile.Open(folder.Path, "default");
    }

    [Fact]
    public async Task A_view_service_that_could_not_start_leaves_its_directory_to_others()
    {
        using var folder = new TemporaryFolder();
        var refusal = await Assert.ThrowsAsync<PbKvStartException>(() =>
            StartAsync(akka => akka.WithPbKvViewService(Quick with { DataDirectory = folder.Path }), "another")
        );
        Assert.Contains("an ActorSystem named pbkv, this one is another", refusal.Message);
        using var free = ViewMemoryFile.Open(folder.Path, "default");
    }

    private static async Task<IHost> StartAsync(
        Action<AkkaConfigurationBuilder> node,
        string system = AkkaHosting.SystemName
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddHealthChecks();
        builder.Services.AddAkka(system, node);
        var host = builder.Build();
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private static ActorSystem SystemOf(IHost host) => host.Services.GetRequiredService<ActorSystem>();

    private static async Task<HealthStatus> HealthAsync(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status;

    private sealed class Broken : IOutbox
    {
        public void Send(Envelope envelope) => throw new InvariantBrokenException("on purpose");
    }
}
