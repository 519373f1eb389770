using System.Diagnostics;
using System.Text.Json.Nodes;

namespace PbKv.Host.Client;

/// <summary>`load`: fills the store with keys PREFIX0, PREFIX1, … and values of one size.</summary>
internal static class LoadCommand
{
    /// <summary>So many puts are under way at once.</summary>
    private const int Callers = 512;

    public static Command Create(Terminal terminal)
    {
        var keys = new Option<long>("--keys")
        {
            HelpName = "N",
            Description = "How many keys",
            Required = true,
        }.Checked(text =>
            long.TryParse(text, out var count) && count > 0 ? null : $"'{text}' is no number of keys: write 1 or more"
        );
        var size = Options.Count("--value-size", 100, 0, 1 << 28, "Bytes of each value");
        var prefix = Options.Text("--prefix", "TEXT", "key:", "What every key begins with");
        var client = new ClientOptions();
        var command = new Command("load", "Fill the store with many keys") { keys, size, prefix };
        client.AddTo(command);
        command.SetAction(
            async (parsed, _) =>
            {
                var load = new Load(parsed.GetValue(prefix)!, parsed.GetValue(keys), (int)parsed.GetValue(size));
                using var signals = new Signals();
                await using var cluster = await ClusterClient.OpenAsync(
                    client.Read(parsed),
                    ClientOptions.Quietly(parsed)
                );
                var clock = Stopwatch.StartNew();
                await ProgressBar.RunAsync(
                    terminal,
                    "loading",
                    load.Keys,
                    done => load.RunAsync(cluster, Callers, done, signals.Asked)
                );
                Print(load, clock.Elapsed, client.Json(parsed), terminal);
                return ExitCodes.Done;
            }
        );
        return command;
    }

    private static void Print(Load load, TimeSpan elapsed, bool json, Terminal terminal)
    {
        var rate = load.Keys / Math.Max(elapsed.TotalSeconds, 1e-6);
        var text =
            $"{load.Keys:#,0} keys, {StatusText.Size(load.Bytes)}, in {elapsed.TotalSeconds:0.00} s "
            + $"({rate:#,0} keys/s)";
        terminal.Answer(
            json,
            () =>
                new JsonObject
                {
                    ["ok"] = true,
                    ["keys"] = load.Keys,
                    ["bytes"] = load.Bytes,
                    ["seconds"] = Math.Round(elapsed.TotalSeconds, 3),
                    ["keysPerSecond"] = Math.Round(rate),
                },
            text
        );
    }
}

/// <summary>Many puts, some of them at a time. The first that fails ends it.</summary>
internal sealed class Load(string prefix, long keys, int valueSize)
{
    private long _next = -1;
    private long _done;
    private long _bytes;
    private Failure? _first;

    public long Keys => keys;

    /// <summary>Of the keys and values stored so far.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public async Task RunAsync(
        ClusterClient cluster,
        int callers,
        Action<double> progress,
        CancellationToken cancellation
    )
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var all = Enumerable
            .Range(0, (int)Math.Min(callers, keys))
            .Select(_ => CallAsync(cluster, progress, failed))
            .ToList();
        await Task.WhenAll(all);
        if (_first is { } first)
            throw new Failure(
                first.Code,
                $"{first.Message} ({Interlocked.Read(ref _done)} of {keys} keys are stored)",
                first.ExitCode
            );
        if (cancellation.IsCancellationRequested)
            throw new Failure("Cancelled", $"interrupted ({Interlocked.Read(ref _done)} of {keys} keys are stored)");
    }

    private async Task CallAsync(ClusterClient cluster, Action<double> progress, CancellationTokenSource failed)
    {
        var value = new Bytes([.. Enumerable.Range(0, valueSize).Select(i => (byte)('a' + i % 26))]);
        for (
            var index = Interlocked.Increment(ref _next);
            index < keys && !failed.IsCancellationRequested;
            index = Interlocked.Increment(ref _next)
        )
        {
            var key = Protocol.Bytes.Utf8(prefix + index);
            try
            {
                await cluster.RunAsync(OperationKind.Put, key, value, failed.Token);
            }
            catch (Failure failure)
            {
                // The others are cancelled because of the first: that is the one to tell of.
                Interlocked.CompareExchange(ref _first, failure, null);
                await failed.CancelAsync();
                return;
            }

            Interlocked.Add(ref _bytes, key.Length + value.Length);
            progress(Interlocked.Increment(ref _done));
        }
    }
}
