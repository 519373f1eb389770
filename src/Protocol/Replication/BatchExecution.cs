using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace PbKv.Protocol;

/// <summary>
/// One request at the primary: what is new is executed, what is known is looked up, what may not be is refused; and the
/// part that belongs into the history.
/// </summary>
/// <param name="maxMemory">Of the state: a write that needs more is refused.</param>
/// <param name="room">Bytes of writes that may be executed; the last may be larger than what is left.</param>
internal struct BatchExecution(
    ReplicatedState state,
    Batch batch,
    long maxMemory,
    long room,
    ProtocolSettings settings,
    int level
)
{
    /// <summary>
    /// A request whose results are larger than this is done in part. A few thousand Gets of large values fit into one
    /// request, and their answer would keep the server in one turn for longer than a ping may be late.
    /// </summary>
    private const long MostResultBytes = 2 << 20;

    /// <summary>
    /// And one that makes the store write more than this: as many appends to large values, more of them than the store
    /// keeps room behind (<see cref="GrowingValues"/>), copy each of them whole. A backup that catches up takes no more
    /// in one turn either.
    /// </summary>
    public const long MostWrittenBytes = 8 << 20;

    private readonly Batch _batch = batch;
    private OperationResult[] _results = new OperationResult[batch.Operations.Length];
    private long _room = room;
    private int _answered;
    private int _executed;
    private int _belowFloor;

    public int Duplicates { get; private set; }

    public long ResultBytes { get; private set; }

    /// <summary>
    /// How many operations were not executed: what came before them is enough for one turn, or they are writes and
    /// there is no room for them.
    /// </summary>
    public readonly int LeftOut => _batch.Operations.Length - _results.Length;

    /// <summary>How many operations were executed now.</summary>
    public readonly int Executed => _executed;

    /// <summary>
    /// What is forwarded: the batch itself where all of it was executed, its new part otherwise, or nothing.
    /// </summary>
    public Batch? Accepted { get; private set; }

    public readonly ImmutableArray<OperationResult> Results => ImmutableCollectionsMarshal.AsImmutableArray(_results);

    public void Run()
    {
        var operations = _batch.Operations.AsSpan();
        state.Store.Warm(operations);
        var session = state.Sessions.Edit(_batch.Session);
        var floor = Math.Max(session.Floor, _batch.Floor);
        var written = state.Store.Written;
        Operation[]? part = null;
        for (var i = 0; i < operations.Length; i++)
        {
            ref readonly var operation = ref operations[i];
            if (
                ResultBytes > MostResultBytes
                || state.Store.Written - written > MostWrittenBytes
                || KeepsTooMuch(session, operation, floor)
            )
            {
                part ??= operations[..i].ToArray();
                break;
            }
            var accepted = operation;
            var executed = false;
            if (One(session, ref accepted, floor, ref executed) is { } result)
            {
                _results[_answered++] = result;
                ResultBytes += 32 + result.Value.Length;
            }
            if (part is null && (!executed || accepted.Kind != operation.Kind))
            {
                // Not all of the batch belongs into the history as it came: from here on its part is gathered apart.
                part = new Operation[operations.Length];
                operations[..i].CopyTo(part);
            }
            if (!executed)
                continue;
            if (part is not null)
                part[_executed] = accepted;
            _executed++;
        }
        Array.Resize(ref _results, _answered);
        Accepted = _batch;
        if (part is not null)
            Accepted = _executed == 0 ? null : new Batch(_batch.Session, _batch.Floor, [.. part.AsSpan(0, _executed)]);
    }

    public readonly void Tell(Effects effects)
    {
        if (Duplicates > 0)
            effects.Notice(
                NoticeKind.Deduplicated,
                $"session={_batch.Session} floor={_batch.Floor} duplicates={Duplicates}"
            );
        if (_belowFloor > 0)
            effects.Notice(
                NoticeKind.BelowFloor,
                $"session={_batch.Session} floor={_batch.Floor} refused={_belowFloor}"
            );
    }

    /// <returns>Null for a write that there is no room for.</returns>
    private OperationResult? One(Session session, ref Operation operation, long floor, ref bool executed)
    {
        if (operation.Sequence < floor)
        {
            _belowFloor++;
            return new OperationResult(operation.Sequence, ResultStatus.BelowFloor, default);
        }
        // Before anything is refused for its size: the server that did it may have allowed more than this one.
        if (!operation.IsRead && session.TryResult(operation.Sequence, out var known))
        {
            Duplicates++;
            return known;
        }
        if (Features.LevelOf(operation.Kind) > level)
            operation = new Operation(OperationKind.Unsupported, operation.Sequence, default, default);
        else if (OperationKinds.CheckKey(operation.Kind, operation.Key, settings.MaxKeyBytes) is { } bad)
            return new OperationResult(operation.Sequence, bad, default);
        if (operation.IsRead)
            return Read(operation);
        if (_room <= 0)
            return null;
        _room -= 16 + operation.Key.Length + operation.Value.Length;
        if (IsTooLarge(operation))
            operation = new Operation(OperationKind.TooLarge, operation.Sequence, default, default);
        else if (!Fits(operation))
            operation = new Operation(OperationKind.Full, operation.Sequence, default, default);
        // The floor moves only with operations of the history, so that the backup forgets the same results.
        if (_executed == 0)
            session.RaiseFloor(_batch.Floor);
        executed = true;
        return state.Execute(_batch.Session, session, operation);
    }

    /// <summary>
    /// Thousands of values before a PutHash may be wanted at once: further ones wait, except for the one that the floor
    /// waits for. Only results that a client takes raise its floor. The same is true of a change.
    /// </summary>
    private readonly bool KeepsTooMuch(Session session, in Operation operation, long floor) =>
        OperationKinds.KeepsValues(operation.Kind)
        && operation.Sequence > floor
        && !session.TryResult(operation.Sequence, out _)
        && session.MemoryFrom(floor) > settings.StreamBytes;

    /// <summary>What makes nothing larger always does: so there is a way out.</summary>
    private readonly bool Fits(in Operation operation)
    {
        var left = maxMemory - state.Memory;
        // Far from the limit nothing has to be looked up.
        if (left > 1024 + (2L * (operation.Key.Length + operation.Value.Length)))
            return true;
        var growth = state.GrowthBy(operation);
        return growth <= Math.Max(0, left);
    }

    private readonly bool IsTooLarge(in Operation operation) =>
        operation.Kind == OperationKind.Append
            ? (long)Math.Max(0, state.Store.LengthOf(operation.Key)) + operation.Value.Length > settings.MaxValueBytes
            : OperationKinds.HoldsLonger(operation.Kind, operation.Value, settings.MaxValueBytes);

    private readonly OperationResult Read(in Operation operation)
    {
        if (operation.Kind == OperationKind.Look)
            return new OperationResult(
                operation.Sequence,
                ResultStatus.Ok,
                Finding.Of(state.Store.Look(operation.Key)).Encode()
            );
        return state.Store.TryGet(operation.Key, out var value)
            ? new OperationResult(operation.Sequence, ResultStatus.Ok, value)
            : new OperationResult(operation.Sequence, ResultStatus.Missing, default);
    }
}
