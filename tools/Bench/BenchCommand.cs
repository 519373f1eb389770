using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;

namespace PbKv.Bench;

/// <summary>`bench`: how many operations a second, and how long each takes, in a closed loop.</summary>
public sealed class BenchCommand(Terminal terminal)
{
    private readonly Option<string?> _view = Options.AddressList(
        "--view",
        "The view service of a running cluster, whose keys key:000000000000 and up are overwritten "
            + "[default: view service, primary and backup are started as processes, and stopped]"
    );
    private readonly Option<long> _clients = Options.Count("--clients", 1, 1, 10_000, "Client connections");
    private readonly Option<long> _callers = Options.Count(
        "--callers",
        64,
        1,
        100_000,
        "Concurrent callers, spread over the clients"
    );
    private readonly Option<long> _seconds = Options.Count("--seconds", 10, 1, 86_400, "How long to measure");
    private readonly Option<long> _warmup = Options.Count(
        "--warmup",
        2,
        0,
        3600,
        "Seconds before that which do not count"
    );
    private readonly Option<string> _op = Options
        .Text("--op", "OP", "put", "What callers do: " + string.Join(", ", BenchOptions.Ops), BenchOptions.Ops)
        .Checked(text =>
            BenchOptions.Ops.Contains(text)
                ? null
                : $"'{text}' is no operation to measure: write one of {string.Join(", ", BenchOptions.Ops)}"
        );
    private readonly Option<long> _valueSize = Options.Count("--value-size", 100, 0, 1 << 28, "Bytes of each value");
    private readonly Option<long> _keys = Options.Count(
        "--keys",
        100_000,
        1,
        1_000_000_000,
        "Random keys out of so many"
    );
    private readonly Option<bool> _shared = Options.Flag(
        "--shared",
        "The clients share one ActorSystem, and a session"
    );
    private readonly Option<bool> _json = Options.Json();

    public Command Create()
    {
        var command = new Command("bench", "Measure throughput and latency")
        {
            _view,
            _clients,
            _callers,
            _seconds,
            _warmup,
            _op,
            _valueSize,
            _keys,
            _shared,
            _json,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var options = new BenchOptions(
            parsed.GetValue(_op)!,
            (int)Math.Min(parsed.GetValue(_clients), parsed.GetValue(_callers)),
            (int)parsed.GetValue(_callers),
            parsed.GetValue(_seconds),
            parsed.GetValue(_warmup),
            (int)parsed.GetValue(_valueSize),
            parsed.GetValue(_keys)
        );
        using var signals = new Signals();
        var view = parsed.GetValue(_view);
        var config = ConfigOptions.Given(parsed, "akka.loglevel = ERROR");
        ConfigOptions.Check(config);
        await using var own = view is null
            ? await ProcessCluster.StartAsync(2, [.. ConfigOptions.ForNodes(parsed)], cancellation: signals.Asked)
            : null;
        using var shared = parsed.GetValue(_shared)
            ? ActorSystem.Create("pbkv-bench", config.WithFallback(ConfigurationFactory.ParseString(PbKvClient.Hocon)))
            : null;
        var clients = await ConnectAsync(
            view ?? own!.Address,
            options.Clients,
            new PbKvClientOptions { Config = config },
            shared
        );
        try
        {
            var run = new BenchRun(options, clients);
            LoadResult? result = null;
            await ProgressBar.RunAsync(
                terminal,
                $"{options.Op}, {options.Callers} callers",
                options.Warmup + options.Seconds,
                async done =>
                {
                    var clock = Stopwatch.StartNew();
                    await using var tick = new Timer(
                        _ => done(clock.Elapsed.TotalSeconds),
                        null,
                        dueTime: 0,
                        period: 200
                    );
                    result = await run.RunAsync(signals.Asked);
                }
            );
            if (result!.Latency.TotalCount == 0)
                throw new Failure(
                    "NothingMeasured",
                    $"no {options.Op} was done: {run.FirstError ?? "interrupted"} ({result.Errors} errors)"
                );
            terminal.Answer(parsed.GetValue(_json), result.ToJson, result.ToLines());
            return ExitCodes.Done;
        }
        finally
        {
            foreach (var client in clients)
                await client.DisposeAsync();
        }
    }

    /// <summary>One operation on each, so that no connection is made while the clock runs.</summary>
    private static async Task<List<PbKvClient>> ConnectAsync(
        string view,
        int count,
        PbKvClientOptions options,
        ActorSystem? shared
    )
    {
        var clients = new List<PbKvClient>();
        for (var i = 0; i < count; i++)
        {
            var client = shared is null
                ? await PbKvClient.ConnectAsync(view, options)
                : PbKvClient.Join(shared, view, options);
            clients.Add(client);
            try
            {
                await client.GetAsync("bench", TimeSpan.FromSeconds(10));
            }
            catch (PbKvException e)
            {
                foreach (var opened in clients)
                    await opened.DisposeAsync();
                throw new Failure(e.Code.ToString(), $"no cluster answers at {view}: {e.Message}");
            }
        }
        return clients;
    }
}
