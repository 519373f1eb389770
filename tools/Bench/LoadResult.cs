using System.Diagnostics;
using System.Text.Json.Nodes;
using HdrHistogram;

namespace PbKv.Bench;

/// <summary>What one closed-loop run measured; the JSON is the same for PbKv and for its peers.</summary>
public sealed record LoadResult(string Op, int Clients, int Callers, double Seconds, LongHistogram Latency, long Errors)
{
    /// <summary>
    /// Ticks up to an hour, to one part in a hundred. A third digit would take 270 KB for each caller rather than 37.
    /// </summary>
    public static LongHistogram NewHistogram() => new(1, 3600 * Stopwatch.Frequency, numberOfSignificantValueDigits: 2);

    public double OpsPerSecond => Seconds <= 0 ? 0 : Latency.TotalCount / Seconds;

    public static double Microseconds(double ticks) => ticks * 1e6 / Stopwatch.Frequency;

    public JsonObject ToJson() =>
        new()
        {
            ["op"] = Op,
            ["clients"] = Clients,
            ["callers"] = Callers,
            ["opsPerSecond"] = Math.Round(OpsPerSecond, 1),
            ["meanUs"] = Math.Round(Mean, 1),
            ["p50us"] = Math.Round(At(0.5), 1),
            ["p90us"] = Math.Round(At(0.9), 1),
            ["p99us"] = Math.Round(At(0.99), 1),
            ["p999us"] = Math.Round(At(0.999), 1),
            ["maxUs"] = Math.Round(At(1), 1),
            ["errors"] = Errors,
        };

    public IEnumerable<string> ToLines()
    {
        yield return $"{Op}: {OpsPerSecond:N0} operations/s, {Callers} callers on {Clients} client(s), {Seconds:F1} "
            + $"s, {Errors} errors";
        yield return $"latency in µs: mean {Mean:N0}, p50 {At(0.5):N0}, p90 {At(0.9):N0}, p99 {At(0.99):N0}, p99.9 "
            + $"{At(0.999):N0}, "
            + $"max {At(1):N0}";
    }

    private double Mean => Latency.TotalCount == 0 ? 0 : Microseconds(Latency.GetMean());

    private double At(double share) =>
        Latency.TotalCount == 0 ? 0 : Microseconds(Latency.GetValueAtPercentile(100 * share));
}
