using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using PbKv.Clusters;
using PbKv.Host.Shell;

namespace PbKv.Host.Nodes;

/// <summary>
/// `pbkv demo`, or `pbkv` alone: a whole cluster in this process, each node in an ActorSystem and on a port of its own.
/// </summary>
internal sealed class DemoCommand(Terminal terminal)
{
    private readonly Option<long> _replicas = Options.Count("--replicas", 3, 1, 20, "How many replicas");
    private readonly Option<long> _views = Options.Count("--views", 1, 1, 9, "How many view services: 1, 3 or 5");
    private readonly Option<long> _port = Options.Count(
        "--port",
        7000,
        0,
        65000,
        "The first view service's port; all others take the next ones. 0 picks free ones"
    );
    private readonly Option<bool> _noShell = Options.Flag("--no-shell", "Run until a signal, without a shell");

    public Command Create()
    {
        var command = new Command("demo", "Run view services and replicas in this process, and a shell");
        AddTo(command);
        return command;
    }

    /// <summary>Makes a command run the demo.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_replicas);
        command.Options.Add(_views);
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
            var (views, port) = ((int)parsed.GetValue(_views), (int)parsed.GetValue(_port));
            var settings = ConfigOptions.Check(config);
            settings = await StartViewServicesAsync(settings, views, port, nodes);
            port = port == 0 ? 0 : port + views;
            await StartReplicasAsync(settings, (int)parsed.GetValue(_replicas), port, nodes);
            SayWhatToTry(settings, nodes);
            if (!shell)
            {
                await UntilAskedAsync(nodes, signals.Asked);
                return ExitCodes.Done;
            }
            await using var cluster = await ClusterClient.OpenAsync(settings, ClientOptions.Quietly(parsed));
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

    /// <returns>The settings, with where the view services are.</returns>
    private static async Task<PbKvSettings> StartViewServicesAsync(
        PbKvSettings settings,
        int views,
        int port,
        List<HostedNode> nodes
    )
    {
        if (views == 1)
        {
            nodes.Add(await HostedNode.ViewServiceAsync(settings with { Port = port }));
            return settings with { ViewServices = [nodes[0].Node.Address] };
        }
        var ports = port == 0 ? FreePorts(views) : [.. Enumerable.Range(port, views)];
        var host = HostPort.OneName(settings.Host);
        ImmutableArray<string> peers = [.. ports.Select((at, i) => $"{Name(i)}={host}:{at}")];
        // At once: each of them asks for the others.
        nodes.AddRange(
            await Task.WhenAll(
                peers.Select(
                    (_, i) =>
                        HostedNode.ViewServiceAsync(
                            settings with
                            {
                                Port = ports[i],
                                Id = Name(i),
                                Peers = peers,
                                DataDirectory = settings.DataDirectory is { } all ? Path.Combine(all, Name(i)) : null,
                            }
                        )
                )
            )
        );
        return settings with { ViewServices = [.. nodes.Select(node => node.Node.Address)] };

        static string Name(int number) => ((char)('a' + number)).ToString();
    }

    /// <summary>Several name each other before they listen.</summary>
    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    private static async Task StartReplicasAsync(PbKvSettings settings, int count, int port, List<HostedNode> nodes)
    {
        for (var i = 0; i < count; i++)
        {
            var replica = settings with { Port = port == 0 ? 0 : port + i, DataDirectory = null };
            nodes.Add(await HostedNode.ReplicaAsync(replica, timeToLeave: TimeSpan.Zero));
        }
    }

    private void SayWhatToTry(PbKvSettings settings, List<HostedNode> nodes)
    {
        var views = settings.ViewServices;
        var option = views is ["127.0.0.1:7000"] ? "" : $" --view {string.Join(",", views)}";
        terminal.WriteLine(
            $"A cluster in this process: view service{(views.Length > 1 ? "s" : "")} {string.Join(", ", views)}, "
                + $"replicas {string.Join(", ", nodes.Skip(views.Length).Select(hosted => hosted.Node.Address))}."
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
