using PbKv.Hosting;

namespace PbKv.Host.Nodes;

/// <summary>`pbkv view` and `pbkv replica`: a node, until a signal.</summary>
internal static class NodeCommands
{
    /// <summary>It decides who is primary.</summary>
    public static Command View(Terminal terminal)
    {
        var node = new NodeOptions(standardPort: 7000);
        var data = new Option<string?>("--data")
        {
            HelpName = "DIR",
            Description =
                "Keep the cluster and its view in this directory, and go on with them after a restart [default: "
                + "in memory]",
        };
        var noNew = Options.Flag(
            "--no-new-cluster",
            "Do not begin a new cluster where there is none in the directory: refuse to start"
        );
        var command = new Command("view", "Run a view service node: it decides who is primary")
        {
            new ResetCommand(terminal).Create(),
        };
        node.AddTo(command);
        command.Options.Add(data);
        command.Options.Add(noNew);
        command.SetAction(
            (parsed, _) =>
            {
                var settings = node.Read(parsed);
                settings = settings with
                {
                    DataDirectory = parsed.GetValue(data) ?? settings.DataDirectory,
                    MayFound = settings.MayFound && !parsed.GetValue(noNew),
                };
                return NodeRunner.RunAsync("view", () => HostedNode.ViewServiceAsync(settings), terminal);
            }
        );
        return command;
    }

    /// <summary>It holds data; asked to stop, it leaves first.</summary>
    public static Command Replica(Terminal terminal)
    {
        var node = new NodeOptions(standardPort: 0);
        var view = Options.Address("--view", "The view service [default: 127.0.0.1:7000]");
        var command = new Command(
            "replica",
            "Run a replica node: it holds the data as primary or backup, or waits as idle"
        );
        node.AddTo(command);
        command.Options.Add(view);
        command.SetAction(
            (parsed, _) =>
            {
                var settings = node.Read(parsed);
                settings = settings with
                {
                    ViewServices = ClientOptions.ViewServices(parsed.GetValue(view)) ?? settings.ViewServices,
                };
                return NodeRunner.RunAsync(
                    "replica",
                    () => HostedNode.ReplicaAsync(settings, AkkaHosting.TimeToLeave),
                    terminal
                );
            }
        );
        return command;
    }
}

/// <summary>
/// Where a node listens, and what others are told. What the command line leaves out is as the settings say.
/// </summary>
internal sealed class NodeOptions(int standardPort)
{
    private readonly Option<string?> _host = new("--host")
    {
        HelpName = "HOST",
        Description = "The address to listen on; 0.0.0.0 is every interface [default: 127.0.0.1]",
    };

    private readonly Option<long?> _port = Options.Port(
        $"The port to listen on; 0 picks a free one [default: {standardPort}]"
    );

    private readonly Option<string?> _advertise = Options.Address(
        "--advertise",
        "The address that others are told (container, NAT, relay) [default: where it listens]"
    );

    public void AddTo(Command command)
    {
        command.Options.Add(_host);
        command.Options.Add(_port);
        command.Options.Add(_advertise);
    }

    public PbKvSettings Read(ParseResult parsed)
    {
        var settings = ConfigOptions.Check(ConfigOptions.Given(parsed, $"pbkv.port = {standardPort}"));
        settings = settings with
        {
            Host = parsed.GetValue(_host) ?? settings.Host,
            Port = (int?)parsed.GetValue(_port) ?? settings.Port,
            Advertise = parsed.GetValue(_advertise) ?? settings.Advertise,
        };
        if (settings.Host is "0.0.0.0" or "::" or "[::]" && settings.Advertise is null)
            throw Failure.Usage(
                $"--host {settings.Host} listens everywhere, and nobody can be told to connect to that",
                "say with --advertise HOST:PORT how others reach this node"
            );
        return settings;
    }
}
