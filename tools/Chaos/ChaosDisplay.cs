using Spectre.Console;
using Spectre.Console.Rendering;

namespace PbKv.Chaos;

/// <summary>What a run looks like at one moment.</summary>
/// <param name="Share">How much of its time is over, 0 to 1.</param>
internal sealed record ChaosScene(
    double Share,
    ChaosFacts Facts,
    IReadOnlyList<string> Active,
    IReadOnlyList<(string Name, string State)> Nodes
);

/// <summary>
/// A table and a bar where somebody watches standard error, a line for each thing that happens where nobody does.
/// </summary>
internal sealed class ChaosDisplay(Terminal terminal)
{
    private const int BarWidth = 50;

    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();

    /// <summary>One line of what happens; the table tells the same by itself.</summary>
    public void Say(string line)
    {
        if (terminal.ErrorIsTerminal)
            return;
        lock (_lock)
            terminal.ErrorLine(line);
    }

    public async Task<T> ShowAsync<T>(Func<ChaosScene> scene, Task<T> work)
    {
        if (!terminal.ErrorIsTerminal)
            return await work;
        var console = ProgressBar.ConsoleOf(terminal);
        await console
            .Live(Picture(scene()))
            .AutoClear(true)
            .StartAsync(async live =>
            {
                while (!work.IsCompleted)
                {
                    live.UpdateTarget(Picture(scene()));
                    await Task.WhenAny(work, Task.Delay(Refresh));
                }
            });
        return await work;
    }

    private static Rows Picture(ChaosScene scene)
    {
        var nodes = new Table().Border(TableBorder.None).AddColumn("NODE").AddColumn("STATE");
        foreach (var (name, state) in scene.Nodes)
            nodes.AddRow(new Text(name), new Text(state, StyleOf(state)));
        var faults = new Table()
            .Border(TableBorder.None)
            .AddColumn("FAULT")
            .AddColumn("STRUCK")
            .AddColumn("LONGEST GAP");
        var facts = scene.Facts;
        foreach (var kind in facts.Chosen)
            faults.AddRow(
                FaultKinds.NameOf(kind),
                $"{facts.Struck.GetValueOrDefault(kind)}",
                $"{facts.LongestGapMs.GetValueOrDefault(kind)} ms"
            );
        List<IRenderable> rows =
        [
            new Columns(nodes, faults) { Expand = false },
            new Text(Bar(scene.Share)),
            new Text(
                $"{facts.Operations} operations, {facts.ViewChanges} changes of view, {facts.DeduplicatedRetries} "
                    + "retries recognised"
            ),
            .. scene.Active.Select(active => new Text(active, new Style(Color.Yellow))),
            .. facts.Violations.Select(violation => new Text(violation, new Style(Color.Red))),
        ];
        return new Rows(rows);
    }

    private static string Bar(double share)
    {
        var full = (int)(share * BarWidth);
        return $"{new string('█', full)}{new string('░', BarWidth - full)} {share * 100:0} %";
    }

    private static Style StyleOf(string state) =>
        new(
            state switch
            {
                "primary" => Color.Green,
                "backup" => Color.Aqua,
                "down" => Color.Red,
                "paused" => Color.Yellow,
                _ => Color.Default,
            }
        );
}
