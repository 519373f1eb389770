using System.Text.Json;
using PbKv.Protocol;

namespace PbKv.Host.Client;

/// <summary>The object of `status --json`.</summary>
internal static class StatusJson
{
    public static byte[] Of(StatusReport report) => Json.Object(writer =>
    {
        WriteView(writer, report.Service);
        writer.WriteStartArray("servers");
        foreach (var server in report.Servers) WriteServer(writer, server);
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

    /// <summary>What a server that does not answer would have said is null. A digest is hexadecimal: it does not fit into a JSON number.</summary>
    private static void WriteServer(Utf8JsonWriter writer, ServerReport server)
    {
        var status = server.Status;
        writer.WriteStartObject();
        writer.WriteString("address", server.Known.Server.Address.Value);
        writer.WriteString("role", server.Role);
        WriteNumber(writer, "view", status?.View.Number);
        WriteNumber(writer, "keys", status?.Keys);
        WriteNumber(writer, "bytes", status?.Bytes);
        WriteNumber(writer, "position", status?.Position);
        WriteNumber(writer, "sessions", status?.Sessions);
        writer.WriteString("digest", status?.Digest.ToString("x16"));
        writer.WriteNumber("pingAgeMs", server.Known.PingAgeMs);
        writer.WriteBoolean("leaving", server.Known.Leaving);
        WriteNumber(writer, "operations", status?.Operations);
        WriteNumber(writer, "deduplicated", status?.Deduplicated);
        if (status is { Progress: >= 0 }) writer.WriteNumber("transferProgress", Math.Round(status.Progress, 3));
        else writer.WriteNull("transferProgress");
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, long? number)
    {
        if (number is { } known) writer.WriteNumber(name, known);
        else writer.WriteNull(name);
    }
}
