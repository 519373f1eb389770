using PbKv.Protocol;

namespace PbKv.Checking;

internal enum Outcome : byte
{
    /// <summary>No answer yet; if none comes, the same as unknown.</summary>
    Open,

    Known,

    /// <summary>It may take effect at any later time, or never.</summary>
    Unknown,

    Never,
}

/// <summary>One operation of a history, from its invocation to its answer.</summary>
internal sealed class HistoryOperation(long client, OperationKind kind, Bytes key, Bytes value, int invoke)
{
    public long Client { get; } = client;

    public OperationKind Kind { get; } = kind;

    public Bytes Key { get; } = key;

    public Bytes Value { get; } = value;

    public int Invoke { get; } = invoke;

    public int Return { get; set; } = int.MaxValue;

    public Outcome Outcome { get; set; }

    /// <summary>The value that a Get read, or that a PutHash found.</summary>
    public Observed Result { get; set; }

    public bool Observes => Kind is OperationKind.Get or OperationKind.PutHash;

    public override string ToString()
    {
        var argument = Kind == OperationKind.Get ? "" : $" {Shorten(Value)}";
        var result =
            Outcome != Outcome.Known ? " → ?"
            : Observes ? $" → {Result}"
            : "";
        var end = Return == int.MaxValue ? "…" : Return.ToString();
        return $"[{Invoke}–{end}] client {Client}: {Kind} {Key}{argument}{result}";
    }

    internal static string Shorten(Bytes value)
    {
        var text = value.ToString();
        return text.Length <= 40 ? $"\"{text}\"" : $"\"{text[..12]}…{text[^24..]}\" ({value.Length} bytes)";
    }
}
