using System.Collections.Immutable;

namespace PbKv.Server;

/// <summary>The actor around a <see cref="ViewServiceGroup"/>.</summary>
internal sealed class ViewService : NodeActor<ViewServiceGroup>
{
    private readonly Action<RegisterState>? _keep;
    private readonly DeafConnections _deaf;
    private readonly NodeAddress _self;

    public ViewService(
        ServerId self,
        RegisterState kept,
        Action<RegisterState>? keep,
        PbKvSettings settings,
        NodeHooks hooks
    )
        : base(Make(self.Address, kept, settings), self.Address, self, Known(self, kept, settings), settings, hooks)
    {
        (_keep, _self) = (keep, self.Address);
        _deaf = new DeafConnections((ExtendedActorSystem)Context.System, settings.Protocol.DeadPings);
        Receive<PbKvNode.ViewQuestion>(_ => Sender.Tell(View.Number));
    }

    /// <param name="self">Its address, and its start time as the incarnation.</param>
    /// <param name="kept">What it kept in its directory; in its first life nothing but the number of its disk.</param>
    /// <param name="keep">Puts a state on disk before it returns; null where it is kept nowhere.</param>
    internal static Props CreateProps(
        ServerId self,
        RegisterState kept,
        Action<RegisterState>? keep,
        PbKvSettings settings,
        NodeHooks hooks
    ) =>
        Props
            .Create(() => new ViewService(self, kept, keep, settings, hooks))
            .WithDispatcher(NodePath.Dispatcher)
            .WithMailbox(NodeMailbox.Name);

    protected override View View => Node.Member.Acting?.View ?? View.None;

    protected override void Keep(RegisterState state) => _keep?.Invoke(state);

    protected override void Deliver(Envelope envelope)
    {
        _deaf.Hear(envelope);
        base.Deliver(envelope);
    }

    /// <summary>Who leads, or knows of no leader, asks all others all the time.</summary>
    protected override void Fire(TimerOver over)
    {
        base.Fire(over);
        var asks = Node.Register.LeadsTerm > 0 || Node.Register.Leader is null;
        if (asks && over.Timer is RegisterTick or ViewServiceTick)
            _deaf.Tick(Node.Register.Names.Select(name => name.Address).Where(address => address != _self));
    }

    protected override void OnConnectionLost(Address remote)
    {
        if (NodePath.At(remote) is null)
            Node.OnClientsGone($"{remote}/");
        else
            base.OnConnectionLost(remote);
    }

    private static ViewServiceGroup Make(NodeAddress self, RegisterState kept, PbKvSettings settings)
    {
        var listed = kept.Entry?.Members.FirstOrDefault(member => member.Disk == kept.Disk).Id;
        var name = new ViewServiceName(settings.Id.Length > 0 ? settings.Id : listed ?? "", self);
        var fresh = new ClusterId(ViewMemoryFile.FreshDisk());
        return new ViewServiceGroup(
            new Register(name, settings.PeerNames, settings.Protocol, kept, fresh, settings.MayFound),
            new ViewServiceMember(self),
            (cluster, memory) => new ViewServiceNode(self, settings.Protocol, cluster, memory)
        );
    }

    private static ImmutableArray<NodeAddress> Known(ServerId self, RegisterState kept, PbKvSettings settings) =>
        [
            self.Address,
            .. settings.PeerNames.Select(peer => peer.Address),
            .. (kept.Entry?.Members ?? []).Select(member => member.Address),
        ];
}
