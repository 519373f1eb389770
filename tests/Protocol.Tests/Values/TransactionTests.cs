using System.Collections.Immutable;

namespace PbKv.Protocol.Tests.Values;

/// <summary>Several keys at one position: all steps of a branch are done, or none is.</summary>
public sealed class TransactionTests
{
    private readonly ReplicatedState _state = new(Features.OfThisBuild);
    private long _sequence;

    [Fact]
    public void What_is_written_is_read_again_and_nothing_else_is()
    {
        var transaction = new Transaction(
            [Where("a", new(ConditionKind.Value, 0, Text("x"))), Where("b", new(ConditionKind.Created, 3))],
            [Puts("a", "yy"), Looks("b"), Adds("c", -3)],
            [Deletes("a")]
        );
        var encoded = transaction.Encode();
        Assert.Equal(encoded, Transaction.Read(encoded)?.Encode());
        Assert.Equal(["a", "b", "a", "b", "c", "a"], transaction.Keys.Select(key => key.ToString()));
        Assert.Null(Transaction.Read(Bytes.Concat(encoded, new Bytes([0]))));
        for (var length = 0; length < encoded.Length; length++)
            Assert.Null(Transaction.Read(Bytes.CopyOf(encoded.Span[..length])));

        var inner = new Step(Text("a"), new Change(new(ConditionKind.Absent), ChangeEffect.Delete));
        Assert.Null(Transaction.Read(new Transaction([], [inner], []).Encode()));
        Assert.NotNull(Transaction.Read(Steps(Transaction.Most).Encode()));
        Assert.Null(Transaction.Read(Steps(Transaction.Most + 1).Encode()));

        var result = new TransactionResult(true, 2, [new Finding(ChangeOutcome.Overflow, true, 1, 1, Text("x"))]);
        var again = TransactionResult.Read(result.Encode());
        Assert.Equal((true, 2), (again.Held, again.Failed));
        Assert.Equal(result.Findings, again.Findings.AsEnumerable());
    }

    [Fact]
    public void Where_all_comparisons_hold_one_branch_is_done_and_else_the_other()
    {
        Do(new([], [Puts("a", "1"), Puts("b", "2")], []));
        Assert.Equal(new Revisions(1, 1), _state.Store.Look(Text("b"))?.Revisions);
        ImmutableArray<Comparison> both =
        [
            Where("a", new(ConditionKind.Value, 0, Text("1"))),
            Where("b", new(ConditionKind.Revision, 1)),
        ];
        var move = new Transaction(both, [Deletes("a"), Adds("b", 1), Looks("b"), Looks("c")], [Looks("a")]);
        var done = Do(move);
        Assert.Equal((true, -1), (done.Held, done.Failed));
        Assert.Equal(
            [
                new Finding(ChangeOutcome.Done, true, 2, 0, default),
                new Finding(ChangeOutcome.Done, true, 2, 1, Text("3")),
                new Finding(ChangeOutcome.Done, true, 2, 1, Text("3")),
                new Finding(ChangeOutcome.Done, false, 0, 0, default),
            ],
            done.Findings.AsEnumerable()
        );
        var other = Do(move);
        Assert.Equal((false, -1), (other.Held, other.Failed));
        Assert.Equal([new Finding(ChangeOutcome.Done, false, 0, 0, default)], other.Findings.AsEnumerable());
        Assert.Equal((3, 1), (_state.Position, _state.Store.Count));
    }

    [Fact]
    public void Where_one_step_cannot_be_done_none_is()
    {
        Do(new([], [Puts("a", "x"), Puts("b", "1")], []));
        var failed = Do(new([], [Adds("b", 1), Deletes("b"), Adds("b", 5), Adds("a", 1), Puts("c", "y")], []));
        Assert.Equal((true, 3), (failed.Held, failed.Failed));
        Assert.Equal(
            new Finding(ChangeOutcome.NotANumber, true, 1, 1, default),
            Assert.Single(failed.Findings.AsEnumerable())
        );
        Assert.Equal((Text("1"), 2L), (_state.Store.Look(Text("b"))?.Value, _state.Store.Count));

        var counted = Do(new([], [Adds("b", 1), Deletes("b"), Adds("b", 5), Adds("b", 5)], []));
        Assert.Equal(
            [("2", 1L), ("", 0L), ("5", 3L), ("10", 3L)],
            counted.Findings.Select(finding => (finding.Value.ToString(), finding.Created))
        );
        Assert.Equal(new Revisions(3, 3), _state.Store.Look(Text("b"))?.Revisions);
    }

    private static Transaction Steps(int count) => new([], [.. Enumerable.Repeat(Looks("a"), count)], []);

    private static Comparison Where(string key, Condition condition) => new(Text(key), condition);

    private static Step Looks(string key) => new(Text(key), null);

    private static Step Puts(string key, string value) =>
        new(Text(key), new Change(Condition.None, ChangeEffect.Put) { Value = Text(value) });

    private static Step Deletes(string key) => new(Text(key), new Change(Condition.None, ChangeEffect.Delete));

    private static Step Adds(string key, long amount) =>
        new(Text(key), new Change(Condition.None, ChangeEffect.Add) { Amount = amount });

    private static Bytes Text(string text) => Bytes.Utf8(text);

    private TransactionResult Do(Transaction transaction)
    {
        var operation = new Operation(OperationKind.Transaction, ++_sequence, default, transaction.Encode());
        return TransactionResult.Read(_state.Execute(0, null, operation).Value);
    }
}
