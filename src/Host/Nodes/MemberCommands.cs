using System.Text.Json.Nodes;

namespace PbKv.Host.Nodes;

/// <summary>
/// `view members`, `add`, `remove` and `transfer`: who the view services are, and which of them acts.
/// </summary>
internal static class MemberCommands
{
    public static IEnumerable<Command> Create(Terminal terminal)
    {
        var client = new ClientOptions();
        var members = new Command("members", "Show the view services, and which of them acts");
        client.AddTo(members);
        members.SetAction((parsed, _) => ShowAsync(client, parsed, terminal));
        yield return members;

        var added = new Argument<string>("ID=HOST:PORT") { Description = "What it is called, and where it is" };
        yield return Change(
            terminal,
            "add",
            "Take one more in, as soon as it runs",
            added,
            (cluster, text, asked) => cluster.AddViewService(Parse(text), asked)
        );
        var removed = new Argument<string>("ID") { Description = "One that was stopped for good" };
        yield return Change(
            terminal,
            "remove",
            "Do without one that was stopped",
            removed,
            (cluster, id, asked) => cluster.RemoveViewService(id, asked)
        );
        var next = new Argument<string>("ID")
        {
            Description = "Which [default: any other]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        yield return Change(
            terminal,
            "transfer",
            "Let another one act",
            next,
            (cluster, id, asked) => cluster.LetViewServiceAct(id, asked)
        );
    }

    private static Command Change(
        Terminal terminal,
        string name,
        string description,
        Argument<string> about,
        Func<ClusterClient, string, CancellationToken, string> change
    )
    {
        var client = new ClientOptions();
        var command = new Command(name, description) { about };
        client.AddTo(command);
        command.SetAction(
            async (parsed, _) =>
            {
                using var signals = new Signals();
                await using var cluster = ClusterClient.Open(client.Read(parsed));
                var text = change(cluster, parsed.GetValue(about) ?? "", signals.Asked);
                terminal.Answer(client.Json(parsed), () => new JsonObject { ["ok"] = true, ["text"] = text }, text);
                return ExitCodes.Done;
            }
        );
        return command;
    }

    private static async Task<int> ShowAsync(ClientOptions client, ParseResult parsed, Terminal terminal)
    {
        using var signals = new Signals();
        await using var cluster = ClusterClient.Open(client.Read(parsed));
        var status = await cluster.StatusAsync(signals.Asked);
        if (client.Json(parsed))
            terminal.WriteLine(Json.Bytes(new JsonObject { ["members"] = StatusJson.Members(status) }));
        else if (status.ViewServices.IsEmpty)
            terminal.WriteLine("the view service is alone");
        else
            terminal.WriteLine(StatusText.Members(status, terminal.Colours).TrimEnd());
        return ExitCodes.Done;
    }

    private static ViewServiceName Parse(string text) =>
        PeerText.TryParse(text, out var name)
            ? name
            : throw Failure.Usage($"'{text}' is no view service", $"write {PeerText.Allowed}");
}
