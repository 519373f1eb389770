using System.Runtime.CompilerServices;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using PbKv.Actors.Tests.Cluster;
using PbKv.Client;
using Xunit.Abstractions;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>
/// The base of the failure scenarios: a TestKit whose ActorSystem can talk with nodes, and a cluster for each test. A
/// number such as S2_14 in the name of a test is section and line of the list of scenarios in docs/TESTING.md.
/// </summary>
public abstract class Scenario(ITestOutputHelper output) : TestKit(KitConfig(), "scenario")
{
    private const string Listen = """
        akka { loglevel = OFF, stdout-loglevel = OFF, loggers = [], log-dead-letters = off }
        akka.log-dead-letters-during-shutdown = off
        akka.remote.log-remote-lifecycle-events = off
        """;

    protected ITestOutputHelper Report { get; } = output;

    /// <summary>Paused nodes stand on a thread each.</summary>
    [ModuleInitializer]
    internal static void ProvideThreads()
    {
        ThreadPool.GetMinThreads(out _, out var ports);
        ThreadPool.SetMinThreads(32, ports);
    }

    private static Config KitConfig() =>
        ConfigurationFactory
            .ParseString(Listen)
            .WithFallback(PbKvConfig.Listening(PbKvSettings.Read(TestCluster.Transport)))
            .WithFallback(ConfigurationFactory.ParseString(PbKvClient.Hocon));

    /// <summary>
    /// Runs a test on a cluster, and at its end demands scenario 33; a failure shows what every node said.
    /// </summary>
    internal async Task OnClusterAsync(
        Func<Cluster, Task> test,
        string settings = "",
        bool sameAtRest = true,
        bool nextViewService = false
    )
    {
        await using var cluster = new Cluster(this, Report, settings, nextViewService);
        try
        {
            await test(cluster);
            if (sameAtRest)
                await cluster.AssertSameAtRestAsync();
        }
        catch
        {
            Report.WriteLine($"view service {cluster.ViewService}");
            foreach (var member in cluster.Everybody)
                Report.WriteLine($"server {member}");
            throw;
        }
        finally
        {
            var repeated =
                cluster.ViewService.LooksRepeated
                + string.Concat(cluster.Everybody.Select(member => member.LooksRepeated));
            if (repeated.Length > 0)
                Report.WriteLine($"looks repeated:{repeated}");
        }
    }
}

/// <summary>What measures durations, or would be starved by parallel neighbours.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
