using System.Text.Json.Nodes;

namespace PbKv.Host.Nodes;

/// <summary>`view reset`: the one command that may lose data, and only when it is told so.</summary>
internal sealed class ResetCommand(Terminal terminal)
{
    private const string Flag = "--accept-data-loss";

    private readonly ClientOptions _client = new();
    private readonly Option<bool> _accept = Options.Flag(Flag, "Say that you know what is lost");
    private readonly Option<string?> _primary = Options.Address(
        "--primary",
        "The live server that becomes primary, with what it holds"
    );

    public Command Create()
    {
        _primary.Required = true;
        var command = new Command(
            "reset",
            "Make a live server primary with what it holds, when those that hold everything are gone for good"
        )
        {
            _primary,
            _accept,
        };
        _client.AddTo(command);
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var primary = HostPort.OneAddress(parsed.GetRequiredValue(_primary)!);
        using var signals = new Signals();
        await using var cluster = ClusterClient.Open(_client.Read(parsed));
        // Also before a reset that is asked for: what nobody hears is surely not executed.
        var status = await cluster.StatusAsync(signals.Asked);
        if (!parsed.GetValue(_accept))
            throw new Failure("DataLossNotAccepted", Account(status, primary), ExitCodes.WrongUsage);

        var answer = cluster.Reset(primary, signals.Asked);
        terminal.Answer(
            _client.Json(parsed),
            () =>
                new JsonObject
                {
                    ["ok"] = true,
                    ["number"] = answer.View,
                    ["account"] = answer.Account,
                },
            $"view {answer.View}: primary {primary}; {answer.Account}"
        );
        return ExitCodes.Done;
    }

    /// <summary>What would be lost, as far as those who answer know.</summary>
    private static string Account(PbKvStatus status, string primary)
    {
        var named = status.Servers.FirstOrDefault(server => server.Address == primary);
        if (named is null)
            return $"refused: the view service knows no server {primary}, only "
                + $"{string.Join(", ", status.Servers.Select(server => server.Address))}";
        var others = status
            .Servers.Where(server => server != named && (server.State is { Keys: > 0 } || server.Role == PbKvRole.Dead))
            .Select(Holds);
        return $"refused: a reset makes {primary} ({RoleOf(named)}) primary with what it holds, {Contents(named)}; "
            + "every acknowledged write that it does not hold would be lost"
            + string.Concat(others.Select(other => $"; {other}"))
            + $"; to do it all the same, add {Flag}";
    }

    private static string Holds(PbKvServer server) =>
        server.Role == PbKvRole.Dead
            ? $"{server.Address} is dead and may hold more"
            : $"{server.Address} ({RoleOf(server)}) holds {Contents(server)}";

    private static string RoleOf(PbKvServer server) =>
        StatusText.OwnRole(server) is { } own ? $"{StatusText.Role(server)}, {own}" : StatusText.Role(server);

    private static string Contents(PbKvServer server) =>
        server.State is not { } state
            ? "nobody knows what, as it does not answer"
            : $"{state.Keys} {(state.Keys == 1 ? "key" : "keys")}, {StatusText.Size(state.Bytes)}, up to position "
                + StatusText.Position(state);
}
