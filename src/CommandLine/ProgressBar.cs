using Spectre.Console;

namespace PbKv.CommandLine;

/// <summary>A bar on standard error while something long runs; nothing where nobody watches.</summary>
public static class ProgressBar
{
    /// <param name="work">Is handed what it calls to say how much is done so far.</param>
    public static async Task RunAsync(Terminal terminal, string title, double total, Func<Action<double>, Task> work)
    {
        if (!terminal.ErrorIsTerminal)
        {
            await work(_ => { });
            return;
        }

        var console = ConsoleOf(terminal);
        var bar = console
            .Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn()
            );
        await bar.StartAsync(async context =>
        {
            var task = context.AddTask(Markup.Escape(title), maxValue: total);
            await work(done => task.Value = done);
        });
    }

    /// <summary>Standard error, as a terminal.</summary>
    public static IAnsiConsole ConsoleOf(Terminal terminal) =>
        AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(Console.Error),
                ColorSystem = terminal.Colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            }
        );
}
