using System.Text.Json;

namespace PbKv.Host.Checks;

internal static class ViolationJson
{
    public static void WriteFields(
        Utf8JsonWriter writer,
        string invariant,
        string text,
        IReadOnlyList<string> trace,
        string command
    )
    {
        writer.WriteString("invariant", invariant);
        writer.WriteString("text", text);
        writer.WriteString("command", command);
        writer.WriteStartArray("trace");
        foreach (var line in trace)
            writer.WriteStringValue(line);
        writer.WriteEndArray();
    }
}
