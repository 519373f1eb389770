using System.Collections.Immutable;
using System.Text.Json;
using PbKv.Protocol;

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
            return "dead";
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
        Json.Object(writer =>
        {
            WriteView(writer, report.Service);
            writer.WriteStartArray("servers");
            foreach (var server in report.Servers)
                WriteServer(writer, server);
            writer.WriteEndArray();
        });

    private static void WriteView(Utf8JsonWriter writer, ViewServiceStatus service)
    {
        writer.WriteStartObject("view");
        writer.WriteNumber("number", service.View.Number);
        writer.WriteString("primary", service.View.Primary?.Address.Value);
        writer.WriteString("backup", service.View.Backup?.Address.Value);
        writer.WriteBoolean("acknowledged", service.Acknowledged);
        writer.WriteBoolean("synced", service.Synced);
        writer.WriteNumber("messages", service.Messages);
        writer.WriteString("waitingFor", service.WaitingFor);
        writer.WriteEndObject();
    }

    /// <summary>
    /// What a server that does not answer would have said is null. A digest is hexadecimal: it does not fit into a JSON
    /// number.
    /// </summary>
    private static void WriteServer(Utf8JsonWriter writer, ServerReport server)
    {
        var status = server.Status;
        writer.WriteStartObject();
        writer.WriteString("address", server.Known.Server.Address.Value);
        writer.WriteString("role", server.Role);
        WriteNumber(writer, "view", status?.View.Number);
        WriteNumber(writer, "keys", status?.Keys);
        WriteNumber(writer, "bytes", status?.Bytes);
        WriteNumber(writer, "memory", status?.Memory);
        WriteNumber(writer, "maxMemory", status?.MaxMemory);
        WriteNumber(writer, "position", status?.Position);
        WriteNumber(writer, "sessions", status?.Sessions);
        writer.WriteString("digest", status?.Digest.ToString("x16"));
        writer.WriteNumber("pingAgeMs", server.Known.PingAgeMs);
        writer.WriteBoolean("leaving", server.Known.Leaving);
        WriteNumber(writer, "operations", status?.Operations);
        WriteNumber(writer, "deduplicated", status?.Deduplicated);
        if (status is { Progress: >= 0 })
            writer.WriteNumber("transferProgress", Math.Round(status.Progress, 3));
        else
            writer.WriteNull("transferProgress");
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, long? number)
    {
        if (number is { } known)
            writer.WriteNumber(name, known);
        else
            writer.WriteNull(name);
    }
}
