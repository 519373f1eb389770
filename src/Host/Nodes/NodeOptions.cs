using System.CommandLine;
using PbKv.Actors;

namespace PbKv.Host.Nodes;

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
        {
            throw Failure.Usage(
                $"--host {settings.Host} listens everywhere, and nobody can be told to connect to that",
                "say with --advertise HOST:PORT how others reach this node"
            );
        }

        return settings;
    }
}
