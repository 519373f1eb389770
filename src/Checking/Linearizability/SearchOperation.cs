using System.Text;

namespace PbKv.Checking;

/// <summary>An operation in the search for an order, with its places in the lists of what is not yet ordered.</summary>
internal sealed class SearchOperation(HistoryOperation operation)
{
    public HistoryOperation Operation { get; } = operation;

    public OperationKind Kind { get; } = operation.Kind;

    public Bytes Value { get; } = operation.Value;

    public ulong ValueHash { get; } = PolynomialHash.Of(operation.Value.Span);

    public ulong ValuePower { get; } = PolynomialHash.Power(operation.Value.Length);

    public int Invoke { get; } = operation.Invoke;

    public int Return { get; } = operation.Return;

    public bool Known { get; } = operation.Outcome == Outcome.Known;

    /// <summary>Whether it is known which value it found.</summary>
    public bool Observes { get; set; } = operation.Observes && operation.Outcome == Outcome.Known;

    public Observed Result { get; set; } = operation.Result;

    /// <summary>Whether the value afterwards does not begin with the value before.</summary>
    public bool Resets { get; } =
        operation.Kind is OperationKind.Put or OperationKind.PutHash
        || (operation is { Kind: OperationKind.Change, MayWrite: true, Change.Effect: not ChangeEffect.Delete });

    public bool Deletes { get; } =
        operation is { Kind: OperationKind.Change, MayWrite: true, Change.Effect: ChangeEffect.Delete };

    /// <summary>The value afterwards, where it is the same whatever was before.</summary>
    public KeyState? Fixed { get; } =
        operation.Kind switch
        {
            OperationKind.Put => KeyState.Of(operation.Value.Span),
            OperationKind.PutHash when operation.Outcome == Outcome.Known => KeyState.AfterPutHash(operation),
            OperationKind.Change when operation.MayWrite => KeyState.AfterChange(operation),
            _ => null,
        };

    /// <summary>The revision that it was told, or must have by what others were told; 0: not known.</summary>
    public long Told { get; set; } = operation.Outcome == Outcome.Known ? operation.Found.Revision : 0;

    public bool OnlyReads { get; } = !operation.MayWrite;

    /// <summary>Whether it writes, and where the key is there nothing shows in which state.</summary>
    public bool CoversBlindly =>
        Kind == OperationKind.Put
        || (
            (Deletes || Fixed is not null)
            && Kind == OperationKind.Change
            && Operation.Change
                is { Effect: not ChangeEffect.Add, Condition.Kind: ConditionKind.None or ConditionKind.Present }
            && !Observes
        );

    /// <summary>The value that a Change compares with.</summary>
    public KeyState Expected { get; } = KeyState.Of(operation.Change.Condition.Value.Span);

    /// <summary>Stands for the operation in the hash of a set of operations.</summary>
    public UInt128 Mark { get; } =
        new(
            Hashing.Mix(Hashing.Mix((ulong)operation.Invoke + 1) ^ 0x5851F42D4C957F2D),
            Hashing.Mix(Hashing.Mix((ulong)operation.Invoke + 1) + 0x14057B7EF767814F)
        );

    public bool Ordered { get; private set; }

    /// <summary>A write that no read shows: wherever it stands, another write covers it before anybody looks.</summary>
    public bool Unseen { get; set; }

    /// <summary>
    /// For a read: the Puts and PutHashes that its value can have begun with; null where they are too many to be
    /// counted.
    /// </summary>
    public SearchOperation[]? Sources { get; set; }

    /// <summary>An earlier one of unknown outcome that does the same: that comes first.</summary>
    public SearchOperation? Twin { get; set; }

    /// <summary>The reads in which it may show.</summary>
    public List<SearchOperation> Readers { get; } = [];

    public SearchLink ByInvoke { get; } = new();

    public SearchLink ByReturn { get; } = new();

    public SearchLink ByObservation { get; } = new();

    /// <summary>Among those that told a revision.</summary>
    public SearchLink ByRevision { get; } = new();

    /// <summary>Whether it can be the next one in this state, and what it leaves.</summary>
    public bool TryApply(in KeyState state, out KeyState next)
    {
        next = state;
        if (Observes && !Result.Matches(state))
            return false;
        next =
            Fixed
            ?? Kind switch
            {
                OperationKind.Append => state.Append(this),
                OperationKind.PutHash => state.PutHash(Value.Span),
                _ => state,
            };
        return true;
    }

    /// <summary>It is in the order, and in none of the lists that it was in.</summary>
    public void TakeOut()
    {
        Ordered = true;
        ByInvoke.TakeOut();
        ByReturn.TakeOut();
        ByObservation.TakeOut();
        ByRevision.TakeOut();
    }

    public void PutBack()
    {
        ByRevision.PutBack();
        ByObservation.PutBack();
        ByReturn.PutBack();
        ByInvoke.PutBack();
        Ordered = false;
    }
}

/// <summary>A place in a list from which things are taken out and put back in the opposite order.</summary>
internal sealed class SearchLink
{
    public SearchOperation? Operation { get; private set; }

    public SearchLink? Previous { get; private set; }

    public SearchLink? Next { get; private set; }

    /// <summary>Puts the operation at the end of a list.</summary>
    public void Join(SearchOperation operation, SearchLink last)
    {
        Operation = operation;
        Previous = last;
        last.Next = this;
    }

    public void TakeOut()
    {
        if (Previous is null)
            return;
        Previous.Next = Next;
        if (Next is not null)
            Next.Previous = Previous;
    }

    public void PutBack()
    {
        if (Previous is null)
            return;
        Previous.Next = this;
        if (Next is not null)
            Next.Previous = this;
    }
}

/// <summary>The value of one key as the checker needs it: its length and two hashes, never its bytes.</summary>
/// <param name="Fnv">The running 32-bit FNV-1a hash that PutHash goes on from.</param>
internal readonly record struct KeyState(bool Exists, int Length, ulong Hash, uint Fnv)
{
    public static KeyState Missing { get; } = new(false, 0, 0, Hashing.Fnv1a([]));

    public static KeyState Of(ReadOnlySpan<byte> value) =>
        new(true, value.Length, PolynomialHash.Of(value), Hashing.Fnv1a(value));

    public KeyState Append(SearchOperation operation) =>
        new(
            true,
            Length + operation.Value.Length,
            PolynomialHash.Concat(Hash, operation.ValueHash, operation.ValuePower),
            Hashing.Fnv1a(operation.Value.Span, Fnv)
        );

    public KeyState PutHash(ReadOnlySpan<byte> value)
    {
        Span<byte> text = stackalloc byte[10];
        Hashing.Fnv1a(value, Fnv).TryFormat(text, out var length);
        return Of(text[..length]);
    }

    /// <summary>What a Change leaves, if it was done; null: that depends on what it finds.</summary>
    public static KeyState? AfterChange(HistoryOperation change) =>
        change.Change.Effect switch
        {
            ChangeEffect.Put => Of(change.Change.Value.Span),
            ChangeEffect.Delete => Missing,
            _ => change.Outcome == Outcome.Known ? Of(change.Result.Span) : null,
        };

    /// <summary>The decimal text that a PutHash stores over a value that is known.</summary>
    public static KeyState AfterPutHash(HistoryOperation done) =>
        Of(Encoding.ASCII.GetBytes(Hashing.Fnv1a(done.Result.Span, done.Value.Span).ToString()));
}
