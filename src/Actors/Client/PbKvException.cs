namespace PbKv.Client;

public enum PbKvError
{
    EmptyKey = 1,
    KeyTooLong,
    ValueTooLarge,

    /// <summary>The deadline passed after the operation may have been sent.</summary>
    DeadlinePassed,

    /// <summary>The deadline passed and nothing was ever sent: no view service or no primary answered.</summary>
    Unreachable,

    /// <summary>The session ended while the operation may have been executed in it.</summary>
    SessionExpired,

    /// <summary>The client was disposed meanwhile, or before.</summary>
    ClientClosed,

    /// <summary>The client itself failed: a defect.</summary>
    ClientFailed,

    /// <summary>The view service refused, and says why.</summary>
    Refused,

    /// <summary>Somebody cancelled.</summary>
    Cancelled,

    /// <summary>The servers have no memory left for it.</summary>
    Full,

    /// <summary>A server of the present view is of a release that does not know the operation.</summary>
    Unsupported,

    /// <summary>None of several view services acts: most of them are out of reach.</summary>
    NotActing,
}

/// <summary>What is known of an operation that failed.</summary>
public enum PbKvOutcome
{
    /// <summary>It was surely not executed, and never will be.</summary>
    NotExecuted = 1,

    /// <summary>It may have been executed, or may be yet.</summary>
    Unknown,
}

/// <summary>An operation that did not end well.</summary>
public sealed class PbKvException(PbKvError code, PbKvOutcome outcome, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public PbKvError Code { get; } = code;

    public PbKvOutcome Outcome { get; } = outcome;
}

/// <summary>An operation that was cancelled. Cancelling does not take back what was sent.</summary>
public sealed class PbKvCanceledException(PbKvOutcome outcome, CancellationToken cancellationToken)
    : OperationCanceledException(TextOf(outcome), cancellationToken)
{
    public PbKvOutcome Outcome { get; } = outcome;

    private static string TextOf(PbKvOutcome outcome) =>
        outcome == PbKvOutcome.NotExecuted
            ? "the operation was cancelled before it was sent: it is not executed"
            : "the operation was cancelled after it may have been sent: whether it is executed is unknown";
}

/// <summary>What a caller is told, for each way in which a call can fail.</summary>
internal static class Failures
{
    public static Exception Of(in Completion completion, Call call) =>
        completion.Status switch
        {
            CallStatus.EmptyKey => NotDone(PbKvError.EmptyKey, "the key is empty: a key has at least one byte"),
            CallStatus.KeyTooLong => NotDone(
                PbKvError.KeyTooLong,
                $"the key has {call.Key.Length} bytes, more than pbkv.max-key-size allows"
            ),
            CallStatus.ValueTooLarge => NotDone(
                PbKvError.ValueTooLarge,
                call.Kind == OperationKind.Append
                    ? $"with {call.Value.Length} bytes more the value is larger than pbkv.max-value-size allows"
                    : $"the value has {call.LongestValue} bytes, more than pbkv.max-value-size allows"
            ),
            CallStatus.Cancelled or CallStatus.Unreachable when call.RefusedBecause is { } why => new PbKvException(
                PbKvError.Refused,
                completion.Status == CallStatus.Unreachable ? PbKvOutcome.NotExecuted : PbKvOutcome.Unknown,
                why
            ),
            CallStatus.Full => NotDone(
                PbKvError.Full,
                "the servers have no memory left for it (pbkv.max-memory): make values shorter, or give the servers "
                    + "more"
            ),
            CallStatus.Unsupported => NotDone(
                PbKvError.Unsupported,
                "the servers of the present view do not all know this operation: upgrade them"
            ),
            CallStatus.Cancelled when call.IsCancelled => new PbKvCanceledException(
                PbKvOutcome.Unknown,
                call.Cancellation
            ),
            CallStatus.Unreachable when call.IsCancelled => CancelledInTime(call),
            CallStatus.Cancelled => Closed(wasSubmitted: true),
            CallStatus.Unreachable when call.ClientIsClosing => Closed(wasSubmitted: false),
            CallStatus.Unreachable => NotDone(
                PbKvError.Unreachable,
                "the deadline passed, and no primary could be reached: nothing was sent. Is the view service address "
                    + "right, and is it running?"
            ),
            CallStatus.DeadlinePassed => new PbKvException(
                PbKvError.DeadlinePassed,
                PbKvOutcome.Unknown,
                $"the deadline passed after the operation was sent: whether it is executed is unknown{Again(call)}"
            ),
            CallStatus.SessionExpired => new PbKvException(
                PbKvError.SessionExpired,
                PbKvOutcome.Unknown,
                "the client's session ended after the operation was sent: whether it was executed is unknown"
                    + Again(call)
            ),
            _ => new InvalidOperationException($"a call that ended with {completion.Status} did not fail"),
        };

    public static PbKvException Closed(bool wasSubmitted) =>
        wasSubmitted
            ? new(
                PbKvError.ClientClosed,
                PbKvOutcome.Unknown,
                "the client was disposed, or its ActorSystem ended, after the operation may have been sent: whether "
                    + "it is executed is unknown"
            )
            : NotDone(
                PbKvError.ClientClosed,
                "the client is disposed, or its ActorSystem has ended: connect a new one"
            );

    public static PbKvCanceledException CancelledInTime(Call call) => new(PbKvOutcome.NotExecuted, call.Cancellation);

    public static Exception NoRoom(Call call, int places)
    {
        if (call.IsCancelled)
            return CancelledInTime(call);
        if (call.ClientIsClosing)
            return Closed(wasSubmitted: false);
        return NotDone(
            PbKvError.Unreachable,
            $"the deadline passed, and until then {places} others were pending, as many as pbkv.clerk.max-pending "
                + "allows: nothing was sent"
        );
    }

    public static PbKvException Refused(string why) => NotDone(PbKvError.Refused, why);

    public static PbKvException Failed(Exception cause, bool wasSubmitted) =>
        new(
            PbKvError.ClientFailed,
            wasSubmitted ? PbKvOutcome.Unknown : PbKvOutcome.NotExecuted,
            $"the client failed, connect a new one: {cause.Message}",
            cause
        );

    /// <summary>What comes of it where the caller asks for the same once more.</summary>
    private static string Again(Call call) =>
        (call.Kind, call.Change) switch
        {
            (OperationKind.Append or OperationKind.PutHash, _) or (_, { Effect: ChangeEffect.Add }) =>
                "; asked for again, it may be done twice",
            (_, { Condition: { Kind: ConditionKind.Revision, Revision: > 0 } }) =>
                "; asked for again, it is done once at most",
            _ => "",
        };

    private static PbKvException NotDone(PbKvError code, string text) => new(code, PbKvOutcome.NotExecuted, text);
}
