using System.CommandLine.Completions;
using System.Security.Cryptography;

namespace PbKv.Chaos;

/// <summary>
/// `chaos`: a cluster of processes that is broken in every way for a while, and has to keep its promises.
/// </summary>
public sealed class ChaosCommand(Terminal terminal)
{
    private readonly Option<double> _minutes = new("--minutes")
    {
        HelpName = "M",
        Description = "How long faults are injected",
        DefaultValueFactory = _ => 1,
    };
    private readonly Option<ulong?> _seed = new("--seed")
    {
        HelpName = "N",
        Description = "Draw faults and operations from this seed [default: a random one, which is printed]",
    };
    private readonly Option<long> _replicas = Options.Count("--replicas", 3, 2, 20, "How many servers");
    private readonly Option<long> _clients = Options.Count("--clients", 8, 1, 50, "How many clients");
    private readonly Option<long> _views = Options.Count("--views", 1, 1, 5, "How many view services: 1, 3 or 5");
    private readonly Option<string?> _faults = new("--faults")
    {
        HelpName = "KIND[,KIND]",
        Description =
            $"Which faults [default: {FaultKinds.Standard}; of several view services {FaultKinds.OfSeveral} too]; "
            + "netns takes root, and stands in for cut and slow",
        CompletionSources =
        {
            _ => $"{FaultKinds.Standard},{FaultKinds.OfSeveral}".Split(',').Select(kind => new CompletionItem(kind)),
        },
    };
    private readonly Option<string?> _starved = new("--starved")
    {
        HelpName = "HARDSHIP",
        Description =
            "No faults, but too little of the machine, under load: no view may change. One of "
            + string.Join(", ", Hardship.Names),
        CompletionSources = { _ => Hardship.Names.Select(name => new CompletionItem(name)) },
    };
    private readonly Option<bool> _json = Options.Json();

    public Command Create()
    {
        _views.Checked(text => text is "2" or "4" ? $"{text} view services are no better than one less" : null);
        _minutes.Checked(text =>
            double.TryParse(text, out var minutes) && minutes is > 0 and <= 1440
                ? null
                : $"'{text}' is no number of minutes: write a number above 0, up to 1440"
        );
        var command = new Command(
            "chaos",
            "Run a cluster of processes, break it in every way, and check that it kept its promises"
        )
        {
            _minutes,
            _seed,
            _views,
            _replicas,
            _clients,
            _faults,
            _starved,
            _json,
        };
        command.SetAction(
            (parsed, _) => parsed.GetValue(_starved) is { } name ? StarveAsync(parsed, name) : RunAsync(parsed)
        );
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var options = Read(parsed);
        var display = new ChaosDisplay(terminal);
        // A run that is broken off by force leaves no verdict: the seed is said first.
        terminal.ErrorLine(
            $"chaos: seed {options.Seed}, {options.Minutes} minutes, {options.Views} view services, "
                + $"{options.Replicas} servers, {options.Clients} clients, faults "
                + string.Join(',', options.Faults.Select(FaultKinds.NameOf))
        );
        using var signals = new Signals();
        var folder = Directory.CreateTempSubdirectory("pbkv-chaos-").FullName;
        try
        {
            using IPlace place = options.Faults.Contains(FaultKind.Netns) ? Namespaces.Create() : new Loopback();
            var verdict = await RunAsync(options, place, folder, display, signals.Asked);
            terminal.Answer(parsed.GetValue(_json), verdict.ToJson, verdict.ToLines());
            return verdict.ExitCode;
        }
        catch (OperationCanceledException) when (signals.Asked.IsCancellationRequested)
        {
            throw new Failure("Cancelled", "interrupted before the cluster was there");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<int> StarveAsync(ParseResult parsed, string name)
    {
        var hardship = Hardship.Of(name);
        var config = ConfigOptions.Given(parsed, "akka.loglevel = OFF");
        ConfigOptions.Check(config);
        using var signals = new Signals();
        var run = new StarvedRun(
            hardship,
            TimeSpan.FromMinutes(parsed.GetValue(_minutes)),
            [.. ConfigOptions.ForNodes(parsed)],
            config
        );
        try
        {
            var verdict = await run.RunAsync(signals.Asked);
            terminal.Answer(parsed.GetValue(_json), verdict.ToJson, verdict.ToLines());
            return verdict.Passed ? ExitCodes.Done : ExitCodes.Failed;
        }
        catch (OperationCanceledException) when (signals.Asked.IsCancellationRequested)
        {
            throw new Failure("Cancelled", "interrupted before there was anything to tell");
        }
    }

    private async Task<Verdict> RunAsync(
        ChaosOptions options,
        IPlace place,
        string folder,
        ChaosDisplay display,
        CancellationToken asked
    )
    {
        await using var run = await ChaosRun.StartAsync(options, place, folder, display.Say, asked);
        var verdict = await display.ShowAsync(run.Scene, run.RunAsync(asked));
        if (verdict.Outcome == Verdict.Violation)
            Keep(run, verdict, folder, $"pbkv-chaos-{options.Seed}");
        return verdict;
    }

    /// <summary>What somebody needs who asks how that could happen.</summary>
    private void Keep(ChaosRun run, Verdict verdict, string folder, string kept)
    {
        Directory.CreateDirectory(kept);
        using (var history = new StreamWriter(Path.Combine(kept, "history.txt")))
            run.History.WriteTo(history);
        File.WriteAllLines(Path.Combine(kept, "faults.txt"), run.Log.Lines);
        File.WriteAllBytes(Path.Combine(kept, "verdict.json"), Json.Bytes(verdict.ToJson()));
        foreach (var log in Directory.EnumerateFiles(folder, "*.log"))
            File.Copy(log, Path.Combine(kept, Path.GetFileName(log)), overwrite: true);
        terminal.ErrorLine($"chaos: the history, the faults and the nodes' logs are in {Path.GetFullPath(kept)}");
    }

    private ChaosOptions Read(ParseResult parsed)
    {
        var views = (int)parsed.GetValue(_views);
        var faults = FaultKinds.Parse(parsed.GetValue(_faults), views);
        var small = faults.Contains(FaultKind.Flood) ? ChaosOptions.SmallStream : "";
        var config = ConfigOptions.Given(parsed, small);
        ConfigOptions.Check(config);
        return new ChaosOptions(
            parsed.GetValue(_minutes),
            parsed.GetValue(_seed) ?? BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))),
            views,
            (int)parsed.GetValue(_replicas),
            (int)parsed.GetValue(_clients),
            faults,
            SettingsOfNodes(parsed, small),
            config
        );
    }

    /// <summary>As the user gave them; one that is set here comes first, so that the user's wins.</summary>
    private static List<string> SettingsOfNodes(ParseResult parsed, string ours)
    {
        string[] settings = ours.Length > 0 ? ["-D", ours] : [];
        return [.. settings, .. ConfigOptions.ForNodes(parsed)];
    }
}
