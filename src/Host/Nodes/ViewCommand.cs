using System.CommandLine;

namespace PbKv.Host.Nodes;

/// <summary>`pbkv view`: a view service node, until a signal.</summary>
internal static class ViewCommand
{
    public const int StandardPort = 7000;

    public static Command Create(Terminal terminal)
    {
        var node = new NodeOptions(StandardPort);
        var data = new Option<string?>("--data")
        {
            HelpName = "DIR",
            Description = "Keep the cluster and its view in this directory, and go on with them after a restart [default: in memory]",
        };
        var command = new Command("view", "Run a view service node: it decides who is primary");
        node.AddTo(command);
        command.Options.Add(data);
        command.Subcommands.Add(new ResetCommand(terminal).Create());
        command.SetAction((parsed, _) =>
        {
            var settings = node.Read(parsed);
            settings = settings with { DataDirectory = parsed.GetValue(data) ?? settings.DataDirectory };
            return NodeRunner.RunAsync("view", () => HostedNode.ViewServiceAsync(settings), terminal);
        });
        return command;
    }
}
