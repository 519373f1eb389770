using System.Collections.Immutable;
using Akka.Event;

namespace PbKv.Server;

/// <summary>The actor around a <see cref="ReplicaNode"/>.</summary>
internal sealed class KvReplica : NodeActor<ReplicaNode>
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    private const long WorthCollecting = 64 << 20;

    private readonly DeafConnections _deaf;
    private readonly Action _mayStop;
    private ServerId _id;
    private bool _heardViewService;

    public KvReplica(
        ServerId self,
        ImmutableArray<NodeAddress> viewServices,
        PbKvSettings settings,
        Action mayStop,
        NodeHooks hooks
    )
        : base(
            new ReplicaNode(self, viewServices, settings.Group, settings.Protocol),
            self.Address,
            self,
            viewServices,
            settings,
            hooks
        )
    {
        (_id, _mayStop) = (self, mayStop);
        _deaf = new DeafConnections((ExtendedActorSystem)Context.System, settings.Protocol.DeadPings);
        Receive<Crowded>(crowded =>
        {
            foreach (var request in crowded.Requests)
                Node.RefuseAsBusy(crowded.From, request, Effects);
            CarryOut();
        });
        Receive<Look>(_ => LookForViewService());
        Receive<Leave>(_ =>
        {
            Node.Leave(Effects);
            CarryOut();
        });
        Receive<PbKvNode.ViewQuestion>(_ => Sender.Tell(Node.View.Number));
    }

    /// <param name="mayStop">Called when the server was asked to leave and nothing depends on it any more.</param>
    internal static Props CreateProps(ServerId self, PbKvSettings settings, Action mayStop, NodeHooks hooks) =>
        Props
            .Create(() => new KvReplica(self, settings.ViewServiceNodes, settings, mayStop, hooks))
            .WithDispatcher(NodePath.Dispatcher)
            .WithMailbox(NodeMailbox.Name);

    protected override View View => Node.View;

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(new Look(), new Look(), FirstLook, LookEvery);
        base.PreStart();
    }

    protected override void MayStop() => _mayStop();

    protected override void Deliver(Envelope envelope)
    {
        if (!_heardViewService)
            _heardViewService = envelope.Messages.Any(message => message is PingAnswer or PingRefused);
        base.Deliver(envelope);
        if (Node.Id == _id)
            return;
        // The node took a higher incarnation: its clock counts on as the new server that it is.
        _id = Node.Id;
        Clock.Become(_id);
    }

    /// <summary>
    /// A silent backup may be one that this server does not hear. And behind a transfer lies what was overwritten while
    /// it went on: next to nothing is allocated from here on, so the collector would leave it there for long.
    /// </summary>
    protected override void OnNotices(List<Notice> notices)
    {
        if (notices.Exists(notice => notice.Kind is NoticeKind.BackupSilent) && View.Backup is { } backup)
            _deaf.GiveUp(backup.Address);
        var over = notices.Exists(notice => notice.Kind is NoticeKind.Switched or NoticeKind.TransferAbandoned);
        if (over && Node.Store.ByteCount > WorthCollecting)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
    }

    /// <summary>
    /// A server pings for ever; a person who gave it a wrong address should not have to guess why nothing happens.
    /// </summary>
    private void LookForViewService()
    {
        if (!_heardViewService)
        {
            Context
                .GetLogger()
                .Warning(
                    "node={0} view={1} no answer from the view service {2}; still trying",
                    _id.Address,
                    Node.View.Number,
                    string.Join(", ", Node.PingsGoTo)
                );
            foreach (var viewService in Node.PingsGoTo)
                _deaf.GiveUp(viewService);
        }
        _heardViewService = false;
    }

    /// <summary>Timer: has the view service been heard since the last one?</summary>
    private sealed record Look;

    /// <summary>Its host asks it to be replaced.</summary>
    internal sealed record Leave;
}
