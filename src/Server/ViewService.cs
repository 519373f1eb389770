namespace PbKv.Server;

/// <summary>The actor around a <see cref="ViewServiceNode"/>.</summary>
internal sealed class ViewService : NodeActor<ViewServiceNode>
{
    private readonly Action<ViewServiceMemory>? _keep;

    public ViewService(
        ServerId self,
        ClusterId fresh,
        ViewServiceMemory? memory,
        Action<ViewServiceMemory>? keep,
        PbKvSettings settings,
        NodeHooks hooks
    )
        : base(
            new ViewServiceNode(self.Address, settings.Protocol, fresh, memory),
            self.Address,
            self,
            [self.Address],
            settings,
            hooks
        )
    {
        _keep = keep;
        Receive<PbKvNode.ViewQuestion>(_ => Sender.Tell(Node.View.Number));
    }

    /// <param name="self">Its address, and its start time as the incarnation.</param>
    /// <param name="fresh">The id of the cluster that it starts where it has no memory.</param>
    /// <param name="keep">Puts a memory on disk before it returns; null where it is kept nowhere.</param>
    internal static Props CreateProps(
        ServerId self,
        ClusterId fresh,
        ViewServiceMemory? memory,
        Action<ViewServiceMemory>? keep,
        PbKvSettings settings,
        NodeHooks hooks
    ) =>
        Props
            .Create(() => new ViewService(self, fresh, memory, keep, settings, hooks))
            .WithDispatcher(NodePath.Dispatcher)
            .WithMailbox(NodeMailbox.Name);

    protected override View View => Node.View;

    protected override void Keep(ViewServiceMemory memory) => _keep?.Invoke(memory);

    protected override void OnConnectionLost(Address remote)
    {
        if (NodePath.At(remote) is null)
            Node.OnClientsGone($"{remote}/");
        else
            base.OnConnectionLost(remote);
    }
}
