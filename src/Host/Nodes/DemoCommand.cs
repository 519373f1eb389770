using PbKv.Clusters;
using PbKv.Host.Shell;

namespace PbKv.Host.Nodes;

/// <summary>
/// `pbkv demo`, or `pbkv` alone: a whole cluster in this process, each node in an ActorSystem and on a port of its own.
/// </summary>
internal sealed class DemoCommand(Terminal terminal)
{
    private readonly Option<long> _replicas = Options.Count("--replicas", 3, 1, 20, "How many replicas");
    private readonly Option<long> _port = Options.Count(
        "--port",
        7000,
        0,
        65000,
        "The view service's port; the replicas take the next ones. 0 picks free ones"
    );
    private readonly Option<bool> _noShell = Options.Flag("--no-shell", "Run until a signal, without a shell");

    public Command Create()
    {
        var command = new Command("demo", "Run a view service and replicas in this process, and a shell");
        AddTo(command);
        return command;
    }

    /// <summary>Makes a command run the demo.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_replicas);
        command.Options.Add(_port);
        command.Options.Add(_noShell);
        command.SetAction((parsed, _) => RunAsync(parsed));
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var shell = terminal.IsInteractive && !parsed.GetValue(_noShell);
        // With a shell in the foreground, only what is wrong may write over it.
        var config = ConfigOptions.Given(parsed, shell ? "akka.loglevel = WARNING" : "");
        using var signals = new Signals();
        var nodes = new List<HostedNode>();
        try
        {
            var settings = ConfigOptions.Check(config);
            await StartAllAsync(settings, (int)parsed.GetValue(_replicas), (int)parsed.GetValue(_port), nodes);
            SayWhatToTry(nodes);
            if (!shell)
            {
                await UntilAskedAsync(nodes, signals.Asked);
                return ExitCodes.Done;
            }
            await using var cluster = await ClusterClient.OpenAsync(
                settings with
                {
                    ViewServices = [nodes[0].Node.Address],
                },
                ClientOptions.Quietly(parsed)
            );
            await new ConsoleShell(terminal, cluster).RunAsync(signals.Asked);
        }
        finally
        {
            // Replicas first: while the view service lives, none of them waits for it.
            foreach (var node in Enumerable.Reverse(nodes))
            {
                await node.StopAsync();
                node.Dispose();
            }
        }

        return ExitCodes.Done;
    }

    private static async Task StartAllAsync(PbKvSettings settings, int replicas, int port, List<HostedNode> nodes)
    {
        nodes.Add(await HostedNode.ViewServiceAsync(settings with { Port = port }));
        for (var i = 1; i <= replicas; i++)
        {
            var replica = settings with
            {
                Port = port == 0 ? 0 : port + i,
                ViewServices = [nodes[0].Node.Address],
                DataDirectory = null,
            };
            nodes.Add(await HostedNode.ReplicaAsync(replica, timeToLeave: TimeSpan.Zero));
        }
    }

    private void SayWhatToTry(List<HostedNode> nodes)
    {
        var view = nodes[0].Node.Address;
        var option = view == "127.0.0.1:7000" ? "" : $" --view {view}";
        terminal.WriteLine(
            $"A cluster in this process: view service {view}, replicas "
                + $"{string.Join(", ", nodes.Skip(1).Select(hosted => hosted.Node.Address))}."
        );
        terminal.WriteLine("Its data lives as long as this process. Try, from another terminal:");
        if (!Pbkv.IsInstalled)
            terminal.WriteLine($"  alias pbkv={CompletionCommand.InShell(CompletionCommand.Program)}");
        terminal.WriteLine($"  pbkv put greeting hello{option}");
        terminal.WriteLine($"  pbkv get greeting{option}");
        terminal.WriteLine($"  pbkv status --watch{option}");
        terminal.Flush();
    }

    private static async Task UntilAskedAsync(List<HostedNode> nodes, CancellationToken asked)
    {
        var signal = Task.Delay(Timeout.Infinite, asked);
        var failed = Task.WhenAny(nodes.Select(hosted => hosted.Node.Failed));
        if (await Task.WhenAny(failed, signal) == signal)
            return;
        throw new Failure("NodeFailed", $"a node of the demo stopped: {(await await failed).Message}");
    }
}
