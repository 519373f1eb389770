using System.Numerics;
using PbKv.Protocol;

namespace PbKv.Checking.Tests;

/// <summary>One operation; the answer of a Get or a PutHash is its value, null where there was none.</summary>
internal sealed record AskedOperation(OperationKind Kind, string Argument, Change Change, int Invoke)
{
    public int Return { get; init; } = int.MaxValue;

    public bool Known { get; init; }

    public string? Value { get; init; }

    public Finding Found { get; init; }

    public override string ToString() =>
        $"[{Invoke}–{(Known ? Return : "…")}] {Kind} {(Kind == OperationKind.Change ? Change : Argument)} → "
        + (
            !Known ? "?"
            : Kind is OperationKind.Look or OperationKind.Change ? Found
            : Value ?? "missing"
        );
}

/// <summary>
/// A key and the revisions of all writes so far: null where nobody was told it. Written down once more, in the plainest
/// way, as a store has it that tells the writes apart by their number.
/// </summary>
/// <param name="Last">The number of the last write of what is there; 0: nothing is.</param>
/// <param name="First">The number of the first write since the key is there.</param>
internal sealed record PlainKey(string? Value, int Last, int First, IReadOnlyList<long?> Revisions)
{
    public static PlainKey Missing { get; } = new(null, 0, 0, [0]);

    public PlainKey Write(string? value)
    {
        var number = Revisions.Count;
        return new(
            value,
            value is null ? 0 : number,
            value is null ? 0
                : Value is null ? number
                : First,
            [.. Revisions, null]
        );
    }

    /// <returns>Null where the write cannot have this revision.</returns>
    public PlainKey? Tell(int write, long revision)
    {
        var revisions = Revisions.ToArray();
        if ((revisions[write] ?? revision) != revision)
            return null;
        revisions[write] = revision;
        var told = revisions.Where(told => told is not null).ToList();
        return told.Zip(told.Skip(1)).All(pair => pair.First < pair.Second)
            ? this with
            {
                Revisions = revisions,
            }
            : null;
    }

    public string? Sum(long amount, out ChangeOutcome outcome)
    {
        outcome = ChangeOutcome.NotANumber;
        if (!BigInteger.TryParse(Value ?? "0", out var number) || number.ToString() != (Value ?? "0"))
            return null;
        if (number < long.MinValue || number > long.MaxValue)
            return null;
        var sum = number + amount;
        outcome = sum < long.MinValue || sum > long.MaxValue ? ChangeOutcome.Overflow : ChangeOutcome.Done;
        return outcome == ChangeOutcome.Done ? sum.ToString() : null;
    }

    public bool Holds(Change change) =>
        change.Condition.Kind switch
        {
            ConditionKind.Absent => Value is null,
            ConditionKind.Present => Value is not null,
            ConditionKind.Value => Value == change.Condition.Value.ToString(),
            ConditionKind.Revision => Revisions[Last] == change.Condition.Revision,
            _ => true,
        };

    /// <summary>The same for a store that knows all revisions: without those of the past.</summary>
    public PlainKey Compact() =>
        Value is null ? Missing
        : First == Last ? new(Value, 1, 1, [0, Revisions[Last]])
        : new(Value, 2, 1, [0, Revisions[First], Revisions[Last]]);

    /// <summary>As a store answers that knows all revisions: the next write gets this one.</summary>
    public (PlainKey Next, Finding Found) Do(Change change, long revision)
    {
        var outcome = ChangeOutcome.NotDone;
        string? written = null;
        if (Holds(change))
        {
            outcome = ChangeOutcome.Done;
            written = change.Effect == ChangeEffect.Put ? change.Value.ToString() : null;
            if (change.Effect == ChangeEffect.Add)
                written = Sum(change.Amount, out outcome);
        }
        var before = Bytes.Utf8(change.WantsValue ? Value ?? "" : "");
        if (outcome != ChangeOutcome.Done)
            return (this, new(outcome, Value is not null, Revisions[Last]!.Value, Revisions[First]!.Value, before));
        var next = Write(written);
        next = next.Tell(next.Revisions.Count - 1, revision)!;
        var told = change.Effect == ChangeEffect.Add ? Bytes.Utf8(written!) : before;
        return (next, new(outcome, Value is not null, revision, next.Revisions[next.First]!.Value, told));
    }
}

/// <summary>Tries every order of every choice of the unanswered operations.</summary>
internal static class RevisionBruteForce
{
    public static bool IsLinearizable(IReadOnlyList<AskedOperation> operations) =>
        Search(operations, 0, PlainKey.Missing);

    private static bool Search(IReadOnlyList<AskedOperation> operations, int used, PlainKey key)
    {
        var due = int.MaxValue;
        for (var i = 0; i < operations.Count; i++)
        {
            if ((used & (1 << i)) == 0 && operations[i].Known)
                due = Math.Min(due, operations[i].Return);
        }
        if (due == int.MaxValue)
            return true;
        for (var i = 0; i < operations.Count; i++)
        {
            if ((used & (1 << i)) != 0 || operations[i].Invoke > due)
                continue;
            if (After(operations[i], key) is { } next && Search(operations, used | (1 << i), next))
                return true;
        }
        return false;
    }

    /// <returns>Null where it cannot have been answered so, or is not known to have done anything.</returns>
    private static PlainKey? After(AskedOperation operation, PlainKey key)
    {
        switch (operation.Kind)
        {
            case OperationKind.Change:
                return operation.Known
                    ? Answered(operation.Change, operation.Found, key)
                    : Unanswered(operation.Change, key);
            case OperationKind.Look:
                var (outcome, existed, revision, created, value) = operation.Found;
                return outcome == ChangeOutcome.Done && existed == key.Value is not null && value == Utf8(key.Value)
                    ? Tell(key, revision, created)
                    : null;
            case OperationKind.Get or OperationKind.PutHash when operation.Known:
                if (operation.Value != key.Value && !(operation.Value == "" && key.Value is null))
                    return null;
                break;
        }
        return operation.Kind == OperationKind.Get
            ? key
            : key.Write(BruteForce.Apply(operation.Kind, operation.Argument, key.Value));
    }

    private static PlainKey? Answered(Change change, Finding found, PlainKey key)
    {
        var wanted = change.WantsValue ? Utf8(key.Value) : default;
        if (found.Existed != key.Value is not null)
            return null;
        if (found.Outcome != ChangeOutcome.Done)
        {
            if (found.Value != wanted || Tell(key, found.Revision, found.Created) is not { } told)
                return null;
            var outcome = ChangeOutcome.NotDone;
            if (told.Holds(change))
            {
                outcome = ChangeOutcome.Done;
                if (change.Effect == ChangeEffect.Add)
                    told.Sum(change.Amount, out outcome);
            }
            return outcome == found.Outcome ? told : null;
        }
        if (Unanswered(change, key) is not { } next)
            return null;
        if (found.Value != (change.Effect == ChangeEffect.Add ? Utf8(next.Value) : wanted))
            return null;
        return next.Tell(next.Revisions.Count - 1, found.Revision)?.Tell(next.First, found.Created);
    }

    private static PlainKey? Unanswered(Change change, PlainKey key)
    {
        if (change.Condition.Kind == ConditionKind.Revision)
        {
            if (key.Tell(key.Last, change.Condition.Revision) is not { } met)
                return null;
            key = met;
        }
        if (!key.Holds(change))
            return null;
        var outcome = ChangeOutcome.Done;
        var written = change.Effect switch
        {
            ChangeEffect.Put => change.Value.ToString(),
            ChangeEffect.Add => key.Sum(change.Amount, out outcome),
            _ => null,
        };
        return outcome == ChangeOutcome.Done ? key.Write(written) : null;
    }

    private static PlainKey? Tell(PlainKey key, long revision, long created) =>
        key.Tell(key.Last, revision)?.Tell(key.First, created);

    private static Bytes Utf8(string? value) => Bytes.Utf8(value ?? "");
}
