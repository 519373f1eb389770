using System.CommandLine.Completions;
using System.Text.Json.Nodes;
using PbKv.Checking;

namespace PbKv.Host.Checks;

/// <summary>`check`: every order of events of small set-ups, run by the protocol's own code.</summary>
internal sealed class CheckCommand(Terminal terminal)
{
    private readonly Option<string?> _setup = new Option<string?>("--setup")
    {
        HelpName = "NAME",
        Description = $"Only this one of: {string.Join(", ", CheckRunner.SetupNames)}",
        CompletionSources = { _ => CheckRunner.SetupNames.Select(name => new CompletionItem(name)) },
    }.Checked(ProblemOfSetup);

    private readonly Option<long> _seconds = Options.Count(
        "--seconds",
        60,
        1,
        30L * 24 * 3600,
        "How long to search, all set-ups together"
    );
    private readonly Option<string?> _replay = new("--replay")
    {
        HelpName = "STEPS",
        Description = "Tell the steps of a violation again; needs --setup",
    };
    private readonly Option<bool> _json = Options.Json();

    public Command Create()
    {
        var command = new Command("check", "Search small set-ups for a state that breaks a promise")
        {
            _setup,
            _seconds,
            _replay,
            _json,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var options = new CheckOptions(
            parsed.GetValue(_setup),
            TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
            parsed.GetValue(_replay)
        );
        if (options is { Replay: not null, Setup: null })
            throw Failure.Usage("--replay tells the steps of one set-up", "name it with --setup");
        CheckReport? report = null;
        await ProgressBar.RunAsync(terminal, "searching", 1, done => Task.Run(() => report = Run(options, done)));
        terminal.Answer(parsed.GetValue(_json), () => JsonOf(report!), Lines(report!));
        return report!.Ok ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static CheckReport Run(CheckOptions options, Action<double> done)
    {
        try
        {
            return CheckRunner.Run(options, done);
        }
        catch (ArgumentException e) when (options.Replay is not null)
        {
            throw Failure.Usage(e.Message, "take --setup and --replay from the report of a violation");
        }
    }

    private static string? ProblemOfSetup(string name)
    {
        if (CheckRunner.SetupNames.Contains(name))
            return null;
        var meant = Spelling.Nearest(name, CheckRunner.SetupNames) is { } nearest ? $"did you mean '{nearest}'? " : "";
        return $"there is no set-up '{name}'; {meant}there are {string.Join(", ", CheckRunner.SetupNames)}";
    }

    private static IEnumerable<string> Lines(CheckReport report)
    {
        foreach (var setup in report.Setups)
        {
            var verdict =
                setup.Violations.Count > 0 ? "VIOLATED"
                : setup.Ok ? "ok"
                : "NOT REACHED";
            yield return $"{verdict, -11} {setup.Name}: {setup.States:#,0} states, depth {setup.Depth}, "
                + $"{setup.StatesPerSecond:#,0} states/s, {setup.WalkSteps:#,0} random "
                + $"steps{(setup.Exhausted ? ", all there are" : "")}";
            foreach (var goal in setup.Goals.Where(goal => !goal.Value))
                yield return $"            never reached in this time: {goal.Key}";
            foreach (var line in setup.Violations.SelectMany(LinesOf))
                yield return line;
        }

        yield return report.Ok ? "Nothing found that breaks a promise." : "Something is wrong, see above.";
    }

    private static IEnumerable<string> LinesOf(CheckViolation violation) =>
        [
            $"  {violation.Invariant}: {violation.Text}",
            .. violation.Trace.Select(line => $"    {line}"),
            $"  again: {violation.Command}",
        ];

    private static JsonObject JsonOf(CheckReport report) =>
        new() { ["ok"] = report.Ok, ["setups"] = Json.Array(report.Setups, JsonOf) };

    private static JsonObject JsonOf(SetupReport setup) =>
        new()
        {
            ["name"] = setup.Name,
            ["about"] = setup.About,
            ["states"] = setup.States,
            ["depth"] = setup.Depth,
            ["statesPerSecond"] = Math.Round(setup.StatesPerSecond),
            ["walkSteps"] = setup.WalkSteps,
            ["exhausted"] = setup.Exhausted,
            ["goals"] = Json.Object(setup.Goals, goal => goal.Key, goal => goal.Value),
            ["violations"] = Json.Array(
                setup.Violations,
                violation => new JsonObject
                {
                    ["invariant"] = violation.Invariant,
                    ["text"] = violation.Text,
                    ["command"] = violation.Command,
                    ["trace"] = Json.Texts(violation.Trace),
                }
            ),
        };
}
