using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>When an event happened, as its node could know: a Lamport time, and what it knew of every server.</summary>
public readonly record struct Stamp(long Lamport, VectorClock Vector)
{
    public static Stamp None { get; } = new(0, VectorClock.Empty);

    public override string ToString() => $"{Lamport}{Vector}";
}

/// <summary>What travels: some messages of one node to another, under one stamp.</summary>
public sealed record Envelope(NodeAddress From, NodeAddress To, Stamp Stamp, ImmutableArray<Message> Messages)
{
    public const string DefaultCluster = "default";

    /// <summary>
    /// The name of the sender's cluster, against mistakes: who is of another one believes nothing of this, and answers
    /// with an envelope of its own name that has no messages.
    /// </summary>
    public string Cluster { get; init; } = DefaultCluster;

    /// <summary>Kinds of messages that came in it and that only a later release understands.</summary>
    public ImmutableArray<byte> NotUnderstood { get; init; } = [];
}
