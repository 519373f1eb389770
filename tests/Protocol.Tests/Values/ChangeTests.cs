namespace PbKv.Protocol.Tests.Values;

/// <summary>A change on a condition: what is written of it is read again, and what it does at a replica.</summary>
public sealed class ChangeTests
{
    private const ChangeEffect Put = ChangeEffect.Put;
    private const ChangeEffect Add = ChangeEffect.Add;
    private static readonly Bytes Key = Bytes.Utf8("k");

    private readonly ReplicatedState _state = new(Features.OfThisBuild);
    private long _sequence;

    [Fact]
    public void What_is_written_is_read_again_and_nothing_else_is()
    {
        foreach (var kind in Enum.GetValues<ConditionKind>())
        {
            foreach (var effect in Enum.GetValues<ChangeEffect>())
            {
                var change = new Change(AnyOf(kind), effect, WantsValue: effect == Put)
                {
                    Value = effect == Put ? Bytes.Utf8("yy") : default,
                    Amount = effect == Add ? -5 : 0,
                };
                var encoded = change.Encode();
                Assert.Equal(change, Change.Read(encoded));
                Assert.Null(Change.Read(Bytes.Concat(encoded, new Bytes([0]))));
                for (var length = 0; length < encoded.Length; length++)
                    Assert.Null(Change.Read(Bytes.CopyOf(encoded.Span[..length])));
            }
        }
        Assert.Null(Change.Read(new Bytes([6, 2, 0])));
        Assert.Null(Change.Read(new Bytes([1, 4, 0])));
        var finding = new Finding(ChangeOutcome.NotDone, true, 7, 300, Key);
        Assert.Equal(finding, Finding.Read(finding.Encode()));
    }

    [Fact]
    public void It_is_done_where_its_condition_holds_and_tells_what_was_there()
    {
        Assert.Equal(Done(1, created: 1), Do(new(new(ConditionKind.Absent), Put, true) { Value = Text("a") }));
        Assert.Equal(NotDone(1, 1, "a"), Do(new(new(ConditionKind.Absent), Put, true) { Value = Text("b") }));
        Assert.Equal(Done(3, 1, "a"), Do(new(new(ConditionKind.Present), Put, true) { Value = Text("b") }));
        Assert.Equal(NotDone(3, 1, ""), Do(Where("a", "c")));
        Assert.Equal(Done(5, 1, "") with { Existed = true }, Do(Where("b", "c")));
        Assert.Equal(NotDone(5, 1, ""), Do(new(new(ConditionKind.Revision, 3), Put)));
        Assert.Equal(Done(7, 0) with { Existed = true }, Do(new(new(ConditionKind.Revision, 5), ChangeEffect.Delete)));
        Assert.Null(_state.Store.Look(Key));
        Assert.Equal(new Finding(ChangeOutcome.NotDone, false, 0, 0, default), Do(Where("c", "d")));
        Assert.Equal(Done(9, 9), Do(new(new(ConditionKind.Revision), Put)));
        Assert.Equal(Done(10, 0) with { Existed = true }, Do(new(Condition.None, ChangeEffect.Delete)));
        Assert.Equal(Done(11, 0), Do(new(Condition.None, ChangeEffect.Delete)));
        Assert.Equal(NotDone(0, 0, "") with { Existed = false }, Do(new(new(ConditionKind.Present), Put)));
    }

    [Fact]
    public void Numbers_are_added_to_and_what_is_none_or_would_be_too_large_stays()
    {
        Assert.Equal(Done(1, 1, "-5") with { Existed = false }, Do(Sum(-5)));
        Assert.Equal(Done(2, 1, "37"), Do(Sum(42)));
        Assert.Equal(Done(3, 1, "9223372036854775807"), Do(Sum(long.MaxValue - 37)));
        Assert.Equal(new Finding(ChangeOutcome.Overflow, true, 3, 1, default), Do(Sum(1)));
        Assert.Equal(Text("9223372036854775807"), _state.Store.Look(Key)?.Value);
        foreach (var text in new[] { "", "x", "+1", "01", "-0", " 1", "1 ", "1.0", "9223372036854775808" })
        {
            _state.Store.Put(Key, Text(text), 1);
            Assert.Equal(
                new Finding(ChangeOutcome.NotANumber, true, 1, 1, Text(text)),
                Do(Sum(1) with { WantsValue = true })
            );
            Assert.Equal(Text(text), _state.Store.Look(Key)?.Value);
        }
    }

    private static Condition AnyOf(ConditionKind kind) =>
        kind switch
        {
            ConditionKind.Value => new(kind, 0, Text("x")),
            ConditionKind.Revision => new(kind, 300),
            _ => new(kind),
        };

    private static Change Where(string value, string then) =>
        new(new(ConditionKind.Value, 0, Text(value)), Put) { Value = Text(then) };

    private static Change Sum(long amount) => new(Condition.None, Add) { Amount = amount };

    private static Finding Done(long revision, long created, string? value = null) =>
        new(ChangeOutcome.Done, value is not null, revision, created, Text(value ?? ""));

    private static Finding NotDone(long revision, long created, string value) =>
        new(ChangeOutcome.NotDone, true, revision, created, Text(value));

    private static Bytes Text(string text) => Bytes.Utf8(text);

    private Finding Do(Change change)
    {
        var operation = new Operation(OperationKind.Change, ++_sequence, Key, change.Encode());
        var result = _state.Execute(0, null, operation);
        Assert.Equal(ResultStatus.Ok, result.Status);
        return Finding.Read(result.Value);
    }
}
