using System.Text;
using System.Text.Unicode;
using PbKv.Host.Shell;
using PbKv.Protocol;

namespace PbKv.Host.Client;

/// <summary>What came of one operation, in each of the forms in which it is told.</summary>
/// <param name="HasValue">Get and PutHash answer with a value, Put and Append with the fact that they are done.</param>
/// <param name="Found">Whether there was a value; the text of none is empty.</param>
internal readonly record struct Answer(OperationKind Kind, bool HasValue, bool Found, Bytes Value)
{
    public static Answer Done(OperationKind kind) => new(kind, false, false, Bytes.Empty);

    public static Answer Of(OperationKind kind, bool found, Bytes value) => new(kind, true, found, value);

    /// <summary>`value` only when it is UTF-8, `valueBase64` always.</summary>
    public byte[] ToJson()
    {
        var (hasValue, found, value) = (HasValue, Found, Value);
        return Json.Object(writer =>
        {
            writer.WriteBoolean(hasValue ? "found" : "ok", !hasValue || found);
            if (!found) return;
            if (Utf8.IsValid(value.Span)) writer.WriteString("value", value.Span);
            writer.WriteBase64String("valueBase64", value.Span);
        });
    }

    /// <summary>One line of the line protocol.</summary>
    public byte[] ToLine()
    {
        if (Kind == OperationKind.Get && !Found) return "missing"u8.ToArray();
        if (!HasValue) return "ok"u8.ToArray();
        var line = new List<byte>(Encoding.ASCII.GetBytes("ok "));
        LineEscapes.Write(Value, line);
        return [.. line];
    }
}
