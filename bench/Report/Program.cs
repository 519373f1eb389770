using PbKv.Report;

if (args is not ["compare", var results, var document, var chart])
{
    if (args is ["section", var name, var file, var target])
    {
        Section.Replace(target, name, await File.ReadAllTextAsync(file));
        return 0;
    }
    Console.Error.WriteLine(
        "report: say `report compare RESULTS DOCUMENT CHART` or `report section NAME FILE DOCUMENT`"
    );
    return 2;
}
var lines = await File.ReadAllLinesAsync(results);
var header = lines.Where(line => line.StartsWith('#')).Select(line => line[1..].Trim());
var medians = new Medians(lines.Where(line => line.StartsWith('{')).Select(Measurement.Parse));
var markdown =
    string.Join("  \n", header)
    + $"\n\nMedians of {medians.Rounds} interleaved rounds.\n\n"
    + CompareTables.Markdown(medians);
Console.WriteLine(markdown);
await File.WriteAllTextAsync(chart, BarChart.Svg(medians, "Operations per second, by number of concurrent callers"));
Section.Replace(document, "compare", markdown + $"\n![operations per second]({Path.GetFileName(chart)})\n");
return 0;
