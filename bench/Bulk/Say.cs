using System.Diagnostics;

namespace PbKv.Bulk;

/// <summary>Progress goes to standard error: standard output is for the tables.</summary>
internal static class Say
{
    public static void Line(string text) => Console.Error.WriteLine(text);

    public static long Now => Stopwatch.GetTimestamp();

    public static double Ms(long ticks) => ticks * 1000.0 / Stopwatch.Frequency;

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1
            ? sorted[sorted.Count / 2]
            : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
