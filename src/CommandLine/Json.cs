using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PbKv.CommandLine;

/// <summary>
/// One JSON object on one line, put together by hand: no reflection, so a command that prints three fields starts fast.
/// </summary>
public static class Json
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Bytes(JsonObject fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            fields.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    public static JsonArray Array<T>(IEnumerable<T> items, Func<T, JsonNode?> node) => new([.. items.Select(node)]);

    public static JsonArray Texts(IEnumerable<string> texts) => Array(texts, text => JsonValue.Create(text));

    public static JsonObject Object<T>(IEnumerable<T> fields, Func<T, string> name, Func<T, JsonNode> value) =>
        new(fields.Select(field => KeyValuePair.Create(name(field), (JsonNode?)value(field))));

    public static byte[] OfFailure(Failure failure) =>
        Bytes(
            new JsonObject
            {
                ["error"] = failure.Code,
                ["message"] = failure.Message,
                ["outcome"] = failure.Outcome,
            }
        );
}
