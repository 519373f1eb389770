using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using System.Text.Json;
using PbKv.Actors;
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
        terminal.Answer(parsed.GetValue(_json), writer => WriteJson(writer, report!), Lines(report!));
        return report!.Ok ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static CheckReport Run(CheckOptions options, Action<double> done)
    {
        try
        {
            return CheckRunner.Run(options, now => done(now.Share));
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
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{verdict, -11} {setup.Name}: {setup.States:#,0} states, depth {setup.Depth}, {setup.StatesPerSecond:#,0} states/s, {setup.WalkSteps:#,0} random steps{(setup.Exhausted ? ", all there are" : "")}"
            );
            foreach (var goal in setup.Goals.Where(goal => !goal.Value))
                yield return $"            never reached: {goal.Key}";
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

    private static void WriteJson(Utf8JsonWriter writer, CheckReport report)
    {
        writer.WriteBoolean("ok", report.Ok);
        writer.WriteStartArray("setups");
        foreach (var setup in report.Setups)
            WriteJson(writer, setup);
        writer.WriteEndArray();
    }

    private static void WriteJson(Utf8JsonWriter writer, SetupReport setup)
    {
        writer.WriteStartObject();
        writer.WriteString("name", setup.Name);
        writer.WriteString("about", setup.About);
        writer.WriteNumber("states", setup.States);
        writer.WriteNumber("depth", setup.Depth);
        writer.WriteNumber("statesPerSecond", Math.Round(setup.StatesPerSecond));
        writer.WriteNumber("walkSteps", setup.WalkSteps);
        writer.WriteBoolean("exhausted", setup.Exhausted);
        writer.WriteStartObject("goals");
        foreach (var (goal, reached) in setup.Goals)
            writer.WriteBoolean(goal, reached);
        writer.WriteEndObject();
        writer.WriteStartArray("violations");
        foreach (var violation in setup.Violations)
        {
            writer.WriteStartObject();
            ViolationJson.WriteFields(writer, violation.Invariant, violation.Text, violation.Trace, violation.Command);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
