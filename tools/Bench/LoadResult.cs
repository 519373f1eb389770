using System.Diagnostics;
using System.Text.Json;
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

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteString("op", Op);
        writer.WriteNumber("clients", Clients);
        writer.WriteNumber("callers", Callers);
        foreach (
            var (name, value) in new[]
            {
                ("opsPerSecond", OpsPerSecond),
                ("meanUs", Mean),
                ("p50us", At(0.5)),
                ("p90us", At(0.9)),
                ("p99us", At(0.99)),
                ("p999us", At(0.999)),
                ("maxUs", At(1)),
            }
        )
            writer.WriteNumber(name, Math.Round(value, 1));
        writer.WriteNumber("errors", Errors);
    }

    public IEnumerable<string> ToLines()
    {
        yield return $"{Op}: {OpsPerSecond:N0} operations/s, {Callers} callers on {Clients} client(s), {Seconds:F1} s, {Errors} errors";
        yield return $"latency in µs: mean {Mean:N0}, p50 {At(0.5):N0}, p90 {At(0.9):N0}, p99 {At(0.99):N0}, p99.9 {At(0.999):N0}, "
            + $"max {At(1):N0}";
    }

    private double Mean => Latency.TotalCount == 0 ? 0 : Microseconds(Latency.GetMean());

    private double At(double share) =>
        Latency.TotalCount == 0 ? 0 : Microseconds(Latency.GetValueAtPercentile(100 * share));
}
