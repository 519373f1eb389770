namespace PbKv.Checking;

/// <summary>
/// A key at one place of an order, with what is known there of the revisions. Most writes are told none, so that those
/// of the last write and of the first one since the key is there may be open until somebody is told them.
/// </summary>
/// <param name="Text">The value, where it is short enough to be a number.</param>
internal readonly record struct RevisionState(KeyState Value, Bytes Text)
{
    private const int LongestNumber = 20;

    public static RevisionState Missing { get; } = new(KeyState.Missing, default);

    /// <summary>The last revision in the order that somebody was told.</summary>
    public long Newest { get; init; }

    /// <summary>Whether that is the revision of what is there.</summary>
    public bool IsTold { get; init; }

    /// <summary>0: open, or the key is absent.</summary>
    public long Created { get; init; }

    /// <summary>Where it is open: it is larger than this one,</summary>
    public long CreatedAfter { get; init; }

    /// <summary>smaller than this one,</summary>
    public long CreatedBefore { get; init; }

    /// <summary>and that of the last write.</summary>
    public bool IsNew { get; init; }

    /// <summary>Whether it may be a number when something is appended, or is one.</summary>
    public bool BeginsNumber => Value.Length <= LongestNumber && BeginsNumberAs(Text);

    public static bool BeginsNumberAs(Bytes text) =>
        text.Length <= LongestNumber
        && (text.IsEmpty || text.Span[0] == '-' || char.IsAsciiDigit((char)text.Span[0]))
        && !text.Span[Math.Min(1, text.Length)..].ContainsAnyExceptInRange((byte)'0', (byte)'9');

    /// <summary>The same for all values that are worth nothing.</summary>
    public RevisionState WithoutValue =>
        this with
        {
            Value = KeyState.Of(default) with { Length = -1 },
            Text = default,
        };

    private long Revision => Value.Exists ? Newest : 0;

    /// <summary>
    /// Whether the operation can come next and be answered as it was, and what it leaves. One of unknown outcome comes
    /// only where it changes something.
    /// </summary>
    public bool TryApply(SearchOperation operation, out RevisionState next)
    {
        next = this;
        if (operation.Observes && !operation.Result.Matches(Value))
            return false;
        switch (operation.Kind)
        {
            case OperationKind.Look:
                return operation.Operation.Found.Outcome == ChangeOutcome.Done
                    && TryTell(operation.Operation, out next);
            case OperationKind.Change:
                return operation.Known ? TryAnswered(operation, out next) : TryUnanswered(operation, out next);
            case OperationKind.Put:
                next = Write(operation.Value);
                break;
            case OperationKind.Append:
                var value = Value.Append(operation);
                next = Write(value, value.Length <= LongestNumber ? Bytes.Concat(Text, operation.Value) : default);
                break;
            case OperationKind.PutHash:
                next = Write(Bytes.Utf8(Hashing.Fnv1a(operation.Value.Span, Value.Fnv).ToString()));
                break;
        }
        return true;
    }

    /// <summary>Whether the operation may be answered as it was after writes that delete nothing.</summary>
    public bool CanLeadTo(Finding found)
    {
        if (!Value.Exists)
            return true;
        if (!found.Existed)
            return false;
        return found.Created == 0
            || (IsNew ? found.Created > CreatedAfter : CanBeThereSince(found.Created, found.Revision));
    }

    public UInt128 Hash()
    {
        var told = Hashing.Step(Hashing.Mix((ulong)Newest), (ulong)Created);
        told = Hashing.Step(told, (ulong)CreatedAfter);
        told = Hashing.Step(told, (ulong)CreatedBefore);
        told = Hashing.Mix(Hashing.Step(told, (IsTold ? 1UL : 0) + (IsNew ? 2UL : 0)));
        return KeySearch.HashOf(Value) ^ new UInt128(told, Hashing.Mix(told ^ 0x9E6C63D0876A9A47));
    }

    private bool TryAnswered(SearchOperation operation, out RevisionState next)
    {
        var (change, found) = (operation.Operation.Change, operation.Operation.Found);
        next = this;
        if (found.Outcome != ChangeOutcome.Done)
            return TryTell(operation.Operation, out next) && next.OutcomeOf(operation, out _) == found.Outcome;
        if (found.Existed != Value.Exists || !TryMeet(operation, out var before))
            return false;
        if (before.OutcomeOf(operation, out var sum) != ChangeOutcome.Done || found.Revision <= before.Newest)
            return false;
        if (!ValueIsAsWanted(operation.Operation))
            return false;
        if (change.Effect == ChangeEffect.Delete)
        {
            next = Missing with { Newest = found.Revision };
            return found.Created == 0;
        }
        next = before.Write(sum ?? change.Value).Tell(found.Revision, found.Created);
        return next.Value == operation.Fixed
            && (
                found.Existed ? before.CanBeThereSince(found.Created, found.Revision) : found.Created == found.Revision
            );
    }

    private bool TryUnanswered(SearchOperation operation, out RevisionState next)
    {
        next = this;
        var change = operation.Operation.Change;
        if (
            !TryMeet(operation, out var before)
            || before.OutcomeOf(operation, out var sum) != ChangeOutcome.Done
            || (change.Effect == ChangeEffect.Delete && !Value.Exists)
        )
            return false;
        next =
            change.Effect == ChangeEffect.Delete
                ? Missing with
                {
                    Newest = before.Newest,
                }
                : before.Write(sum ?? change.Value);
        return true;
    }

    /// <summary>How a Change ends here, where it is known whether the revision is the one that it wants.</summary>
    private ChangeOutcome OutcomeOf(SearchOperation operation, out Bytes? sum)
    {
        sum = null;
        var change = operation.Operation.Change;
        var holds = change.Condition.Kind switch
        {
            ConditionKind.Absent => !Value.Exists,
            ConditionKind.Present => Value.Exists,
            ConditionKind.Value => Value == operation.Expected,
            ConditionKind.Revision => change.Condition.Revision == Revision,
            _ => true,
        };
        if (!holds)
            return ChangeOutcome.NotDone;
        if (change.Effect != ChangeEffect.Add)
            return ChangeOutcome.Done;
        var outcome = change.Add(Value.Exists ? Text : null, out var added);
        sum = added;
        return outcome;
    }

    /// <summary>One that is done at a revision says that this is the revision of what is there.</summary>
    private bool TryMeet(SearchOperation operation, out RevisionState met)
    {
        met = this;
        var change = operation.Operation.Change;
        if (change.Condition.Kind != ConditionKind.Revision || IsTold || !Value.Exists)
            return true;
        if (change.Condition.Revision <= Newest)
            return false;
        met = IsNew
            ? Tell(change.Condition.Revision, change.Condition.Revision)
            : this with
            {
                Newest = change.Condition.Revision,
                IsTold = true,
                CreatedBefore = Created > 0 ? 0 : Math.Min(CreatedBefore, change.Condition.Revision),
            };
        return true;
    }

    /// <summary>Whether somebody may be told so of what is there.</summary>
    private bool TryTell(HistoryOperation answered, out RevisionState told)
    {
        told = this;
        var found = answered.Found;
        if (found.Existed != Value.Exists || !ValueIsAsWanted(answered))
            return false;
        if (!Value.Exists)
            return found is { Revision: 0, Created: 0 };
        if (IsTold ? found.Revision != Newest : found.Revision <= Newest)
            return false;
        if (IsNew ? found.Created != found.Revision : !CanBeThereSince(found.Created, found.Revision))
            return false;
        told = Tell(found.Revision, found.Created);
        return true;
    }

    /// <summary>Where it says something of the value, that is compared elsewhere.</summary>
    private static bool ValueIsAsWanted(HistoryOperation answered)
    {
        var (change, found) = (answered.Change, answered.Found);
        var has = answered.Kind == OperationKind.Look || change.WantsValue ? found.Existed : false;
        has |= found.Outcome == ChangeOutcome.Done && change.Effect == ChangeEffect.Add;
        return has || answered.Result.Length == 0;
    }

    /// <summary>Whether the key may be there since this revision, and this one came later.</summary>
    private bool CanBeThereSince(long created, long later) =>
        Created > 0 ? created == Created : created > CreatedAfter && created < Math.Min(CreatedBefore, later);

    private RevisionState Tell(long revision, long created) =>
        this with
        {
            Newest = revision,
            IsTold = true,
            Created = created,
            CreatedAfter = 0,
            CreatedBefore = 0,
            IsNew = false,
        };

    private RevisionState Write(Bytes value) =>
        Write(KeyState.Of(value.Span), value.Length <= LongestNumber ? value : default);

    /// <summary>By somebody who is told no revision.</summary>
    private RevisionState Write(KeyState value, Bytes text) =>
        Value.Exists
            ? this with
            {
                Value = value,
                Text = text,
                IsTold = false,
                IsNew = false,
            }
            : new RevisionState(value, text)
            {
                Newest = Newest,
                CreatedAfter = Newest,
                CreatedBefore = long.MaxValue,
                IsNew = true,
            };
}
