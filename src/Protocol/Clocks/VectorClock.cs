namespace PbKv.Protocol;

/// <summary>How many events of one life of a server, or of a view service, are known.</summary>
public readonly record struct VectorEntry(ServerId Node, long Count)
{
    /// <summary>A later life of an address is later than anything in an earlier one.</summary>
    internal bool IsAfter(in VectorEntry other) =>
        Node.Incarnation > other.Node.Incarnation
        || (Node.Incarnation == other.Node.Incarnation && Count > other.Count);
}

/// <summary>
/// What a stamp knows of every view service and replica: one entry an address, sorted by it, never changed. Clerks
/// carry vectors and have no entry in them, so a vector does not grow with the number of clients.
/// </summary>
public sealed class VectorClock : IEquatable<VectorClock>
{
    private readonly VectorEntry[] _entries;

    private VectorClock(VectorEntry[] entries) => _entries = entries;

    public static VectorClock Empty { get; } = new([]);

    public ReadOnlySpan<VectorEntry> Entries => _entries;

    /// <summary>Takes the entries in any order; of two lives of one address the later is kept.</summary>
    public static VectorClock Of(params ReadOnlySpan<VectorEntry> entries)
    {
        if (entries.IsEmpty)
            return Empty;
        if (IsSorted(entries))
            return new VectorClock(entries.ToArray());
        var latest = new SortedDictionary<string, VectorEntry>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var address = entry.Node.Address.Value;
            if (!latest.TryGetValue(address, out var known) || entry.IsAfter(known))
                latest[address] = entry;
        }
        return new VectorClock([.. latest.Values]);
    }

    /// <summary>Whether everything that this vector knows is known to the other too.</summary>
    public bool IsWithin(VectorClock other)
    {
        if (ReferenceEquals(this, other))
            return true;
        var theirs = 0;
        foreach (ref readonly var mine in Entries)
        {
            while (theirs < other._entries.Length && CompareAddresses(other._entries[theirs], mine) < 0)
                theirs++;
            if (theirs == other._entries.Length || CompareAddresses(other._entries[theirs], mine) != 0)
                return false;
            if (mine.IsAfter(other._entries[theirs]))
                return false;
        }
        return true;
    }

    internal static int CompareAddresses(in VectorEntry left, in VectorEntry right) =>
        string.CompareOrdinal(left.Node.Address.Value, right.Node.Address.Value);

    private static bool IsSorted(ReadOnlySpan<VectorEntry> entries)
    {
        for (var i = 1; i < entries.Length; i++)
        {
            if (CompareAddresses(entries[i - 1], entries[i]) >= 0)
                return false;
        }
        return true;
    }

    public bool Equals(VectorClock? other) => other is not null && Entries.SequenceEqual(other.Entries);

    public override bool Equals(object? obj) => Equals(obj as VectorClock);

    public override int GetHashCode()
    {
        var fingerprint = new Fingerprint();
        fingerprint.Add(ToString());
        return unchecked((int)fingerprint.Value);
    }

    public override string ToString() =>
        $"{{{string.Join(' ', _entries.Select(entry => $"{entry.Node}:{entry.Count}"))}}}";
}
