using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PbKv.Host.Bench;

/// <summary>What one closed-loop run measured; the JSON is the same for PbKv and for its peers.</summary>
public sealed record LoadResult(string Op, int Clients, int Callers, double Seconds, LatencyHistogram Latency, long Errors)
{
    public double OpsPerSecond => Seconds <= 0 ? 0 : Latency.Count / Seconds;

    public static double Microseconds(double ticks) => ticks * 1e6 / Stopwatch.Frequency;

    public string ToJson()
    {
        var text = new StringBuilder("{");
        text.Append(CultureInfo.InvariantCulture, $"\"op\":\"{Op}\",\"clients\":{Clients},\"callers\":{Callers},");
        text.Append(CultureInfo.InvariantCulture, $"\"opsPerSecond\":{OpsPerSecond:F1},\"meanUs\":{Microseconds(Latency.Mean):F1},");
        text.Append(CultureInfo.InvariantCulture, $"\"p50us\":{At(0.5):F1},\"p90us\":{At(0.9):F1},\"p99us\":{At(0.99):F1},");
        text.Append(CultureInfo.InvariantCulture, $"\"p999us\":{At(0.999):F1},\"maxUs\":{Microseconds(Latency.Max):F1},\"errors\":{Errors}}}");
        return text.ToString();
    }

    public IEnumerable<string> ToLines()
    {
        yield return $"{Op}: {OpsPerSecond:N0} operations/s, {Callers} callers on {Clients} client(s), {Seconds:F1} s, {Errors} errors";
        yield return $"latency in µs: mean {Microseconds(Latency.Mean):N0}, p50 {At(0.5):N0}, p90 {At(0.9):N0}, p99 {At(0.99):N0}, p99.9 {At(0.999):N0}, max {Microseconds(Latency.Max):N0}";
    }

    private double At(double share) => Microseconds(Latency.Percentile(share));
}
