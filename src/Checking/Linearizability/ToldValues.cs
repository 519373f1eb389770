using System.Buffers.Text;
using System.Globalization;

namespace PbKv.Checking;

/// <summary>
/// What was there before a Look or a Change, as far as its answer, its condition, or the answer of another one to which
/// the same revision was told says so.
/// </summary>
internal static class ToldValues
{
    public static void Observe(List<SearchOperation> operations)
    {
        var atRevision = new Dictionary<long, Observed>();
        var found = operations.Where(operation => operation is { Known: true, Operation.Finds: true }).ToList();
        foreach (var operation in found)
        {
            if (Before(operation.Operation) is not { } before)
                continue;
            (operation.Observes, operation.Result) = (true, before);
            if (RevisionBefore(operation) is > 0 and var revision)
                atRevision[revision] = before;
        }
        foreach (var operation in found)
        {
            if (!operation.Observes && atRevision.TryGetValue(RevisionBefore(operation), out var before))
                (operation.Observes, operation.Result) = (true, before);
        }
        foreach (var changed in found.Where(operation => !operation.OnlyReads))
            atRevision.Remove(changed.Told);
        FindWriters(operations, atRevision);
    }

    /// <summary>
    /// Where only one operation that was told no revision can have left a value, the revision of that value is its own.
    /// </summary>
    private static void FindWriters(List<SearchOperation> operations, Dictionary<long, Observed> atRevision)
    {
        var anyNumber = operations.Exists(operation => operation is { Resets: true, Fixed: null });
        var writers = operations.FindAll(operation =>
            !operation.OnlyReads && !(operation.Known && operation.Operation.Finds)
        );
        var resets = writers.Where(writer => writer is { Resets: true, Fixed: not null }).ToLookup(HashOfFixed);
        var appends = writers
            .Where(writer => writer.Kind == OperationKind.Append)
            .ToLookup(append => (append.Value.Length, append.ValueHash));
        var lengths = appends.Select(append => append.Key.Length).Distinct().ToList();
        foreach (var (revision, value) in atRevision)
        {
            if (value.Buffer is not { } buffer || (anyNumber && Utf8Parser.TryParse(value.Span, out long _, out _)))
                continue;
            var able = resets[(value.Length, value.Hash)].ToList();
            foreach (var length in lengths.Where(length => length <= value.Length))
            {
                var before = buffer.HashOfFirst(value.Length - length);
                able.AddRange(appends[(length, PolynomialHash.Rest(value.Hash, before, PolynomialHash.Power(length)))]);
            }
            if (able is [var writer])
                writer.Told = revision;
        }
    }

    private static (int, ulong) HashOfFixed(SearchOperation reset) =>
        (reset.Fixed!.Value.Length, reset.Fixed.Value.Hash);

    /// <summary>0: it is not known, or nothing was there.</summary>
    private static long RevisionBefore(SearchOperation operation) =>
        !operation.Operation.Found.Existed ? 0
        : operation.OnlyReads ? operation.Told
        : operation.Operation.Change.Condition.Revision;

    private static Observed? Before(HistoryOperation answered)
    {
        var (change, found) = (answered.Change, answered.Found);
        if (!found.Existed)
            return Observed.Nothing;
        if (found.Outcome == ChangeOutcome.Done && change.Effect == ChangeEffect.Add)
            return Summand(answered.Result.Span, change.Amount);
        if (answered.Kind == OperationKind.Look || change.WantsValue)
            return answered.Result;
        if (change.Condition.Kind == ConditionKind.Value && found.Outcome != ChangeOutcome.NotDone)
            return Observed.Of(change.Condition.Value);
        return null;
    }

    private static Observed? Summand(ReadOnlySpan<byte> sum, long added) =>
        Int128.TryParse(sum, CultureInfo.InvariantCulture, out var number)
            ? Observed.Of(Bytes.Utf8((number - added).ToString(CultureInfo.InvariantCulture)))
            : null;
}
