using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PbKv.CommandLine;

/// <summary>
/// One JSON object on one line, written by hand: no reflection, so a command that prints three fields starts fast.
/// </summary>
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

    public static byte[] OfFailure(Failure failure) =>
        Object(writer =>
        {
            writer.WriteString("error", failure.Code);
            writer.WriteString("message", failure.Message);
            writer.WriteString("outcome", failure.Outcome);
        });
}
