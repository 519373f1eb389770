using System.Globalization;
using System.Text;

namespace PbKv.Report;

/// <summary>Horizontal bars, one group for each number of callers.</summary>
internal static class BarChart
{
    private const int Left = 330;
    private const int Width = 900;
    private const int Bar = 16;

    private static readonly string[] Colours =
    [
        "#1f6feb",
        "#54aeff",
        "#0a3069",
        "#6e40c9",
        "#cf222e",
        "#fa4549",
        "#ff8182",
        "#8c959f",
        "#57606a",
    ];

    public static string Svg(Medians medians, string title)
    {
        var most = medians
            .Names.SelectMany(name => medians.Callers.Select(callers => medians.OpsPerSecond(name, callers) ?? 0))
            .Max();
        var body = new StringBuilder();
        var y = 50;
        foreach (var callers in medians.Callers)
        {
            body.AppendLine(Text(10, y, string.Create(CultureInfo.InvariantCulture, $"{callers} callers"), "bold"));
            y += 8;
            for (var i = 0; i < medians.Names.Count; i++)
            {
                if (medians.OpsPerSecond(medians.Names[i], callers) is not { } value)
                    continue;
                var length = value / most * (Width - Left - 90);
                body.AppendLine(Text(24, y + Bar - 4, medians.Names[i], "normal"));
                body.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"<rect x=\"{Left}\" y=\"{y}\" width=\"{length:F1}\" height=\"{Bar - 3}\" "
                        + $"fill=\"{Colours[i % Colours.Length]}\"/>"
                );
                body.AppendLine(
                    Text(
                        Left + (int)length + 6,
                        y + Bar - 4,
                        value.ToString("N0", CultureInfo.InvariantCulture),
                        "normal"
                    )
                );
                y += Bar;
            }
            y += 26;
        }
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {y}" font-family="sans-serif" font-size="12">
            <rect width="{Width}" height="{y}" fill="#ffffff"/>
            {Text(10, 22, title, "bold")}
            {body.ToString().TrimEnd()}
            </svg>

            """;
    }

    private static string Text(int x, int y, string text, string weight) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"<text x=\"{x}\" y=\"{y}\" "
                + $"font-weight=\"{weight}\">{text.Replace("&", "&amp;", StringComparison.Ordinal)}</text>"
        );
}
