using PbKv.Protocol;

namespace PbKv.Actors.Shells;

/// <summary>What tests put into a node from code; no setting reaches it.</summary>
/// <param name="Relay">Stands between the node and its outbox.</param>
/// <param name="Record">Is told of every notice with its stamp, on the node's turn.</param>
/// <param name="Made">Is given the node, to look into it on its turn: while it sends.</param>
internal sealed record NodeHooks(
    Func<IOutbox, IOutbox>? Relay = null,
    Action<CausalRecord>? Record = null,
    Action<Node>? Made = null
)
{
    public static NodeHooks None { get; } = new();

    public IOutbox Around(IOutbox outbox) => Relay is null ? outbox : Relay(outbox);
}
