using Microsoft.Extensions.Diagnostics.HealthChecks;
using PbKv.Client;

namespace PbKv.Hosting;

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
            return HealthCheckResult.Healthy($"view {status.ViewService.View.Number}");
        }
        catch (PbKvException failure)
        {
            return HealthCheckResult.Unhealthy(failure.Message, failure);
        }
    }
}
