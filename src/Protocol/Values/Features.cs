namespace PbKv.Protocol;

/// <summary>
/// What a build can do, as a level that only grows from release to release. A view carries the lowest of its servers'
/// and of the view service that made it, and in that view nothing above it is executed or forwarded: two servers of
/// different builds do the same, and either may take over from the other.
/// </summary>
/// <param name="Added">What operations that this build does not know do at a position: how a test makes the next build.
/// </param>
internal sealed record Features(int Level, Func<KvStore, Operation, long, OperationResult>? Added = null)
{
    /// <summary>From here on what replicas compare includes the revisions of keys.</summary>
    public const int WithRevisions = 2;

    public static Features OfThisBuild { get; } = new(WithRevisions);

    /// <summary>Operations that a build does not know are of a level above its own.</summary>
    public static int LevelOf(OperationKind kind) =>
        kind switch
        {
            <= OperationKind.Unsupported => 1,
            <= OperationKind.Change => WithRevisions,
            _ => OfThisBuild.Level + 1,
        };
}
