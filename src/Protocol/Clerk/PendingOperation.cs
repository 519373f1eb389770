namespace PbKv.Protocol;

internal enum PendingState : byte
{
    /// <summary>The slot holds nothing: the operation is over.</summary>
    None = 0,

    /// <summary>To be sent, for the first time or again.</summary>
    Waiting = 1,

    /// <summary>Part of a request whose answer is awaited.</summary>
    InFlight = 2,
}

/// <summary>
/// One call on a clerk that is not over. Its sequence is its place in <see cref="PendingOperations"/>.
/// </summary>
internal struct PendingOperation
{
    public long Call;

    /// <summary>The tick of the clerk at which it is given up; long.MaxValue is never.</summary>
    public long Deadline;

    /// <summary>The request that it was last sent with.</summary>
    public long Request;

    public Bytes Key;
    public Bytes Value;
    public OperationKind Kind;
    public PendingState State;

    /// <summary>In the present session.</summary>
    public bool Sent;

    /// <summary>More than once in the present session.</summary>
    public bool SentAgain;

    /// <summary>Sent in any session: it can no longer be said that it was surely not executed.</summary>
    public bool EverSent;

    public readonly int Size => 16 + Key.Length + Value.Length;

    public readonly void AddTo(ref Fingerprint fingerprint, long tick)
    {
        fingerprint.Add(Call);
        fingerprint.Add(Deadline == long.MaxValue ? 0 : Deadline - tick);
        fingerprint.Add(State == PendingState.InFlight ? Request : 0);
        fingerprint.Add(Key);
        fingerprint.Add(Value);
        fingerprint.Add((long)Kind);
        fingerprint.Add(Sent);
        fingerprint.Add(SentAgain);
        fingerprint.Add(EverSent);
    }
}
