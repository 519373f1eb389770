using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace PbKv.Host.Client;

/// <summary>What the view service and the servers said of themselves, put together for people and programs.</summary>
internal sealed record StatusReport(ViewServiceStatus Service, ImmutableArray<ServerReport> Servers)
{
    /// <param name="answers">Of the servers that answered; the others are told of from what the view service
    /// knows.</param>
    public static StatusReport Of(ViewServiceStatus service, IEnumerable<ReplicaStatus> answers)
    {
        var byServer = answers
            .GroupBy(answer => answer.Server)
            .ToDictionary(group => group.Key, group => group.First());
        var servers = service
            .Servers.GroupBy(known => known.Server.Address)
            .Select(lives => lives.MaxBy(known => (known.Server.Incarnation, known.Refused)))
            .Select(known => new ServerReport(
                known,
                RoleOf(known, service.View),
                byServer.GetValueOrDefault(known.Server)
            ))
            .OrderBy(server => server.Known.Server.Address.Value, StringComparer.Ordinal);
        return new StatusReport(service, [.. servers]);
    }

    private static string RoleOf(KnownServer known, View view)
    {
        if (known.Refused)
            return "refused";
        if (!known.Alive)
            return known.Leaving && !view.Names(known.Server) ? "left" : "dead";
        if (view.Primary == known.Server)
            return "primary";
        return view.Backup == known.Server ? "backup" : "idle";
    }
}

/// <param name="Status">Null where it did not answer.</param>
internal sealed record ServerReport(KnownServer Known, string Role, ReplicaStatus? Status)
{
    /// <summary>
    /// Of a server that is refused: what it was in its own view. Whoever has to choose one to take over from needs it;
    /// null otherwise.
    /// </summary>
    public string? OwnRole =>
        Known.Refused && Status is { } status ? $"{RoleIn(status)} of view {status.View.Number}" : null;

    private static string RoleIn(ReplicaStatus status)
    {
        if (status.View.Primary == status.Server)
            return "primary";
        if (status.View.Backup != status.Server)
            return "idle server";
        return status.Synced ? "synced backup" : "unsynced backup";
    }
}

/// <summary>The object of `status --json`.</summary>
internal static class StatusJson
{
    public static byte[] Of(StatusReport report) =>
        Json.Bytes(new JsonObject { ["view"] = Of(report.Service), ["servers"] = Json.Array(report.Servers, Of) });

    private static JsonObject Of(ViewServiceStatus service) =>
        new()
        {
            ["number"] = service.View.Number,
            ["primary"] = service.View.Primary?.Address.Value,
            ["backup"] = service.View.Backup?.Address.Value,
            ["acknowledged"] = service.Acknowledged,
            ["synced"] = service.Synced,
            ["messages"] = service.Messages,
            ["waitingFor"] = service.WaitingFor,
        };

    /// <summary>
    /// What a server that does not answer would have said is null. A digest is hexadecimal: it does not fit into a JSON
    /// number.
    /// </summary>
    private static JsonObject Of(ServerReport server)
    {
        var status = server.Status;
        return new JsonObject
        {
            ["address"] = server.Known.Server.Address.Value,
            ["role"] = server.Role,
            ["view"] = status?.View.Number,
            ["keys"] = status?.Keys,
            ["bytes"] = status?.Bytes,
            ["memory"] = status?.Memory,
            ["maxMemory"] = status?.MaxMemory,
            ["era"] = status?.Era,
            ["position"] = status?.Position,
            ["sessions"] = status?.Sessions,
            ["digest"] = status?.Digest.ToString("x16"),
            ["pingAgeMs"] = server.Known.PingAgeMs,
            ["leaving"] = server.Known.Leaving,
            ["operations"] = status?.Operations,
            ["deduplicated"] = status?.Deduplicated,
            ["transferProgress"] = status is { Progress: >= 0 } ? Math.Round(status.Progress, 3) : null,
        };
    }
}
