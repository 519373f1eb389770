using Akka;
using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using PbKv.Actors;
using PbKv.Actors.Hosting;
using PbKv.Client;

namespace PbKv.Hosting;

/// <summary>
/// A client in an ActorSystem of Akka.Hosting, of whatever name. What the application says of Akka counts more than
/// what PbKv says.
/// </summary>
public static class ClientHosting
{
    /// <summary>
    /// Starts a client: <see cref="GetPbKvClient"/>. A health check tells whether the view service answers.
    /// </summary>
    /// <param name="viewServices">Where the view service is, host:port; several with commas between.</param>
    public static AkkaConfigurationBuilder WithPbKvClient(
        this AkkaConfigurationBuilder builder,
        string viewServices,
        PbKvClientOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(viewServices);
        var listens = PbKvConfig.Listening(PbKvSettings.Default with { Host = "127.0.0.1", Port = 0 });
        return builder
            .AddHocon(listens.WithFallback(ConfigurationFactory.ParseString(PbKvConfig.Remoting)), HoconAddMode.Append)
            .WithActors(
                (system, _) =>
                {
                    var client = PbKvClient.Join(system, viewServices, options);
                    Hosted<PbKvClient>.In(system).Value = client;
                    CoordinatedShutdown
                        .Get(system)
                        .AddTask(
                            CoordinatedShutdown.PhaseServiceStop,
                            "pbkv-client",
                            async () =>
                            {
                                await client.DisposeAsync().ConfigureAwait(false);
                                return Done.Instance;
                            }
                        );
                }
            )
            .WithHealthCheck(
                "pbkv-client",
                (system, _, cancellation) => ClientHealth.CheckAsync(system.GetPbKvClient(), cancellation),
                tags: ["pbkv"]
            );
    }

    /// <summary>The client that was started in this ActorSystem.</summary>
    public static PbKvClient GetPbKvClient(this ActorSystem system) =>
        Hosted<PbKvClient>.In(system).Value
        ?? throw new PbKvStartException(
            $"the ActorSystem {system?.Name} has no client of PbKv, or it has not started yet"
        );
}
