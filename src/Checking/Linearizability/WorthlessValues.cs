namespace PbKv.Checking;

/// <summary>
/// Tells which values are worth nothing: no answer depends on which of them is there, with something appended or
/// without.
/// </summary>
internal sealed class WorthlessValues
{
    private const long MaxPlaces = 2_000_000;

    private readonly ToldBeginnings? _beginnings;

    /// <summary>The last answer that depends on whether the value was a number, and does not tell which.</summary>
    private readonly int _lastAdd;

    public WorthlessValues(List<SearchOperation> operations)
    {
        // What an unanswered PutHash stores depends on any value.
        if (operations.Exists(operation => operation is { Kind: OperationKind.PutHash, Known: false }))
            return;
        var told = operations
            .Where(operation => operation.Observes)
            .Select(read => (read.Result, read.Return))
            .Concat(
                operations
                    .Where(operation => operation.Operation.Change.Condition.Kind == ConditionKind.Value)
                    .Select(change => (Observed.Of(change.Operation.Change.Condition.Value), change.Return))
            )
            .ToList();
        _beginnings = ToldBeginnings.Of(told);
        _lastAdd = operations
            .Where(operation => operation is { Observes: false, Operation.Change.Effect: ChangeEffect.Add })
            .Select(operation => operation.Return)
            .DefaultIfEmpty(-1)
            .Max();
        if (_beginnings is not null)
            FindTwins(operations.FindAll(operation => !operation.Known), told.ConvertAll(one => one.Item1));
    }

    public bool Contains(in RevisionState state, int now) =>
        _beginnings is not null
        && state.Value.Exists
        && !_beginnings.Begins(state.Value, now)
        && !(now <= _lastAdd && state.BeginsNumber);

    /// <summary>
    /// Of operations of unknown outcome that do the same, or leave only values that are worth nothing, one is as good
    /// as another.
    /// </summary>
    private void FindTwins(List<SearchOperation> unknown, List<Observed> told)
    {
        var pieces = Pieces(unknown, told);
        var twins = new Dictionary<(OperationKind?, Change, Bytes), SearchOperation>();
        foreach (var operation in unknown)
        {
            var change = operation.Operation.Change with { WantsValue = false };
            var isWorthless = operation.Kind switch
            {
                OperationKind.Put => IsWorthless(operation.Value),
                OperationKind.Change => change.Effect == ChangeEffect.Put && IsWorthless(change.Value),
                _ => pieces?.Contains(operation.Value) == false && !RevisionState.BeginsNumberAs(operation.Value),
            };
            (OperationKind?, Change, Bytes) key = (
                operation.Kind,
                change,
                change == default ? operation.Value : default
            );
            if (isWorthless && operation.Kind == OperationKind.Change)
                key = (null, change with { Value = default }, default);
            else if (isWorthless)
                key = (null, new Change(Condition.None, ChangeEffect.Put), default);
            operation.Twin = twins.GetValueOrDefault(key);
            twins[key] = operation;
        }
    }

    /// <summary>What an append can have left in the values, or null where that is too much.</summary>
    private static HashSet<Bytes>? Pieces(List<SearchOperation> unknown, List<Observed> told)
    {
        var appends = unknown.FindAll(operation => operation.Kind == OperationKind.Append);
        var lengths = appends.Select(append => append.Value.Length).Distinct().ToList();
        var buffers = told.Where(value => value.Buffer is not null).Select(value => value.Buffer!).Distinct().ToList();
        if (buffers.Sum(buffer => (long)buffer.Length) * lengths.Count > MaxPlaces)
            return null;
        var pieces = new HashSet<Bytes>();
        foreach (var whole in buffers.Select(buffer => Bytes.CopyOf(buffer.Span)))
        {
            foreach (var length in lengths)
            {
                for (var from = 0; from + length <= whole.Length; from++)
                    pieces.Add(Bytes.CopyOf(whole.Span.Slice(from, length)));
            }
        }
        return pieces;
    }

    private bool IsWorthless(Bytes value) => Contains(new RevisionState(KeyState.Of(value.Span), value), -1);
}
