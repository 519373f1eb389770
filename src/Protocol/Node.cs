namespace PbKv.Protocol;

/// <summary>
/// A deterministic state machine: takes one input at a time and puts what follows from it into <see cref="Effects"/>.
/// The same inputs in the same order have the same effects, always. An actor feeds it from a mailbox, the simulator
/// from a random schedule, the model checker from every schedule.
/// </summary>
public abstract class Node
{
    /// <summary>The first input, once.</summary>
    public abstract void Start(Effects effects);

    public abstract void Handle(NodeAddress from, Message message, Effects effects);

    public abstract void OnTimer(NodeTimer timer, Effects effects);

    /// <summary>The connection to a peer broke: a hint that it may be gone, never a proof.</summary>
    public abstract void OnConnectionLost(NodeAddress peer, Effects effects);

    /// <summary>An equal node that goes its own way from here: the checker branches on it.</summary>
    public abstract Node Clone();

    /// <summary>Everything that the node's future depends on, by value.</summary>
    public abstract void AddTo(ref Fingerprint fingerprint);
}

/// <summary>
/// A timer is a value: setting an equal one replaces the earlier. A node says how long at least and at most, whoever
/// hosts it draws the jitter.
/// </summary>
public abstract record NodeTimer
{
    private protected NodeTimer() { }

    /// <summary>
    /// Said by the host when the timer is over: by as much again as it was set for, so that its machine stood still.
    /// </summary>
    public bool Late { get; init; }
}

/// <summary>View service: one tick, every ping interval.</summary>
public sealed record ViewServiceTick : NodeTimer;

/// <summary>View service: the time in which a server whose connection broke may still show that it lives.</summary>
public sealed record ConnectionLostTimer(ServerId Server) : NodeTimer;

/// <summary>View service: one tick of what several keep together, every ping interval.</summary>
internal sealed record RegisterTick : NodeTimer;

/// <summary>View service: so long without a leader, or without the votes that were asked for.</summary>
internal sealed record PatienceTimer : NodeTimer;

/// <summary>Server: one tick, every ping interval: ping, send again, expire.</summary>
public sealed record ReplicaTick : NodeTimer;

/// <summary>Server whose connection to the view service broke: show once more that it lives.</summary>
public sealed record PingAgainTimer : NodeTimer;

/// <summary>Backup: go on executing the forwards that came while the snapshot was on its way.</summary>
public sealed record CatchUpTimer : NodeTimer;

/// <summary>Clerk: one tick, while operations are outstanding: deadlines and retries are counted in these.</summary>
public sealed record ClerkTick : NodeTimer;

/// <summary>Clerk: the pause before the next try is over.</summary>
public sealed record RetryTimer : NodeTimer;
