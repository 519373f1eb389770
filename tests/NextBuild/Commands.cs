using PbKv.Checking;
using PbKv.Host.Client;
using PbKv.Host.Nodes;
using PbKv.Hosting;

namespace PbKv.Next;

/// <summary>As those of pbkv, on settings with the features of the next build.</summary>
internal static class Commands
{
    public static Command View(Terminal terminal)
    {
        var node = new NodeOptions(standardPort: 0);
        var data = new Option<string?>("--data");
        var command = new Command("view") { data };
        node.AddTo(command);
        command.SetAction(
            (parsed, _) =>
            {
                var settings = Next(node.Read(parsed)) with { DataDirectory = parsed.GetValue(data) };
                return NodeRunner.RunAsync("view", () => HostedNode.ViewServiceAsync(settings), terminal);
            }
        );
        return command;
    }

    public static Command Replica(Terminal terminal)
    {
        var node = new NodeOptions(standardPort: 0);
        var view = new Option<string>("--view") { Required = true };
        var command = new Command("replica") { view };
        node.AddTo(command);
        command.SetAction(
            (parsed, _) =>
            {
                var settings = Next(node.Read(parsed)) with { ViewServices = [parsed.GetRequiredValue(view)] };
                return NodeRunner.RunAsync(
                    "replica",
                    () => HostedNode.ReplicaAsync(settings, AkkaHosting.TimeToLeave),
                    terminal
                );
            }
        );
        return command;
    }

    public static Command AppendToo()
    {
        var (key, value) = (new Argument<string>("KEY"), new Argument<string>("VALUE"));
        var client = new ClientOptions();
        var command = new Command("append-too") { key, value };
        client.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                await using var cluster = ClusterClient.Open(Next(client.Read(parsed)));
                await cluster.RunAsync(
                    NextBuild.AppendToo,
                    Bytes.Utf8(parsed.GetRequiredValue(key)),
                    Bytes.Utf8(parsed.GetRequiredValue(value)),
                    cancellation
                );
            }
        );
        return command;
    }

    private static PbKvSettings Next(PbKvSettings settings) =>
        settings with
        {
            Protocol = NextBuild.Or(settings.Protocol, next: true),
        };
}
