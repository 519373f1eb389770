using System.Text.Json;

namespace PbKv.Report;

/// <summary>One run of one system at one number of callers, as a line of JSON.</summary>
internal sealed record Measurement(string Name, int Callers, double OpsPerSecond, double P50, double P99)
{
    public static Measurement Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        return new Measurement(
            root.GetProperty("name").GetString()!,
            root.GetProperty("callers").GetInt32(),
            root.GetProperty("opsPerSecond").GetDouble(),
            root.GetProperty("p50us").GetDouble(),
            root.GetProperty("p99us").GetDouble()
        );
    }
}

/// <summary>Medians over the rounds of one run, by system and callers.</summary>
internal sealed class Medians
{
    private readonly Dictionary<(string Name, int Callers), List<Measurement>> _byKey = [];

    public Medians(IEnumerable<Measurement> measurements)
    {
        foreach (var measurement in measurements)
        {
            var key = (measurement.Name, measurement.Callers);
            if (!_byKey.TryGetValue(key, out var list))
                _byKey.Add(key, list = []);
            list.Add(measurement);
            if (!Names.Contains(measurement.Name))
                Names.Add(measurement.Name);
        }
    }

    /// <summary>In the order in which they first came.</summary>
    public List<string> Names { get; } = [];

    public IReadOnlyList<int> Callers => [.. _byKey.Keys.Select(key => key.Callers).Distinct().Order()];

    public int Rounds => _byKey.Values.Max(list => list.Count);

    public double? OpsPerSecond(string name, int callers) => Of(name, callers, m => m.OpsPerSecond);

    public double? P50(string name, int callers) => Of(name, callers, m => m.P50);

    public double? P99(string name, int callers) => Of(name, callers, m => m.P99);

    private double? Of(string name, int callers, Func<Measurement, double> value)
    {
        if (!_byKey.TryGetValue((name, callers), out var list))
            return null;
        var sorted = list.Select(value).Order().ToList();
        return sorted.Count % 2 == 1
            ? sorted[sorted.Count / 2]
            : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
