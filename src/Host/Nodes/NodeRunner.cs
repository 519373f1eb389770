using System.Runtime;

namespace PbKv.Host.Nodes;

/// <summary>
/// Runs one node until a signal, or until it fails. Standard output says that it is ready, and nothing else.
/// </summary>
internal static class NodeRunner
{
    public static async Task<int> RunAsync(string role, Func<Task<HostedNode>> start, Terminal terminal)
    {
        using var pauses = new GcPauses();
        using var signals = new Signals();
        using var hosted = await start();
        try
        {
            SayReady($"ready {role} {hosted.Node.Address}", terminal);
            // What starting took is given back: a node that has nothing to do is small.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
            // From here on the collector works beside it: to move what lives in 2 GB stops it for 60 ms.
            GCSettings.LatencyMode = GCLatencyMode.SustainedLowLatency;
            await UntilAskedAsync(role, hosted.Node, signals.Asked);
        }
        finally
        {
            await hosted.StopAsync();
        }

        hosted.Log($"stopped role={role} {pauses}");
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

    private static async Task UntilAskedAsync(string role, PbKvNode node, CancellationToken asked)
    {
        var signal = Task.Delay(Timeout.Infinite, asked);
        if (await Task.WhenAny(node.Failed, signal) == signal)
            return;
        throw new Failure(
            "NodeFailed",
            $"the {role} {node.Address} stopped: {(await node.Failed).Message}; the log says more, and starting it "
                + "again makes a new one"
        );
    }
}
