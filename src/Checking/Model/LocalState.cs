using PbKv.Protocol;

namespace PbKv.Checking;

/// <summary>
/// A node, its pending timers, and for a clerk how far its script has come; with what the invariants ask, worked out
/// once.
/// </summary>
internal sealed class LocalState
{
    public required int Id { get; init; }

    public required int Slot { get; init; }

    public required Node Node { get; init; }

    /// <summary>In a fixed order.</summary>
    public required int[] Timers { get; init; }

    /// <summary>Clerk: operations begun.</summary>
    public int Begun { get; init; }

    /// <summary>Clerk: an operation is open.</summary>
    public bool Busy { get; init; }

    public required ulong Fingerprint { get; init; }

    // What follows is looked at in every state.

    public ServerId? Identity { get; init; }

    public View View { get; init; } = View.None;

    /// <summary>Server: answers clients without asking a backup.</summary>
    public bool CommitsAlone { get; init; }

    /// <summary>Server: the appended tokens that its data shows, as bits.</summary>
    public ulong Tokens { get; init; }

    /// <summary>Server: a token that its data shows twice.</summary>
    public string? Doubled { get; init; }
}

/// <summary>What one input makes of one local state: the same whenever it comes.</summary>
internal sealed class LocalTransition
{
    public required LocalState To { get; init; }

    public required int[] Sends { get; init; }

    public required Completion[] Completions { get; init; }

    /// <summary>Of each kind of notice a bit.</summary>
    public required ulong Notices { get; init; }

    public ViewServiceMemory? Memory { get; init; }

    public bool MayStop { get; init; }

    /// <summary>The node itself found an invariant broken.</summary>
    public string? Broken { get; init; }

    public bool ChangesNothing { get; init; }
}

/// <summary>A message on its way.</summary>
internal sealed record FlyingMessage(
    int Id,
    NodeAddress From,
    int FromSlot,
    int ToSlot,
    Message Message,
    ulong Fingerprint
);
