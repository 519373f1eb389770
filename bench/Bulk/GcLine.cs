using System.Globalization;
using System.Text.RegularExpressions;

namespace PbKv.Bulk;

/// <summary>What a node says of its garbage collector in its last log line.</summary>
internal sealed partial record GcLine(double TotalMs, double LongestMs, int Gen0, int Gen1, int Gen2)
{
    public static GcLine Of(string log)
    {
        var match = Pattern().Match(log);
        if (!match.Success)
            throw new InvalidDataException($"the node's log does not end with its pauses: {log.Trim()}");
        return new GcLine(Real("total"), Real("longest"), Whole("gen0"), Whole("gen1"), Whole("gen2"));

        double Real(string name) => double.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
        int Whole(string name) => int.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(
        @"gcPauseTotalMs=(?<total>[\d.]+) gcPauseLongestMs=(?<longest>[\d.]+) "
            + @"gen0=(?<gen0>\d+) gen1=(?<gen1>\d+) gen2=(?<gen2>\d+)",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Pattern();
}
