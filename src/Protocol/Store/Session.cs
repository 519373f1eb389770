using System.Collections.Immutable;
using System.IO.Hashing;

namespace PbKv.Protocol;

/// <summary>
/// One client's session: the floor below which it wants no results, and the results of mutations that it may still ask
/// for. To be changed only if it came from <see cref="SessionTable.Edit"/> since the last clone of the table:
/// anything else is refused, because the clone shares it.
/// </summary>
internal sealed class Session(long id, SessionOwner owner)
{
    /// <summary>Of a result, beside its value.</summary>
    private const int ResultBytes = 48;

    private SessionOwner _owner = owner;
    private ResultWindow _results = ResultWindow.Create();

    public long Id { get; } = id;

    /// <summary>The lowest sequence that the client still wants a result of.</summary>
    public long Floor { get; private set; }

    /// <summary>About the memory of its results.</summary>
    public long Memory { get; private set; }

    /// <summary>How many results are kept.</summary>
    public int Count => _results.Count;

    /// <summary>Room for results, in use or not.</summary>
    internal int Capacity => _results.Capacity;

    public bool TryResult(long sequence, out OperationResult result) => _results.TryGet(sequence, out result);

    /// <summary>
    /// Keeps a result, unless nobody wants it any more; the value is copied out of the larger array that it is part of.
    /// </summary>
    public void Record(OperationResult result)
    {
        MustBeOwned();
        if (result.Sequence < Floor)
            return;
        var kept = result with { Value = result.Value.Compact() };
        if (_results.Set(kept, out var earlier))
            Take(earlier);
        _owner.Digest += DigestOf(kept);
        _owner.Memory += MemoryOf(kept);
        Memory += MemoryOf(kept);
    }

    /// <summary>The memory that is left of that when the floor is raised.</summary>
    public long MemoryFrom(long floor)
    {
        if (floor <= Floor)
            return Memory;
        long memory = 0;
        foreach (ref readonly var place in _results.Places)
        {
            if (ResultWindow.IsResult(place) && place.Sequence >= floor)
                memory += MemoryOf(place);
        }
        return memory;
    }

    /// <summary>Forgets the results below. A floor never falls: a lower one changes nothing.</summary>
    public void RaiseFloor(long floor)
    {
        if (floor <= Floor)
            return;
        MustBeOwned();
        _owner.Digest -= DigestOfFloor();
        if (_results.Count != 0)
            Forget(floor);
        Floor = floor;
        _owner.Digest += DigestOfFloor();
    }

    /// <summary>The results in the order of their sequences.</summary>
    public ImmutableArray<OperationResult> Results() => _results.InOrder();

    public SessionImage Image() => new(Id, Floor, Results());

    internal bool IsOwnedBy(SessionOwner owner) => ReferenceEquals(_owner, owner);

    internal Session CopyFor(SessionOwner owner)
    {
        var copy = (Session)MemberwiseClone();
        (copy._owner, copy._results) = (owner, _results.Copy());
        return copy;
    }

    /// <summary>What this session is in the digest of its table.</summary>
    internal ulong WholeDigest()
    {
        var sum = DigestOfFloor();
        foreach (ref readonly var place in _results.Places)
        {
            if (ResultWindow.IsResult(place))
                sum += DigestOf(place);
        }
        return sum;
    }

    private void Forget(long floor)
    {
        var held = _results.Count;
        if (floor - Floor <= _results.Capacity)
        {
            for (var sequence = Floor; sequence < floor; sequence++)
            {
                if (_results.Remove(sequence, out var result))
                    Take(result);
            }
        }
        else
        {
            // The floor jumped further than there is room for results: go through the results, not through the
            // sequences.
            foreach (var result in _results.InOrder())
            {
                if (result.Sequence < floor && _results.Remove(result.Sequence, out _))
                    Take(result);
            }
        }
        _results.Shrink(held);
    }

    /// <summary>A result is kept no more.</summary>
    private void Take(in OperationResult result)
    {
        _owner.Digest -= DigestOf(result);
        _owner.Memory -= MemoryOf(result);
        Memory -= MemoryOf(result);
    }

    private static int MemoryOf(in OperationResult result) => ResultBytes + result.Value.Length;

    private void MustBeOwned() =>
        Invariant.Assert(
            !_owner.Shared,
            $"session {Id} is shared with a clone: take it from SessionTable.Edit before changing it"
        );

    private ulong DigestOfFloor() => Hashing.Mix(Hashing.Step(Hashing.Step(3, (ulong)Id), (ulong)Floor));

    private ulong DigestOf(in OperationResult result)
    {
        var hash = Hashing.Step(Hashing.Step(5, (ulong)Id), (ulong)result.Sequence);
        hash = Hashing.Step(hash, (ulong)result.Status);
        return Hashing.Mix(result.Value.IsEmpty ? hash : Hashing.Step(hash, XxHash3.HashToUInt64(result.Value.Span)));
    }
}

/// <summary>
/// Whose a session is to change, and the digest and the memory of the whole table that it is changed in.
/// </summary>
internal sealed class SessionOwner(ulong digest, long memory)
{
    public ulong Digest = digest;
    public long Memory = memory;
    public bool Shared;
}
