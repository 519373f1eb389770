using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using PbKv.Checking;

namespace PbKv.Host.Checks;

/// <summary>`simulate`: whole clusters in virtual time, with everything going wrong that a seed says.</summary>
internal sealed class SimulateCommand(Terminal terminal)
{
    private static readonly string[] Profiles = ["all", .. Enum.GetNames<SimulationProfile>()];

    private readonly Option<long> _seeds = Options.Count("--seeds", 1000, 1, int.MaxValue, "How many runs");
    private readonly Option<ulong?> _seed = new("--seed")
    {
        HelpName = "N",
        Description = "The seed of the first run; the others follow it by one [default: drawn, and said]",
    };
    private readonly Option<string> _profile = Options.Text(
        "--profile",
        "NAME",
        "all",
        $"What goes wrong: {string.Join(", ", Profiles)}",
        Profiles
    );
    private readonly Option<bool> _records = new("--records")
    {
        Description = "Hand messages on as they are, not as bytes: the same runs, faster",
    };
    private readonly Option<bool> _json = Options.Json();

    public Command Create()
    {
        _seed.CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed))
                result.AddError($"'{text}' is no seed: write a number from 0 to {ulong.MaxValue}");
            return seed;
        };
        _profile.Checked(name =>
            Profiles.Contains(name, StringComparer.OrdinalIgnoreCase)
                ? null
                : $"there is no profile '{name}'; there are {string.Join(", ", Profiles)}"
        );
        var command = new Command("simulate", "Run whole clusters in virtual time, and check every history")
        {
            _seeds,
            _seed,
            _profile,
            _records,
            _json,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var first = parsed.GetValue(_seed) ?? (ulong)RandomNumberGenerator.GetInt32(int.MaxValue);
        var profile = parsed.GetRequiredValue(_profile);
        SimulationProfile? only = profile.Equals("all", StringComparison.OrdinalIgnoreCase)
            ? null
            : Enum.Parse<SimulationProfile>(profile, ignoreCase: true);
        var options = new SimulationOptions(first, (int)parsed.GetValue(_seeds), only)
        {
            AsRecords = parsed.GetValue(_records),
        };
        SimulationReport? report = null;
        await ProgressBar.RunAsync(
            terminal,
            "simulating",
            options.Seeds,
            done => Task.Run(() => report = SimulationRunner.Run(options, now => done(now)))
        );
        terminal.Answer(parsed.GetValue(_json), () => JsonOf(report!), Lines(report!));
        return report!.Ok && report.NotReached.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static IEnumerable<string> Lines(SimulationReport report)
    {
        yield return $"{report.Seeds:#,0} {(report.Seeds == 1 ? "run" : "runs")} from seed {report.FirstSeed}: "
            + $"{report.Operations:#,0} operations checked, {report.Faults:#,0} faults, {report.RunsPerSecond:#,0} "
            + $"runs/s, trace {report.TraceHash:x16}";
        yield return $"reached: {string.Join(", ", report.Reached.Select(pair => $"{pair.Key} {pair.Value}"))}";
        foreach (var name in report.NotReached)
            yield return $"NEVER REACHED: {name}";
        foreach (var line in report.Violations.SelectMany(LinesOf))
            yield return line;
        yield return report.Ok
            ? "Every history is linearizable, and no promise was broken."
            : $"{report.Violations.Count} runs broke a promise, see above.";
    }

    private static IEnumerable<string> LinesOf(SimulationViolation violation) =>
        [
            $"VIOLATED {violation.Invariant} with seed {violation.Seed}: {violation.Text}",
            .. violation.Trace.Select(line => $"    {line}"),
            $"  again: {violation.Command}",
        ];

    private static JsonObject JsonOf(SimulationReport report) =>
        new()
        {
            ["ok"] = report.Ok && report.NotReached.Count == 0,
            ["seeds"] = report.Seeds,
            ["firstSeed"] = report.FirstSeed,
            ["operations"] = report.Operations,
            ["faults"] = report.Faults,
            ["runsPerSecond"] = Math.Round(report.RunsPerSecond, 1),
            ["traceHash"] = report.TraceHash.ToString("x16"),
            ["reached"] = Json.Object(report.Reached, reached => reached.Key, reached => reached.Value),
            ["notReached"] = Json.Texts(report.NotReached),
            ["violations"] = Json.Array(
                report.Violations,
                violation => new JsonObject
                {
                    ["seed"] = violation.Seed,
                    ["profile"] = violation.Profile.ToString(),
                    ["invariant"] = violation.Invariant,
                    ["text"] = violation.Text,
                    ["command"] = violation.Command,
                    ["trace"] = Json.Texts(violation.Trace),
                }
            ),
        };
}
