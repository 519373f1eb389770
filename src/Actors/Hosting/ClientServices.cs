using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using PbKv.Actors;
using PbKv.Actors.Shells;
using PbKv.Client;

namespace PbKv.Hosting;

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
