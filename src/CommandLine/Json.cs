using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using PbKv.Protocol;

namespace PbKv.CommandLine;

/// <summary>One JSON object on one line, written by hand: no reflection, so a command that prints three fields starts fast.</summary>
public static class Json
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Object(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>`value` only when it is UTF-8, `valueBase64` always.</summary>
    public static void WriteValue(Utf8JsonWriter writer, Bytes value)
    {
        if (Utf8.IsValid(value.Span)) writer.WriteString("value", value.Span);
        writer.WriteBase64String("valueBase64", value.Span);
    }

    public static byte[] OfFailure(Failure failure) => Object(writer =>
    {
        writer.WriteString("error", failure.Code);
        writer.WriteString("message", failure.Message);
        writer.WriteString("outcome", failure.Outcome);
    });
}
