using Akka.Event;
using Akka.Remote;
using PbKv.Actors.Wire;

namespace PbKv.Server;

/// <summary>The actor around a <see cref="ViewServiceNode"/>.</summary>
internal sealed class ViewService : ReceiveActor, IWithTimers
{
    private readonly NodeHost _host;

    public ViewService(
        ServerId self,
        ClusterId fresh,
        ViewServiceMemory? memory,
        Action<ViewServiceMemory>? keep,
        PbKvSettings settings,
        NodeHooks hooks
    )
    {
        var system = (ExtendedActorSystem)Context.System;
        var node = new ViewServiceNode(self.Address, settings.Protocol, fresh, memory);
        hooks.Made?.Invoke(node);
        var log = new NodeLog(Context.GetLogger(), self.Address.Value, () => node.View.Number, hooks.Record);
        _host = new NodeHost(
            node,
            self.Address,
            new NodeClock(self),
            hooks.Around(new Outbox(system, [self.Address])),
            this,
            log
        )
        {
            Keep = keep,
            Cluster = settings.Cluster,
        };

        Receive<Envelope>(_host.Deliver);
        Receive<TimerOver>(_host.Fire);
        Receive<DisassociatedEvent>(lost =>
        {
            if (NodePath.At(lost.RemoteAddress) is null)
                node.OnClientsGone($"{lost.RemoteAddress}/");
            else
                _host.ConnectionLost(lost.RemoteAddress);
        });
        Receive<PbKvNode.ViewQuestion>(_ => Sender.Tell(node.View.Number));
        Receive<DamagedEnvelope>(_ => { }); // Logged where it was read.
    }

    public ITimerScheduler Timers { get; set; } = null!;

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

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));
        _host.Start();
    }
}
