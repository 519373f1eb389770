namespace PbKv.Protocol;

/// <summary>One event as its node wrote it down.</summary>
public sealed record CausalRecord(NodeAddress Node, Stamp Stamp, string Text)
{
    public override string ToString() => $"{Stamp.Lamport, 6} {Node, -20} {Text}  {Stamp.Vector}";
}

/// <summary>Brings the records of several nodes into one order that people can read from top to bottom.</summary>
public static class CausalLog
{
    /// <summary>
    /// An effect never stands before its cause: whatever happened before has the lower Lamport time. Records that
    /// nothing orders come by the name of their node, so the same records give the same list. Each node's own order is
    /// kept.
    /// </summary>
    public static List<CausalRecord> Merge(params IEnumerable<IEnumerable<CausalRecord>> nodes) =>
        [
            .. nodes
                .SelectMany(records => records)
                .OrderBy(record => record.Stamp.Lamport)
                .ThenBy(record => record.Node.Value, StringComparer.Ordinal),
        ];
}
