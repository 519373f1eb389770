namespace PbKv.Checking;

/// <summary>What a later release may be like, beside this one: one level above it, with one operation more.</summary>
internal static class NextBuild
{
    /// <summary>Does what Append does, by a name that this release does not know.</summary>
    public const OperationKind AppendToo = OperationKind.Change + 1;

    private static readonly Features Next = new(Features.OfThisBuild.Level + 1, Execute);

    public static int Level => Next.Level;

    public static ProtocolSettings Or(ProtocolSettings settings, bool next) =>
        next ? settings with { Features = Next } : settings;

    /// <summary>What a history takes it for.</summary>
    public static OperationKind Meant(OperationKind kind) => kind == AppendToo ? OperationKind.Append : kind;

    private static OperationResult Execute(KvStore store, Operation operation, long position)
    {
        store.Append(operation.Key, operation.Value, position);
        return new OperationResult(operation.Sequence, ResultStatus.Ok, default);
    }
}
