using System.Globalization;
using System.Text;

namespace PbKv.Report;

/// <summary>
/// The tables of bench/compare.sh: throughput, latency, and the ratios that the project has set itself.
/// </summary>
internal static class CompareTables
{
    private static readonly Target[] Targets =
    [
        new(
            "put, 64 callers on one client ÷ Redis SET + WAIT 1, 64 sockets",
            "PbKv put, one client",
            "Redis SET + WAIT 1, a socket per caller",
            64,
            Metric.Throughput,
            2,
            5
        ),
        new(
            "put, 256 callers on one client ÷ Redis SET + WAIT 1, 256 sockets",
            "PbKv put, one client",
            "Redis SET + WAIT 1, a socket per caller",
            256,
            Metric.Throughput,
            3,
            7
        ),
        new(
            "put, 64 clients with one caller each ÷ Redis SET + WAIT 1, 64 sockets",
            "PbKv put, a client per caller",
            "Redis SET + WAIT 1, a socket per caller",
            64,
            Metric.Throughput,
            0.6,
            1.2
        ),
        new(
            "put, 64 callers on one client ÷ Redis pipelining 64 SETs + one WAIT",
            "PbKv put, one client",
            "Redis pipelined SETs + one WAIT",
            64,
            Metric.Throughput,
            0.4,
            1
        ),
        new(
            "put, 1 caller, p50 ÷ Redis SET + WAIT 1",
            "PbKv put, one client",
            "Redis SET + WAIT 1, a socket per caller",
            1,
            Metric.P50,
            1.3,
            0.9
        ),
        new(
            "get, 64 callers on one client ÷ Redis GET, 64 sockets",
            "PbKv get, one client",
            "Redis GET, a socket per caller",
            64,
            Metric.Throughput,
            1,
            2.5
        ),
        new(
            "put, 64 callers, p99 ÷ Redis SET + WAIT 1",
            "PbKv put, one client",
            "Redis SET + WAIT 1, a socket per caller",
            64,
            Metric.P99,
            1,
            0.5
        ),
        new("put, 64 callers ÷ etcd put", "PbKv put, one client", "etcd put", 64, Metric.Throughput, 8, 20),
    ];

    public static string Markdown(Medians medians)
    {
        var text = new StringBuilder();
        text.AppendLine("Operations per second:").AppendLine();
        Table(text, medians, (name, callers) => medians.OpsPerSecond(name, callers), "N0");
        text.AppendLine().AppendLine("p50 in µs:").AppendLine();
        Table(text, medians, (name, callers) => medians.P50(name, callers), "N0");
        text.AppendLine().AppendLine("p99 in µs:").AppendLine();
        Table(text, medians, (name, callers) => medians.P99(name, callers), "N0");
        text.AppendLine().AppendLine("Ratios:").AppendLine();
        text.AppendLine("| what | ratio | must | aim | |").AppendLine("| --- | ---: | ---: | ---: | --- |");
        foreach (var target in Targets)
            text.AppendLine(target.Row(medians));
        return text.ToString();
    }

    private static void Table(StringBuilder text, Medians medians, Func<string, int, double?> value, string format)
    {
        text.Append("| callers |");
        foreach (var callers in medians.Callers)
            text.Append(CultureInfo.InvariantCulture, $" {callers} |");
        text.AppendLine().Append("| --- |");
        foreach (var _ in medians.Callers)
            text.Append(" ---: |");
        text.AppendLine();
        foreach (var name in medians.Names)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} |");
            foreach (var callers in medians.Callers)
                text.Append(' ')
                    .Append(value(name, callers)?.ToString(format, CultureInfo.InvariantCulture) ?? "–")
                    .Append(" |");
            text.AppendLine();
        }
    }

    private enum Metric
    {
        Throughput,
        P50,
        P99,
    }

    private sealed record Target(
        string What,
        string Ours,
        string Theirs,
        int Callers,
        Metric Metric,
        double Must,
        double Aim
    )
    {
        public string Row(Medians medians)
        {
            var sign = Metric == Metric.Throughput ? "≥" : "≤";
            if (Value(medians, Ours) is not { } ours || Value(medians, Theirs) is not { } theirs || theirs <= 0)
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {What} | – | {sign} {Must} | {sign} {Aim} | not measured |"
                );
            var ratio = ours / theirs;
            var verdict =
                Reaches(ratio, Aim) ? "aim reached"
                : Reaches(ratio, Must) ? "must reached"
                : "missed";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"| {What} | {ratio:F2} | {sign} {Must} | {sign} {Aim} | {verdict} |"
            );
        }

        private bool Reaches(double ratio, double bound) =>
            Metric == Metric.Throughput ? ratio >= bound : ratio <= bound;

        private double? Value(Medians medians, string name) =>
            Metric switch
            {
                Metric.Throughput => medians.OpsPerSecond(name, Callers),
                Metric.P50 => medians.P50(name, Callers),
                _ => medians.P99(name, Callers),
            };
    }
}
