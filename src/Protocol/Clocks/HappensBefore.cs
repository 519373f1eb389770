namespace PbKv.Protocol;

public enum CausalOrder
{
    Equal,
    Before,
    After,
    Concurrent,
}

/// <summary>
/// Orders two stamps. Before and After are never the wrong way round, as they need both clocks to agree. Where a vector
/// has lost an entry of a server long gone, events may look concurrent that are not. Stamps of equal vectors are
/// ordered by their Lamport times: that is what tells the events of one clerk apart, as a clerk has no entry of its
/// own.
/// </summary>
public static class HappensBefore
{
    public static CausalOrder Compare(in Stamp left, in Stamp right)
    {
        if (left.Lamport < right.Lamport)
            return left.Vector.IsWithin(right.Vector) ? CausalOrder.Before : CausalOrder.Concurrent;
        if (left.Lamport > right.Lamport)
            return right.Vector.IsWithin(left.Vector) ? CausalOrder.After : CausalOrder.Concurrent;
        return left.Vector.Equals(right.Vector) ? CausalOrder.Equal : CausalOrder.Concurrent;
    }
}
