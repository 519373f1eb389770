using System.CommandLine;
using PbKv.Host.Client;
using PbKv.Hosting;

namespace PbKv.Host.Nodes;

/// <summary>`pbkv replica`: a node that holds data, until a signal; then it leaves first.</summary>
internal static class ReplicaCommand
{
    public static Command Create(Terminal terminal)
    {
        var node = new NodeOptions(standardPort: 0);
        var view = Options.Address("--view", "The view service [default: 127.0.0.1:7000]");
        var command = new Command("replica", "Run a replica node: it holds the data as primary or backup, or waits as idle");
        node.AddTo(command);
        command.Options.Add(view);
        command.SetAction((parsed, _) =>
        {
            var settings = node.Read(parsed);
            settings = settings with { ViewServices = ClientOptions.ViewServices(parsed.GetValue(view)) ?? settings.ViewServices };
            return NodeRunner.RunAsync("replica", () => HostedNode.ReplicaAsync(settings, AkkaHosting.TimeToLeave), terminal);
        });
        return command;
    }
}
