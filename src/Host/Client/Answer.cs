using System.Text.Unicode;
using PbKv.Host.Shell;
using PbKv.Protocol;

namespace PbKv.Host.Client;

/// <summary>What came of one operation, in each of the forms in which it is told.</summary>
/// <param name="value">Null where there was none.</param>
internal sealed class Answer(OperationKind kind, byte[]? value)
{
    /// <summary>Get and PutHash answer with a value, Put and Append with the fact that they are done.</summary>
    public bool HasValue => kind is OperationKind.Get or OperationKind.PutHash;

    public bool Found => value is not null;

    /// <summary>That of none is empty.</summary>
    public Bytes Value { get; } = new(value ?? []);

    /// <summary>`value` only when it is UTF-8, `valueBase64` always.</summary>
    public byte[] ToJson() =>
        Json.Object(writer =>
        {
            writer.WriteBoolean(HasValue ? "found" : "ok", Found);
            if (!HasValue || !Found)
                return;
            if (Utf8.IsValid(Value.Span))
                writer.WriteString("value", Value.Span);
            writer.WriteBase64String("valueBase64", Value.Span);
        });

    /// <summary>One line of the line protocol.</summary>
    public byte[] ToLine()
    {
        if (!HasValue)
            return "ok"u8.ToArray();
        if (kind == OperationKind.Get && !Found)
            return "missing"u8.ToArray();
        List<byte> line = [.. "ok "u8];
        LineEscapes.Write(Value, line);
        return [.. line];
    }
}
