using System.Text;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using PbKv.Host.Shell;

namespace PbKv.Host.Client;

/// <summary>What came of one operation, in each of the forms in which it is told.</summary>
internal abstract class Answer
{
    /// <summary>What a command prints of it; null: nothing.</summary>
    public virtual Bytes? Printed => null;

    /// <summary>What a command says of it on standard error; null: nothing.</summary>
    public virtual string? Complaint => null;

    public virtual int ExitCode => ExitCodes.Done;

    public byte[] ToJson() => Json.Bytes(Fields());

    /// <summary>One line of the line protocol.</summary>
    public abstract byte[] ToLine();

    /// <summary>At the prompt of the shell.</summary>
    public abstract string ForPeople();

    protected abstract JsonObject Fields();

    /// <summary>`value` only when it is UTF-8, `valueBase64` always.</summary>
    protected static void Add(JsonObject json, string name, Bytes value)
    {
        if (Utf8.IsValid(value.Span))
            json[name] = value.ToString();
        json[$"{name}Base64"] = Convert.ToBase64String(value.Span);
    }

    protected static byte[] Line(string word, Bytes value)
    {
        List<byte> line = [.. Encoding.UTF8.GetBytes($"{word} ")];
        LineEscapes.Write(value, line);
        return [.. line];
    }

    /// <summary>So that it can be typed back as it stands.</summary>
    protected static string Quoted(Bytes value)
    {
        var escaped = new List<byte>();
        LineEscapes.Write(value, escaped);
        return $"\"{Encoding.UTF8.GetString([.. escaped]).Replace("\"", "\\\"")}\"";
    }
}

/// <summary>Put and Append answer with the fact that they are done.</summary>
internal sealed class DoneAnswer : Answer
{
    public override byte[] ToLine() => "ok"u8.ToArray();

    public override string ForPeople() => "ok";

    protected override JsonObject Fields() => new() { ["ok"] = true };
}

/// <summary>The value before a PutHash; that of a key that was not there is empty.</summary>
/// <param name="value">Null where there was none.</param>
internal class ValueAnswer(Bytes? value) : Answer
{
    protected Bytes? Value => value;

    public override Bytes? Printed => value ?? Bytes.Empty;

    public override byte[] ToLine() => Line("ok", value ?? Bytes.Empty);

    public override string ForPeople() => value is { } found ? Quoted(found) : "(nothing stored)";

    protected override JsonObject Fields()
    {
        var json = new JsonObject { ["found"] = value is not null };
        if (value is { } found)
            Add(json, "value", found);
        return json;
    }
}

/// <summary>The value of a key.</summary>
/// <param name="otherwise">What to print where there is none.</param>
internal class GetAnswer(Bytes? value, string? otherwise) : ValueAnswer(value)
{
    public override Bytes? Printed => Value ?? (otherwise is null ? null : Bytes.Utf8(otherwise));

    public override int ExitCode => Printed is null ? ExitCodes.Missing : ExitCodes.Done;

    public override byte[] ToLine() => Value is null ? "missing"u8.ToArray() : base.ToLine();
}

/// <summary>The value of a key behind its revision, which is 0 where the key is not there.</summary>
internal sealed class EntryAnswer(PbKvEntry? entry, string? otherwise)
    : GetAnswer(entry is null ? null : Bytes.CopyOf(entry.Value.Span), otherwise)
{
    public override Bytes? Printed =>
        base.Printed is { } value ? Bytes.Concat(Bytes.Utf8($"{entry?.Revision ?? 0} "), value) : null;

    protected override JsonObject Fields()
    {
        var json = base.Fields();
        if (entry is not null)
            (json["revision"], json["created"]) = (entry.Revision, entry.Created);
        return json;
    }
}

/// <summary>Whether a key was changed.</summary>
/// <param name="previous">Whether to tell what was there.</param>
internal sealed class ChangeAnswer(PbKvChange change, bool previous) : Answer
{
    public override Bytes? Printed => previous ? Previous : null;

    public override string? Complaint =>
        change switch
        {
            { Done: true } => null,
            { Existed: true } => $"nothing was changed: the key is there, at revision {change.Revision}",
            _ => "nothing was changed: the key is not there",
        };

    public override int ExitCode => change.Done ? ExitCodes.Done : ExitCodes.NotDone;

    private Bytes Previous => Bytes.CopyOf(change.Previous.Span);

    public override byte[] ToLine() =>
        change switch
        {
            { Done: true } => "ok"u8.ToArray(),
            { Existed: true } => Line("differs", Previous),
            _ => "missing"u8.ToArray(),
        };

    public override string ForPeople() =>
        change is { Done: false, Existed: true } && previous
            ? $"nothing was changed: it is {Quoted(Previous)}"
            : Complaint ?? "ok";

    protected override JsonObject Fields()
    {
        var json = new JsonObject
        {
            ["done"] = change.Done,
            ["existed"] = change.Existed,
            ["revision"] = change.Revision,
        };
        if (previous && change.Existed)
            Add(json, "previous", Previous);
        return json;
    }
}

internal sealed class SumAnswer(PbKvSum sum) : Answer
{
    public override Bytes? Printed => Bytes.Utf8(ForPeople());

    public override byte[] ToLine() => Line("ok", Bytes.Utf8(ForPeople()));

    public override string ForPeople() => $"{sum.Value}";

    protected override JsonObject Fields() => new() { ["sum"] = sum.Value, ["revision"] = sum.Revision };
}
