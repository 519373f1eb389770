using Akka;
using Akka.Configuration;
using Akka.DependencyInjection;
using Akka.Event;
using Akka.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using PbKv.Server;

namespace PbKv.Hosting;

/// <summary>
/// A node in an ActorSystem of Akka.Hosting, which is named <see cref="SystemName"/>. What the application says of Akka
/// before counts more than what PbKv says; where a node listens is as its settings say.
/// </summary>
public static class AkkaHosting
{
    /// <summary>Nodes find each other by this name.</summary>
    public const string SystemName = NodePath.SystemName;

    /// <summary>How long a server that stops waits for another to take its place.</summary>
    public static readonly TimeSpan TimeToLeave = TimeSpan.FromSeconds(3.5);

    /// <summary>
    /// Starts a view service; a health check tells whether it lives. If it fails, the host stops with exit code 1.
    /// </summary>
    /// <exception cref="PbKvStartException">It cannot listen there, or its memory is damaged or in use: the host does
    /// not start.</exception>
    public static AkkaConfigurationBuilder WithPbKvViewService(
        this AkkaConfigurationBuilder builder,
        PbKvSettings settings
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        PbKvNode.CheckMemory(settings);
        return builder
            .WithNode(settings, system => PbKvNode.StartViewService(settings, NodeHooks.None, system), TimeSpan.Zero)
            .WithHealthCheck(
                "pbkv-view",
                (system, _, cancellation) => CheckAsync(system, needsView: false, cancellation),
                tags: ["pbkv"]
            );
    }

    /// <summary>
    /// Starts a server; a health check tells whether it lives and knows a view. When the host stops, it leaves first.
    /// If it fails, the host stops with exit code 1: it is never started again in the same process.
    /// </summary>
    /// <param name="timeToLeave">How long it may wait for that; zero: it does not leave. <see cref="TimeToLeave"/>
    /// unless told.</param>
    /// <exception cref="PbKvStartException">It cannot listen there: the host does not start.</exception>
    public static AkkaConfigurationBuilder WithPbKvReplica(
        this AkkaConfigurationBuilder builder,
        PbKvSettings settings,
        TimeSpan? timeToLeave = null
    ) => builder.WithPbKvReplica(settings, timeToLeave ?? TimeToLeave, NodeHooks.None);

    /// <summary>The node that was started in this ActorSystem.</summary>
    /// <exception cref="PbKvStartException">There is none.</exception>
    public static PbKvNode GetPbKvNode(this ActorSystem system) =>
        Hosted<PbKvNode>.In(system).Value
        ?? throw new PbKvStartException(
            $"the ActorSystem {system?.Name} has no node of PbKv, or it has not started yet"
        );

    internal static AkkaConfigurationBuilder WithPbKvReplica(
        this AkkaConfigurationBuilder builder,
        PbKvSettings settings,
        TimeSpan timeToLeave,
        NodeHooks hooks
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        return builder
            .WithNode(settings, system => PbKvNode.StartReplica(settings, hooks, system), timeToLeave)
            .WithHealthCheck(
                "pbkv-replica",
                (system, _, cancellation) => CheckAsync(system, needsView: true, cancellation),
                tags: ["pbkv"]
            );
    }

    private static AkkaConfigurationBuilder WithNode(
        this AkkaConfigurationBuilder builder,
        PbKvSettings settings,
        Func<ActorSystem, PbKvNode> start,
        TimeSpan timeToLeave
    )
    {
        NodeSystem.CheckListens(settings);
        // The rest is for what the task does beside waiting.
        var phase = ConfigurationFactory.ParseString(
            $"akka.coordinated-shutdown.phases.{CoordinatedShutdown.PhaseBeforeServiceUnbind}.timeout = "
                + $"{(long)timeToLeave.TotalMilliseconds + 1000}ms"
        );
        return builder
            .AddHocon(PbKvConfig.Listening(settings).WithFallback(phase), HoconAddMode.Prepend)
            .AddHocon(PbKvConfig.Complete(settings.Config), HoconAddMode.Append)
            .WithActors(
                (ActorSystem system, IActorRegistry registry, IDependencyResolver resolver) =>
                {
                    if (system.Name != SystemName)
                        throw new PbKvStartException(
                            $"a node lives in an ActorSystem named {SystemName}, this one is {system.Name}"
                        );
                    var node = Hosted<PbKvNode>.In(system).Value = start(system);
                    CoordinatedShutdown
                        .Get(system)
                        .AddTask(
                            CoordinatedShutdown.PhaseBeforeServiceUnbind,
                            "pbkv-leave",
                            () => LeaveAsync(node, timeToLeave)
                        );
                    _ = StopHostIfItFailsAsync(node, resolver.GetService<IHostApplicationLifetime>());
                }
            )
            // Who is told that the host runs may count on the node: a view service has kept its memory when it answers.
            .AddStartup(
                (system, _) =>
                {
                    var node = Hosted<PbKvNode>.In(system).Value!;
                    return Task.WhenAny(node.ViewAsync(CancellationToken.None), node.Failed);
                }
            );
    }

    private static async Task<Done> LeaveAsync(PbKvNode node, TimeSpan within)
    {
        node.IsStopping();
        if (within > TimeSpan.Zero && !await node.LeaveAsync(within).ConfigureAwait(false) && !node.Failed.IsCompleted)
            node.System.Log.Warning(
                "node={0} nobody took its place within {1} s: if it was the only one with the data, the data "
                    + "goes with it",
                node.Address,
                within.TotalSeconds
            );
        return Done.Instance;
    }

    private static async Task StopHostIfItFailsAsync(PbKvNode node, IHostApplicationLifetime lifetime)
    {
        var failure = await node.Failed.ConfigureAwait(false);
        node.System.Log.Error("node={0} stopped: {1}; a new process makes a new one", node.Address, failure.Message);
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }

    private static async Task<HealthCheckResult> CheckAsync(
        ActorSystem system,
        bool needsView,
        CancellationToken cancellation
    )
    {
        var node = system.GetPbKvNode();
        if (node.Failed.IsCompleted)
            return HealthCheckResult.Unhealthy("the node has stopped", await node.Failed.ConfigureAwait(false));
        try
        {
            var view = await node.ViewAsync(cancellation).ConfigureAwait(false);
            return view > 0 || !needsView
                ? HealthCheckResult.Healthy($"view {view}")
                : HealthCheckResult.Unhealthy("no view is known: is the view service there?");
        }
        catch (AskTimeoutException silent)
        {
            return HealthCheckResult.Unhealthy("the node does not answer", silent);
        }
    }
}
