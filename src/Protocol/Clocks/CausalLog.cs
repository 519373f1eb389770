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
    public static List<CausalRecord> Merge(params IEnumerable<IEnumerable<CausalRecord>> nodes)
    {
        var merged = new List<(CausalRecord Record, int Index)>();
        foreach (var records in nodes)
        {
            var index = 0;
            foreach (var record in records)
                merged.Add((record, index++));
        }
        merged.Sort(Compare);
        return merged.ConvertAll(item => item.Record);
    }

    private static int Compare((CausalRecord Record, int Index) left, (CausalRecord Record, int Index) right)
    {
        var order = left.Record.Stamp.Lamport.CompareTo(right.Record.Stamp.Lamport);
        if (order == 0)
            order = string.CompareOrdinal(left.Record.Node.Value, right.Record.Node.Value);
        return order != 0 ? order : left.Index.CompareTo(right.Index);
    }
}
