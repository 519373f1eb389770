using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using PbKv.Host.Nodes;
using PbKv.Protocol;

namespace PbKv.Host.Client;

/// <summary>`load`: fills the store with keys PREFIX0, PREFIX1, … and values of one size.</summary>
internal static class LoadCommand
{
    /// <summary>So many puts are under way at once.</summary>
    private const int Callers = 512;

    public static Command Create(Terminal terminal)
    {
        var keys = new Option<long>("--keys") { HelpName = "N", Description = "How many keys", Required = true };
        keys.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!long.TryParse(token.Value, out var count) || count < 1)) result.AddError($"'{token.Value}' is no number of keys: write 1 or more");
        });
        var size = Options.Count("--value-size", 100, 0, 1 << 28, "Bytes of each value");
        var prefix = Options.Text("--prefix", "TEXT", "key:", "What every key begins with");
        var client = new ClientOptions();
        var command = new Command("load", "Fill the store with many keys") { keys, size, prefix };
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var load = new Load(parsed.GetValue(prefix)!, parsed.GetValue(keys), (int)parsed.GetValue(size));
            using var signals = new Signals();
            await using var store = await Store.OpenAsync(client.Read(parsed));
            var clock = Stopwatch.StartNew();
            await ProgressBar.RunAsync(terminal, "loading", load.Keys, done => load.RunAsync(store, Callers, done, signals.Asked));
            Print(load, clock.Elapsed, client.Json(parsed), terminal);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Print(Load load, TimeSpan elapsed, bool json, Terminal terminal)
    {
        var rate = load.Keys / Math.Max(elapsed.TotalSeconds, 1e-6);
        if (!json)
        {
            terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{load.Keys:#,0} keys, {StatusText.Size(load.Bytes)}, in {elapsed.TotalSeconds:0.00} s ({rate:#,0} keys/s)"));
            return;
        }

        terminal.WriteLine(Json.Object(writer =>
        {
            writer.WriteBoolean("ok", true);
            writer.WriteNumber("keys", load.Keys);
            writer.WriteNumber("bytes", load.Bytes);
            writer.WriteNumber("seconds", Math.Round(elapsed.TotalSeconds, 3));
            writer.WriteNumber("keysPerSecond", Math.Round(rate));
        }));
    }
}
