namespace PbKv.Protocol;

/// <summary>
/// The clock of one node, kept by whoever hosts it. Every send and every receive is an event: it advances the Lamport
/// time and, on a view service or replica, its own entry of the vector. A clerk's clock has no entry of its own: it
/// merges and carries those of others. The vector is updated in place, and copied only when a stamp is asked for after
/// a change.
/// </summary>
public sealed class NodeClock
{
    public const int MaxEntries = 32;

    /// <summary>An entry that has not advanced for so many events of this node is of a server long gone.</summary>
    public const long DefaultKeep = 1_000_000;

    private const long EventsBetweenSweeps = 256;

    private readonly long _keep;
    private readonly Queue<VectorEntry> _dropped = new();
    private VectorEntry[] _entries = new VectorEntry[4];
    private long[] _advancedAt = new long[4];
    private int _count;
    private int _own = -1;
    private long _lamport;
    private long _events;
    private VectorClock? _copy = VectorClock.Empty;

    /// <param name="self">The view service or replica that the clock belongs to; null for a clerk.</param>
    public NodeClock(ServerId? self, long keep = DefaultKeep)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keep);
        _keep = keep;
        if (self is { } id)
            Become(id);
    }

    /// <summary>The server goes on under a higher incarnation: its own entry does too.</summary>
    public void Become(ServerId self)
    {
        var entry = new VectorEntry(self, 0);
        var (index, found) = Locate(0, entry);
        if (found)
            _entries[index] = entry;
        else
            Insert(index, entry);
        _own = index;
        _copy = null;
    }

    /// <summary>The stamp of the latest event.</summary>
    public Stamp Now() => new(_lamport, _copy ??= VectorClock.Of(_entries.AsSpan(0, _count)));

    public Stamp OnSend()
    {
        Advance();
        return Now();
    }

    public void OnReceive(in Stamp stamp)
    {
        _lamport = Math.Max(_lamport, stamp.Lamport);
        Merge(stamp.Vector);
        Advance();
    }

    private void Advance()
    {
        _lamport++;
        _events++;
        if (_own >= 0)
        {
            ref var own = ref _entries[_own];
            own = own with { Count = own.Count + 1 };
            _copy = null;
        }
        if (_events % EventsBetweenSweeps == 0)
            DropLongGone();
    }

    private void Merge(VectorClock vector)
    {
        var index = 0;
        foreach (ref readonly var entry in vector.Entries)
        {
            (index, var found) = Locate(index, entry);
            if (found)
                Raise(index, entry);
            else if (!WasDropped(entry))
                Insert(index, entry);
        }
        while (_count > MaxEntries)
            Drop(LeastRecentlyAdvanced());
    }

    private (int Index, bool Found) Locate(int index, in VectorEntry entry)
    {
        for (; index < _count; index++)
        {
            var order = VectorClock.CompareAddresses(_entries[index], entry);
            if (order >= 0)
                return (index, order == 0);
        }
        return (index, false);
    }

    /// <summary>
    /// Nobody knows more of this life than it does, and it is no other: its own entry is nobody's to raise.
    /// </summary>
    private void Raise(int index, in VectorEntry entry)
    {
        if (index == _own || !entry.IsAfter(_entries[index]))
            return;
        _entries[index] = entry;
        _advancedAt[index] = _events;
        _copy = null;
    }

    private void Insert(int index, in VectorEntry entry)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, 2 * _count);
            Array.Resize(ref _advancedAt, 2 * _count);
        }
        Array.Copy(_entries, index, _entries, index + 1, _count - index);
        Array.Copy(_advancedAt, index, _advancedAt, index + 1, _count - index);
        _entries[index] = entry;
        _advancedAt[index] = _events;
        _count++;
        if (_own >= index)
            _own++;
        _copy = null;
    }

    private void RemoveAt(int index)
    {
        _count--;
        Array.Copy(_entries, index + 1, _entries, index, _count - index);
        Array.Copy(_advancedAt, index + 1, _advancedAt, index, _count - index);
        if (_own > index)
            _own--;
        _copy = null;
    }

    private void DropLongGone()
    {
        for (var i = _count - 1; i >= 0; i--)
        {
            if (i != _own && _events - _advancedAt[i] >= _keep)
                Drop(i);
        }
    }

    private int LeastRecentlyAdvanced()
    {
        var oldest = _own == 0 ? 1 : 0;
        for (var i = oldest + 1; i < _count; i++)
        {
            if (i != _own && _advancedAt[i] < _advancedAt[oldest])
                oldest = i;
        }
        return oldest;
    }

    /// <summary>
    /// What is dropped is remembered for a while: others still carry it, and would bring it back for ever.
    /// </summary>
    private void Drop(int index)
    {
        if (_dropped.Count == MaxEntries)
            _dropped.Dequeue();
        _dropped.Enqueue(_entries[index]);
        RemoveAt(index);
    }

    private bool WasDropped(in VectorEntry entry)
    {
        foreach (var dropped in _dropped)
        {
            if (dropped.Node.Address == entry.Node.Address && !entry.IsAfter(dropped))
                return true;
        }
        return false;
    }
}
