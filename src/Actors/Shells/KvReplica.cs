using Akka.Actor;
using Akka.Event;
using Akka.Remote;
using PbKv.Actors.Wire;
using PbKv.Protocol;

namespace PbKv.Actors.Shells;

/// <summary>The actor around a <see cref="ReplicaNode"/>.</summary>
public sealed class KvReplica : ReceiveActor, IWithTimers
{
    private readonly ReplicaNode _node;
    private readonly NodeClock _clock;
    private readonly NodeHost _host;
    private ServerId _id;

    internal KvReplica(ServerId self, PbKvSettings settings, Action mayStop, NodeHooks hooks)
    {
        var system = (ExtendedActorSystem)Context.System;
        var viewService = new NodeAddress(settings.ViewServices[0]);
        _id = self;
        _node = new ReplicaNode(self, viewService, settings.Group, settings.Protocol);
        _clock = new NodeClock(self);
        var log = new NodeLog(Context.GetLogger(), self.Address.Value, () => _node.View.Number, hooks.Record);
        _host = new NodeHost(_node, self.Address, _clock, hooks.Around(new Outbox(system, [viewService])), this, log) { MayStop = mayStop };

        Receive<Envelope>(Deliver);
        Receive<NodeTimer>(_host.Fire);
        Receive<DisassociatedEvent>(lost => _host.ConnectionLost(lost.RemoteAddress));
        Receive<Leave>(_ =>
        {
            _node.Leave(_host.Effects);
            _host.CarryOut();
        });
        Receive<DamagedEnvelope>(_ => { }); // Logged where it was read.
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="mayStop">Called when the server was asked to leave and nothing depends on it any more.</param>
    internal static Props CreateProps(ServerId self, PbKvSettings settings, Action mayStop, NodeHooks hooks) =>
        Props.Create(() => new KvReplica(self, settings, mayStop, hooks));

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));
        _host.Start();
    }

    private void Deliver(Envelope envelope)
    {
        _host.Deliver(envelope);
        if (_node.Id == _id) return;
        // The node took a higher incarnation: its clock counts on as the new server that it is.
        _id = _node.Id;
        _clock.Become(_id);
    }

    /// <summary>Its host asks it to be replaced.</summary>
    internal sealed class Leave
    {
        public static Leave Instance { get; } = new();
    }
}
