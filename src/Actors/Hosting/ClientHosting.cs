using Akka;
using Akka.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
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

/// <summary>A client for applications with dependency injection.</summary>
public static class ClientServices
{
    /// <summary>
    /// The section of the configuration: <c>ViewServices</c>, with commas between, and <c>Deadline</c>, such as 10s.
    /// </summary>
    public const string Section = "PbKv";

    /// <summary>
    /// Adds a <see cref="PbKvClient"/> as a singleton that logs to the ILoggerFactory and is disposed with the
    /// container. What the configuration's section <see cref="Section"/> says counts more than what is given here.
    /// </summary>
    public static IServiceCollection AddPbKvClient(
        this IServiceCollection services,
        string viewServices = "127.0.0.1:7000",
        PbKvClientOptions? options = null
    )
    {
        services.TryAddSingleton(provider =>
        {
            var section = provider.GetService<IConfiguration>()?.GetSection(Section);
            var given = options ?? new PbKvClientOptions();
            return PbKvClient.Connect(
                section?["ViewServices"] ?? viewServices,
                given with
                {
                    Deadline = section?["Deadline"] is { } deadline ? Read(deadline) : given.Deadline,
                    LoggerFactory = given.LoggerFactory ?? provider.GetService<ILoggerFactory>(),
                },
                NodeHooks.None
            );
        });
        return services;
    }

    /// <summary>
    /// Adds a check of the <see cref="PbKvClient"/> that <see cref="AddPbKvClient"/> added: whether the view service
    /// answers it.
    /// </summary>
    public static IHealthChecksBuilder AddPbKv(
        this IHealthChecksBuilder builder,
        string name = "pbkv",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(
            new HealthCheckRegistration(
                name,
                provider => new ClientHealth(provider.GetRequiredService<PbKvClient>()),
                failureStatus,
                tags
            )
        );
    }

    private static TimeSpan Read(string deadline) =>
        SettingText.TryDuration(deadline, out var duration)
            ? duration
            : throw new SettingsException(
                $"{Section}:Deadline is '{deadline}', allowed is a duration such as 10s, or infinite"
            );
}

/// <summary>A client is healthy while the view service answers it.</summary>
internal sealed class ClientHealth(PbKvClient client) : IHealthCheck
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(2);

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    ) => CheckAsync(client, cancellationToken);

    public static async Task<HealthCheckResult> CheckAsync(PbKvClient client, CancellationToken cancellation)
    {
        try
        {
            var status = await client.StatusAsync(Within, cancellation).ConfigureAwait(false);
            return HealthCheckResult.Healthy($"view {status.View}");
        }
        catch (PbKvException failure)
        {
            return HealthCheckResult.Unhealthy(failure.Message, failure);
        }
    }
}
