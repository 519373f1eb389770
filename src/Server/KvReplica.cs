using Akka.Event;
using Akka.Remote;
using PbKv.Actors.Wire;

namespace PbKv.Server;

/// <summary>The actor around a <see cref="ReplicaNode"/>.</summary>
internal sealed class KvReplica : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    private readonly ReplicaNode _node;
    private readonly NodeClock _clock;
    private readonly NodeHost _host;
    private readonly NodeAddress _viewService;
    private ServerId _id;
    private bool _heardViewService;

    public KvReplica(ServerId self, PbKvSettings settings, Action mayStop, NodeHooks hooks)
    {
        var system = (ExtendedActorSystem)Context.System;
        _viewService = new NodeAddress(settings.ViewServices[0]);
        _id = self;
        _node = new ReplicaNode(self, _viewService, settings.Group, settings.Protocol);
        hooks.Made?.Invoke(_node);
        _clock = new NodeClock(self);
        var log = new NodeLog(Context.GetLogger(), self.Address.Value, () => _node.View.Number, hooks.Record);
        _host = new NodeHost(_node, self.Address, _clock, hooks.Around(new Outbox(system, [_viewService])), this, log)
        {
            MayStop = mayStop,
            Cluster = settings.Cluster,
        };

        Receive<Envelope>(Deliver);
        Receive<TimerOver>(_host.Fire);
        Receive<Crowded>(crowded =>
        {
            foreach (var request in crowded.Requests)
                _node.RefuseAsBusy(crowded.From, request, _host.Effects);
            _host.CarryOut();
        });
        Receive<DisassociatedEvent>(lost => _host.ConnectionLost(lost.RemoteAddress));
        Receive<Look>(_ => LookForViewService());
        Receive<Leave>(_ =>
        {
            _node.Leave(_host.Effects);
            _host.CarryOut();
        });
        Receive<PbKvNode.ViewQuestion>(_ => Sender.Tell(_node.View.Number));
        Receive<DamagedEnvelope>(_ => { }); // Logged where it was read.
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="mayStop">Called when the server was asked to leave and nothing depends on it any more.</param>
    internal static Props CreateProps(ServerId self, PbKvSettings settings, Action mayStop, NodeHooks hooks) =>
        Props
            .Create(() => new KvReplica(self, settings, mayStop, hooks))
            .WithDispatcher(NodePath.Dispatcher)
            .WithMailbox(NodeMailbox.Name);

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));
        Timers.StartPeriodicTimer(new Look(), new Look(), FirstLook, LookEvery);
        _host.Start();
    }

    /// <summary>
    /// A server pings for ever; a person who gave it a wrong address should not have to guess why nothing happens.
    /// </summary>
    private void LookForViewService()
    {
        if (!_heardViewService)
            Context
                .GetLogger()
                .Warning(
                    "node={0} view={1} no answer from the view service {2}; still trying",
                    _id.Address,
                    _node.View.Number,
                    _viewService
                );
        _heardViewService = false;
    }

    private void Deliver(Envelope envelope)
    {
        if (!_heardViewService)
            _heardViewService = envelope.Messages.Any(message => message is PingAnswer or PingRefused);
        _host.Deliver(envelope);
        if (_node.Id == _id)
            return;
        // The node took a higher incarnation: its clock counts on as the new server that it is.
        _id = _node.Id;
        _clock.Become(_id);
    }

    /// <summary>Timer: has the view service been heard since the last one?</summary>
    private sealed record Look;

    /// <summary>Its host asks it to be replaced.</summary>
    internal sealed record Leave;
}
