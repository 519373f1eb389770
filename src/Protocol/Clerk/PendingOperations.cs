using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace PbKv.Protocol;

/// <summary>
/// The operations of a session that are not over, in a ring indexed by sequence. The lowest of them is the floor:
/// nothing below it is wanted any more. Slots are reused, so an operation costs no allocation. Calls rise with their
/// sequences, so that one is found among many; what is over keeps its call for that.
/// </summary>
internal sealed class PendingOperations
{
    private PendingOperation[] _slots = new PendingOperation[4];
    private long _waitingFrom = 1;

    /// <summary>The lowest sequence that is still wanted.</summary>
    public long Floor { get; private set; } = 1;

    /// <summary>The sequence that comes next.</summary>
    public long Next { get; private set; } = 1;

    public int Count { get; private set; }

    public ref PendingOperation this[long sequence] => ref _slots[sequence & (_slots.Length - 1)];

    public bool Holds(long sequence) =>
        sequence >= Floor && sequence < Next && this[sequence].State != PendingState.None;

    /// <summary>All that it holds, lowest first; the one at hand may be removed.</summary>
    public IEnumerable<long> Sequences()
    {
        for (var sequence = Floor; sequence < Next; sequence++)
        {
            if (this[sequence].State != PendingState.None)
                yield return sequence;
        }
    }

    public void Add(in PendingOperation operation)
    {
        // Twice as large each operation is in both halves, and so in its place; the other is not looked at.
        if (Next - Floor == _slots.Length)
            _slots = [.. _slots, .. _slots];
        this[Next++] = operation;
        Count++;
    }

    public void Remove(long sequence)
    {
        this[sequence] = new PendingOperation { Call = this[sequence].Call };
        Count--;
        while (Floor < Next && this[Floor].State == PendingState.None)
            Floor++;
    }

    /// <returns>The sequence of the call, or 0 where it is not pending.</returns>
    public long Find(long call)
    {
        var (from, to) = (Floor, Next);
        while (from < to)
        {
            var middle = from + ((to - from) / 2);
            if (this[middle].Call < call)
                from = middle + 1;
            else
                to = middle;
        }
        return Holds(from) && this[from].Call == call ? from : 0;
    }

    /// <summary>
    /// The operations that go with the next request, lowest sequences first; default where none may go.
    /// </summary>
    public ImmutableArray<Operation> Take(long request, int window, int bytes, int most, out long first, out long last)
    {
        var end = Math.Min(Next, Floor + window);
        _waitingFrom = Math.Max(_waitingFrom, Floor);
        first = last = _waitingFrom;
        var count = CountWhatFits(end, bytes, most);
        if (count == 0)
            return default;

        var operations = new Operation[count];
        for (var i = 0; i < count; _waitingFrom++)
        {
            ref var slot = ref this[_waitingFrom];
            if (slot.State != PendingState.Waiting)
                continue;
            operations[i++] = new Operation(slot.Kind, _waitingFrom, slot.Key, slot.Value);
            slot.State = PendingState.InFlight;
            slot.Request = request;
            slot.EverSent = true;
            slot.SentAgain = slot.Sent;
            slot.Sent = true;
            last = _waitingFrom;
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(operations);
    }

    private int CountWhatFits(long end, int bytes, int most)
    {
        var count = 0;
        var size = 32L;
        for (var sequence = _waitingFrom; sequence < end && count < most; sequence++)
        {
            ref readonly var slot = ref this[sequence];
            if (slot.State != PendingState.Waiting)
                continue;
            size += slot.Size;
            if (count > 0 && size > bytes)
                break;
            count++;
        }
        return count;
    }

    /// <summary>What was in flight between these sequences with this request is to be sent again.</summary>
    public void PutBack(long request, long first, long last)
    {
        for (var sequence = first; sequence <= last; sequence++)
        {
            ref var slot = ref this[sequence];
            if (slot.State == PendingState.InFlight && slot.Request == request)
                slot.State = PendingState.Waiting;
        }
        _waitingFrom = Math.Min(_waitingFrom, first);
    }

    /// <summary>A new session begins: what is left takes its first sequences, in the same order.</summary>
    public void Renumber()
    {
        var slots = new PendingOperation[_slots.Length];
        var next = 1L;
        foreach (var sequence in Sequences())
        {
            var slot = this[sequence];
            slot.State = PendingState.Waiting;
            slot.Sent = false;
            slots[next++ & (slots.Length - 1)] = slot;
        }
        _slots = slots;
        (_waitingFrom, Floor, Next) = (1, 1, next);
    }

    public PendingOperations Clone()
    {
        var clone = (PendingOperations)MemberwiseClone();
        clone._slots = [.. _slots];
        return clone;
    }

    public void AddTo(ref Fingerprint fingerprint, long tick)
    {
        fingerprint.Add(Next);
        foreach (var sequence in Sequences())
        {
            fingerprint.Add(sequence);
            this[sequence].AddTo(ref fingerprint, tick);
        }
    }
}
