using System.Collections.Immutable;
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
        var id = new Option<string?>("--id") { HelpName = "ID", Description = "One of several: what it is called" };
        var peers = new Option<string?>("--peers")
        {
            HelpName = "ID=HOST:PORT,...",
            Description =
                "One of several: all of them, itself too, alike at each; three, or five. Needs --id and --data",
        };
        var command = new Command("view", "Run a view service node: it decides who is primary")
        {
            new ResetCommand(terminal).Create(),
        };
        foreach (var members in MemberCommands.Create(terminal))
            command.Subcommands.Add(members);
        node.AddTo(command);
        command.Options.Add(id);
        command.Options.Add(peers);
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
                    Id = parsed.GetValue(id) ?? settings.Id,
                    Peers = parsed.GetValue(peers)?.Split(',').ToImmutableArray() ?? settings.Peers,
                };
                settings = OneOfSeveral(settings, node.IsPortGiven(parsed));
                return NodeRunner.RunAsync("view", () => HostedNode.ViewServiceAsync(settings), terminal);
            }
        );
        return command;
    }

    /// <summary>Where it listens is as its peers are told, unless something else is said.</summary>
    private static PbKvSettings OneOfSeveral(PbKvSettings settings, bool isPortGiven)
    {
        if (settings.Peers.IsEmpty)
            return settings;
        if (PeerText.Wrong(settings.Id, settings.Peers) is { } wrong)
            throw Failure.Usage($"--peers: {wrong}", "name all view services, this one too, alike at each of them");
        if (settings.Peers.Length > 1 && settings.DataDirectory is null)
            throw Failure.Usage(
                $"'{settings.Id}' is one of several, which count on what it keeps",
                "name a directory for it by --data"
            );
        var self = HostPort.Parse(settings.PeerNames.First(peer => peer.Id == settings.Id).Address.Value);
        return settings with
        {
            Host = settings.Host == PbKvSettings.Default.Host ? self.Host : settings.Host,
            Port = isPortGiven ? settings.Port : self.Port,
            Advertise = settings.Advertise ?? self.ToString(),
        };
    }

    /// <summary>It holds data; asked to stop, it leaves first.</summary>
    public static Command Replica(Terminal terminal)
    {
        var node = new NodeOptions(standardPort: 0);
        var view = Options.AddressList("--view", "The view service, or several [default: 127.0.0.1:7000]");
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

    public bool IsPortGiven(ParseResult parsed) => parsed.GetValue(_port) is not null;

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
