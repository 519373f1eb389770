using PbKv.Actors;

namespace PbKv.Host.Nodes;

/// <summary>Runs one node until a signal, or until it fails. Standard output says that it is ready, and nothing else.</summary>
internal static class NodeRunner
{
    /// <summary>A node stops within 5 s; the rest of them is for closing what is open.</summary>
    public static readonly TimeSpan TimeToLeave = TimeSpan.FromSeconds(3.5);

    public static async Task<int> RunAsync(string role, Func<PbKvNode> start, Terminal terminal)
    {
        using var pauses = new GcPauses();
        using var signals = new Signals();
        await using (var node = Start(start))
        {
            SayReady($"ready {role} {node.Address}", terminal);
            await UntilAskedAsync(role, node, signals.Asked);
            if (role == "replica" && !await node.LeaveAsync(TimeToLeave)) SayWhatGoes(node, terminal);
        }

        // After the node, and so after the last line of its logger.
        terminal.ErrorLine($"{DateTime.UtcNow:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} INFO  source=host stopped role={role} {pauses}");
        return ExitCodes.Done;
    }

    /// <summary>A node is not there for whoever reads its standard output: it runs also where nobody does.</summary>
    private static void SayReady(string line, Terminal terminal)
    {
        try
        {
            terminal.WriteLine(line);
            terminal.Flush();
        }
        catch (OutputLostException)
        {
            return;
        }
    }

    public static PbKvNode Start(Func<PbKvNode> start)
    {
        try
        {
            return start();
        }
        catch (PbKvStartException e)
        {
            throw new Failure("CannotStart", e.Message);
        }
    }

    private static async Task UntilAskedAsync(string role, PbKvNode node, CancellationToken asked)
    {
        var signal = Task.Delay(Timeout.Infinite, asked);
        if (await Task.WhenAny(node.Failed, signal) == signal) return;
        throw new Failure("NodeFailed", $"the {role} {node.Address} stopped: {(await node.Failed).Message}; the log says more, and starting it again makes a new one");
    }

    private static void SayWhatGoes(PbKvNode node, Terminal terminal) => terminal.ErrorLine(
        $"pbkv: nobody took the place of {node.Address} within {TimeToLeave.TotalSeconds} s: if it was the only one with the data, the data goes with it");
}
