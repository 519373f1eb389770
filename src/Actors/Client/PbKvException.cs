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
public sealed class PbKvException : Exception
{
    public PbKvException()
        : this("an operation failed") { }

    public PbKvException(string message)
        : this(message, null) { }

    public PbKvException(string message, Exception? inner)
        : base(message, inner) => Outcome = PbKvOutcome.Unknown;

    public PbKvException(PbKvError code, PbKvOutcome outcome, string message, Exception? inner = null)
        : base(message, inner) => (Code, Outcome) = (code, outcome);

    public PbKvError Code { get; }

    public PbKvOutcome Outcome { get; }
}

/// <summary>An operation that was cancelled. Cancelling does not take back what was sent.</summary>
public sealed class PbKvCanceledException : OperationCanceledException
{
    public PbKvCanceledException()
        : this("the operation was cancelled") { }

    public PbKvCanceledException(string message)
        : this(message, null) { }

    public PbKvCanceledException(string message, Exception? inner)
        : base(message, inner) => Outcome = PbKvOutcome.Unknown;

    public PbKvCanceledException(PbKvOutcome outcome, CancellationToken cancellationToken)
        : base(TextOf(outcome), cancellationToken) => Outcome = outcome;

    public PbKvOutcome Outcome { get; }

    private static string TextOf(PbKvOutcome outcome) =>
        outcome == PbKvOutcome.NotExecuted
            ? "the operation was cancelled before it was sent: it is not executed"
            : "the operation was cancelled after it may have been sent: whether it is executed is unknown";
}
