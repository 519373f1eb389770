using System.Globalization;

namespace PbKv.Protocol;

/// <summary>
/// What primary and backup hold alike: data, sessions and the position of the last operation executed. The same history
/// gives the same state, so everything here depends on the operations alone, never on settings or on time.
/// </summary>
internal sealed class ReplicatedState
{
    private const int LongestHash = 10;
    private const int LongestNumber = 20;

    private readonly Features _features;

    private ReplicatedState(KvStore store, SessionTable sessions, long position, Features features)
    {
        _features = features;
        Store = store;
        Sessions = sessions;
        Position = position;
    }

    public ReplicatedState(Features features)
        : this(new KvStore(), new SessionTable(), 0, features) { }

    public KvStore Store { get; }

    public SessionTable Sessions { get; }

    /// <summary>The number of the reset with which this history began, or 0.</summary>
    public long Era { get; set; }

    public long Position { get; set; }

    /// <summary>The feature level of the view: at a lower one a server may know no revisions.</summary>
    public int Level { get; set; } = 1;

    /// <summary>All of it in one number, kept with every change: equal for equal states on every machine.</summary>
    public ulong Digest
    {
        get
        {
            var digest = Hashing.Step(Hashing.Step(Store.Digest, Sessions.Digest), (ulong)Position);
            return Level < Features.WithRevisions ? digest : Hashing.Step(digest, Store.RevisionDigest);
        }
    }

    public long Memory => Store.Memory + Sessions.Memory;

    /// <summary>How much more of it there is after an operation.</summary>
    public long GrowthBy(in Operation operation) =>
        operation.Kind switch
        {
            OperationKind.Put => Store.GrowthBy(operation.Key, operation.Value.Length, appends: false),
            OperationKind.Append => Store.GrowthBy(operation.Key, operation.Value.Length, appends: true),
            // The result keeps what the value has less.
            OperationKind.PutHash => Store.GrowthBy(operation.Key, LongestHash, appends: true),
            // So does that of a change, of what it finds.
            OperationKind.Change => GrowthBy(operation.Key, Change.Read(operation.Value)!.Value),
            _ => 0,
        };

    private long GrowthBy(Bytes key, Change change) =>
        change.Effect switch
        {
            ChangeEffect.Delete => 0,
            ChangeEffect.Add => Store.GrowthBy(key, LongestNumber, appends: false),
            _ => Store.GrowthBy(key, change.Value.Length, appends: change.WantsValue),
        };

    public ReplicatedState Clone() =>
        new(Store.Clone(), Sessions.Clone(), Position, _features) { Era = Era, Level = Level };

    /// <summary>
    /// Executes the next operation of the history: it takes one position, and its session remembers the result.
    /// </summary>
    public OperationResult Execute(long sessionId, Session? session, in Operation operation)
    {
        Position++;
        switch (operation.Kind)
        {
            case OperationKind.OpenSession:
                Sessions.Open(Position);
                return new OperationResult(operation.Sequence, ResultStatus.Ok, default);
            case OperationKind.CloseSession or OperationKind.ExpireSession:
                Sessions.Close(sessionId);
                return new OperationResult(operation.Sequence, ResultStatus.Ok, default);
        }
        var result = Mutate(operation);
        session?.Record(result);
        return result;
    }

    /// <summary>Executes an accepted batch, from one of its operations on, as far as a turn may go.</summary>
    /// <returns>The index of the operation to go on with.</returns>
    public int Apply(Batch batch, int first, ref TurnBudget turn)
    {
        var session = batch.Session == 0 || Sessions.Find(batch.Session) is null ? null : Sessions.Edit(batch.Session);
        session?.RaiseFloor(batch.Floor);
        var operations = batch.Operations.AsSpan();
        Store.Warm(operations.Slice(first, (int)Math.Min(operations.Length - first, turn.Operations)));
        for (; first < operations.Length && !turn.IsSpent; first++)
        {
            var written = Store.Written;
            var result = Execute(batch.Session, session, operations[first]);
            turn.Take(Store.Written - written + result.Value.Length);
        }
        return first;
    }

    public void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(Era);
        fingerprint.Add(Digest);
    }

    private OperationResult Mutate(in Operation operation)
    {
        switch (operation.Kind)
        {
            case OperationKind.Put:
                Store.Put(operation.Key, operation.Value, Position);
                return new OperationResult(operation.Sequence, ResultStatus.Ok, default);
            case OperationKind.PutHash:
                var found = Store.TryGet(operation.Key, out var previous);
                Store.Put(operation.Key, HashText(previous, operation.Value), Position);
                return new OperationResult(
                    operation.Sequence,
                    found ? ResultStatus.Ok : ResultStatus.Missing,
                    previous
                );
            // A peer may send what no primary executes: it must not make a value longer than an array may be.
            case OperationKind.Append when IsTooLarge(operation):
                return new OperationResult(operation.Sequence, ResultStatus.ValueTooLarge, default);
            case OperationKind.Append:
                Store.Append(operation.Key, operation.Value, Position);
                return new OperationResult(operation.Sequence, ResultStatus.Ok, default);
            case OperationKind.Change:
                return new OperationResult(operation.Sequence, ResultStatus.Ok, Do(operation).Encode());
            case OperationKind.TooLarge:
                return new OperationResult(operation.Sequence, ResultStatus.ValueTooLarge, default);
            case OperationKind.Full:
                return new OperationResult(operation.Sequence, ResultStatus.Full, default);
            case OperationKind.Unsupported:
                return new OperationResult(operation.Sequence, ResultStatus.Unsupported, default);
            case var _ when _features.Added is { } added:
                return added(Store, operation, Position);
            default:
                throw new InvariantBrokenException($"{operation.Kind} has no place in a history");
        }
    }

    private Finding Do(in Operation operation)
    {
        var change = Change.Read(operation.Value) ?? throw new InvariantBrokenException("no change is in a history");
        var finding = change.Do(operation.Key, Store.Look(operation.Key), Position, out var after);
        if (finding.Outcome != ChangeOutcome.Done)
            return finding;
        if (after is { Value: var value })
            Store.Put(operation.Key, value, Position);
        else
            Store.Delete(operation.Key);
        return finding;
    }

    private bool IsTooLarge(in Operation append) =>
        (long)Store.LengthOf(append.Key) + append.Value.Length > ProtocolSettings.LargestValueBytes;

    private static Bytes HashText(Bytes previous, Bytes value)
    {
        var text = new byte[LongestHash];
        var hash = Hashing.Fnv1a(previous.Span, value.Span);
        hash.TryFormat(text, out var length, provider: CultureInfo.InvariantCulture);
        return new Bytes(text, 0, length);
    }
}

/// <summary>
/// What may still be executed in this turn of a server: a ping waits for the end of it. The last operation may be
/// larger than what was left.
/// </summary>
internal struct TurnBudget(long operations, long bytes)
{
    private long _bytes = bytes;

    public static TurnBudget Unlimited { get; } = new(long.MaxValue, long.MaxValue);

    public long Operations { get; private set; } = operations;

    public readonly bool IsSpent => Operations <= 0 || _bytes <= 0;

    /// <param name="bytes">What one operation copied and hashed.</param>
    public void Take(long bytes)
    {
        Operations--;
        _bytes -= bytes;
    }
}
