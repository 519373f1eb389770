using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>Clerk → primary: open a session for me. A lost answer costs an idle session, which expires.</summary>
/// <param name="Request">Chosen by the clerk, and named by the answer.</param>
public sealed record OpenSession(GroupName Group, ViewId View, long Request) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(11);
        fingerprint.Add(Group.Value);
        View.AddTo(ref fingerprint);
        fingerprint.Add(Request);
    }
}

/// <summary>Primary → clerk: your session, which is the position of the operation that opened it.</summary>
/// <param name="Newer">The primary's view, where the clerk named an older one.</param>
public sealed record SessionOpened(long Request, long Session, View? Newer) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(12);
        fingerprint.Add(Request);
        fingerprint.Add(Session);
        (Newer ?? View.None).AddTo(ref fingerprint);
    }
}

/// <summary>Clerk → primary: do these operations, each once, however often you are told.</summary>
/// <param name="Request">The number of this sending; a retry is another request with the same sequences.</param>
public sealed record Request(GroupName Group, ViewId View, long Number, Batch Batch) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(13);
        fingerprint.Add(Group.Value);
        View.AddTo(ref fingerprint);
        fingerprint.Add(Number);
        Batch.AddTo(ref fingerprint);
    }
}

/// <summary>Primary → clerk: the results of one request, sent when all of it is safe.</summary>
/// <param name="Newer">The primary's view, where the clerk named an older one.</param>
public sealed record Reply(long Number, long Session, ImmutableArray<OperationResult> Results, View? Newer) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(14);
        fingerprint.Add(Number);
        fingerprint.Add(Session);
        fingerprint.Add(Results.Length);
        foreach (var result in Results)
            result.AddTo(ref fingerprint);
        (Newer ?? View.None).AddTo(ref fingerprint);
    }
}

public enum RefusalReason : byte
{
    /// <summary>Not the primary of the newest view known here.</summary>
    NotPrimary = 1,

    /// <summary>Primary of a view that is not confirmed yet.</summary>
    NotReady = 2,

    /// <summary>Too much is in flight, or asked for at once: come back later with what has no result yet.</summary>
    Busy = 3,

    /// <summary>The session is closed, expired or was never opened: nothing of the request was executed.</summary>
    SessionExpired = 4,

    /// <summary>The server belongs to another group or cluster.</summary>
    WrongGroup = 5,
}

/// <summary>
/// Server → clerk: this request gets no answer here, or none beyond the reply before it, and why; with the view known
/// here. It was not executed by this message; one whose answer was held may have been before.
/// </summary>
public sealed record Refusal(long Number, RefusalReason Reason, View View) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(15);
        fingerprint.Add(Number);
        fingerprint.Add((long)Reason);
        View.AddTo(ref fingerprint);
    }
}
