namespace PbKv.Actors.Shells;

/// <summary>
/// Stands above one node. A node that failed is stopped, never started again under its old identity: it would not know
/// what it promised. Whoever hosts it is told, and shuts down.
/// </summary>
internal sealed class NodeGuardian : ReceiveActor
{
    private readonly Props _node;
    private readonly string _name;
    private readonly Action<Exception?> _ended;
    private IActorRef _child = ActorRefs.Nobody;
    private Exception? _failure;

    public NodeGuardian(Props node, string name, Action<Exception?> ended)
    {
        (_node, _name, _ended) = (node, name, ended);
        Receive<Terminated>(_ => Context.Stop(Self));
        ReceiveAny(message => _child.Forward(message));
    }

    public static Props CreateProps(Props node, string name, Action<Exception?> ended) =>
        Props.Create(() => new NodeGuardian(node, name, ended));

    protected override void PreStart()
    {
        _child = Context.ActorOf(_node, _name);
        Context.Watch(_child);
    }

    /// <summary>After its node, also when the whole ActorSystem ends: then nobody hears that the node has.</summary>
    protected override void PostStop() => _ended(_failure);

    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(failure =>
        {
            _failure ??= failure;
            return Directive.Stop;
        });
}

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
