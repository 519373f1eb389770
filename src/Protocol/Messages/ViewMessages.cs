namespace PbKv.Protocol;

/// <summary>
/// Server → view service, every ping interval and at once when something changed: I live, and this is where I am.
/// </summary>
/// <param name="Synced">The server is the backup of this view and holds everything that was ever answered alone in
/// it.</param>
/// <param name="BackupSilent">The server is the primary of this view and its backup has not acknowledged for
/// long.</param>
/// <param name="Leaving">The server asks to be replaced.</param>
/// <param name="NewestAnswer">The number of the newest answer heard: shows that the way back works.</param>
public sealed record Ping(ServerId Server, ViewId View, bool Synced, bool BackupSilent, bool Leaving, long NewestAnswer)
    : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(1);
        Server.AddTo(ref fingerprint);
        View.AddTo(ref fingerprint);
        fingerprint.Add(Synced);
        fingerprint.Add(BackupSilent);
        fingerprint.Add(Leaving);
        fingerprint.Add(NewestAnswer);
    }
}

/// <summary>View service → server, the answer to a ping: the current view, and whether it is acknowledged.</summary>
/// <param name="Server">Whom it answers: a server believes nothing that was meant for an earlier life.</param>
/// <param name="Answer">The view service's tick; the server's next pings show that it heard it.</param>
/// <param name="Synced">Whether the view's backup holds everything: a server that leaves waits for it.</param>
public sealed record PingAnswer(ServerId Server, View View, bool Acknowledged, long Answer, bool Synced = false)
    : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(2);
        Server.AddTo(ref fingerprint);
        View.AddTo(ref fingerprint);
        fingerprint.Add(Acknowledged);
        fingerprint.Add(Answer);
        fingerprint.Add(Synced);
    }
}

public enum PingRefusal : byte
{
    /// <summary>A higher incarnation of the address is known: the answer carries it.</summary>
    OlderIncarnation = 1,

    /// <summary>The server is in a view of another cluster.</summary>
    OtherCluster = 2,

    /// <summary>The server is in a newer view than the view service has ever made: it lost its memory.</summary>
    NewerView = 3,
}

/// <summary>View service → server: your ping counts for nothing, and why.</summary>
/// <param name="Known">The incarnation that is known at that address, where that is the reason.</param>
public sealed record PingRefused(ServerId Server, PingRefusal Reason, ClusterId Cluster, long Known) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(3);
        Server.AddTo(ref fingerprint);
        fingerprint.Add((long)Reason);
        fingerprint.Add(Cluster.Value);
        fingerprint.Add(Known);
    }
}

/// <summary>
/// Clerk or server → view service: what is the view? Asked when none is known or something went wrong.
/// </summary>
public sealed record ViewRequest(ViewId Known) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(4);
        Known.AddTo(ref fingerprint);
    }
}

/// <summary>
/// View service → clerk or server: the view, as an answer, or unasked when it is new or newly acknowledged.
/// </summary>
public sealed record ViewNews(View View, bool Acknowledged) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(5);
        View.AddTo(ref fingerprint);
        fingerprint.Add(Acknowledged);
    }
}

/// <summary>Operator → view service: make this live server the primary, whatever is lost.</summary>
public sealed record ResetRequest(NodeAddress Primary) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(6);
        fingerprint.Add(Primary.Value);
    }
}

/// <summary>View service → operator: the view that the reset made, or why it did not.</summary>
/// <param name="Refusal">Null when it was done.</param>
/// <param name="Account">What is lost by it, or what would be, for people.</param>
public sealed record ResetAnswer(View View, string? Refusal, string Account) : Message
{
    public override void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(7);
        View.AddTo(ref fingerprint);
        fingerprint.Add(Refusal);
        fingerprint.Add(Account);
    }
}
