using System.Diagnostics;
using Akka.Event;
using Akka.Remote;
using PbKv.Actors.Wire;

namespace PbKv.Actors.Shells;

/// <summary>
/// What the three actors around nodes have in common: feeds inputs to the node, one at a time, and carries out what it
/// asks for, in this order: memory, messages, the rest. It decides nothing. What the node throws goes through: the
/// actor's guardian stops it.
/// </summary>
internal abstract class NodeActor<TNode> : ReceiveActor, IWithTimers
    where TNode : Node
{
    private readonly NodeAddress _self;
    private readonly string _cluster;
    private readonly IOutbox _outbox;
    private readonly ViewServicePaths _viewServices;
    private readonly NodeLog _log;
    private readonly Mailing _mailing = new();
    private readonly Action<NodeAddress, ImmutableArray<Message>> _post;
    private readonly Random _jitter = new();
    private readonly RepeatLimit _strangers = new(RepeatLimit.Usual);

    /// <param name="server">Null for a clerk: its events are in no vector.</param>
    protected NodeActor(
        TNode node,
        NodeAddress self,
        ServerId? server,
        ImmutableArray<NodeAddress> viewServices,
        PbKvSettings settings,
        NodeHooks hooks
    )
    {
        (Node, _self, _cluster, _post) = (node, self, settings.Cluster, Post);
        hooks.Made?.Invoke(node);
        Clock = new NodeClock(server);
        _viewServices = new ViewServicePaths(viewServices);
        _outbox = hooks.Around(new Outbox((ExtendedActorSystem)Context.System, _viewServices));
        var name = server is null ? Self.Path.Name : self.Value;
        _log = new NodeLog(Context.GetLogger(), name, () => View.Number, hooks.Record);
        Receive<Envelope>(Deliver);
        Receive<TimerOver>(Fire);
        Receive<DisassociatedEvent>(lost => OnConnectionLost(lost.RemoteAddress));
        Receive<DamagedEnvelope>(_ => { }); // Logged where it was read.
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected TNode Node { get; }

    /// <summary>The one that the node knows.</summary>
    protected abstract View View { get; }

    /// <summary>
    /// For the inputs that only one kind of node has: the actor feeds them, then calls <see cref="CarryOut"/>.
    /// </summary>
    protected Effects Effects { get; } = new();

    protected NodeClock Clock { get; }

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));
        Node.Start(Effects);
        CarryOut();
    }

    /// <summary>
    /// All messages of an envelope are one step to the outside: what they bring about is sent together.
    /// </summary>
    protected virtual void Deliver(Envelope envelope)
    {
        if (envelope.Cluster != _cluster)
        {
            OnStranger(envelope);
            return;
        }
        Clock.OnReceive(envelope.Stamp);
        foreach (var message in envelope.Messages)
        {
            if (_log.IsDebug)
                _log.Received(envelope.From, message, Clock.Now());
            _viewServices.Learn(envelope.From, message);
            Node.Handle(envelope.From, message, Effects);
        }
        foreach (var kind in envelope.NotUnderstood)
            Effects.Send(envelope.From, new Unsupported(kind));
        CarryOut();
    }

    protected virtual void Fire(TimerOver over)
    {
        Node.OnTimer(over.Timer with { Late = Stopwatch.GetTimestamp() >= over.LateAt }, Effects);
        CarryOut();
    }

    protected virtual void OnConnectionLost(Address remote)
    {
        if (NodePath.At(remote) is not { } peer)
            return;
        Node.OnConnectionLost(peer, Effects);
        CarryOut();
    }

    /// <summary>View service: writes and flushes; throws where that fails.</summary>
    protected virtual void Keep(RegisterState state) { }

    protected virtual void Complete(List<Completion> completions) { }

    protected virtual void MayStop() { }

    protected virtual void OnNotices(List<Notice> notices) { }

    /// <summary>Somebody of another cluster refused what this node sent: given what there is to say.</summary>
    protected virtual void OnRefused(string why) { }

    protected void CarryOut()
    {
        if (Effects.Register is { } state)
            Keep(state);
        _mailing.Send(Effects.Messages, _post);
        SetTimers();
        if (Effects.Completions.Count > 0)
            Complete(Effects.Completions);
        if (Effects.Notices.Count > 0)
        {
            _log.Write(Effects.Notices, Clock.Now());
            OnNotices(Effects.Notices);
        }
        var mayStop = Effects.MayStop;
        Effects.Clear();
        if (mayStop)
            MayStop();
    }

    private void Post(NodeAddress to, ImmutableArray<Message> messages)
    {
        var stamp = Clock.OnSend();
        if (_log.IsDebug)
            _log.Sent(to, messages, stamp);
        _outbox.Send(new Envelope(_self, to, stamp, messages) { Cluster = _cluster });
    }

    /// <summary>An envelope without messages is the answer: it is not answered.</summary>
    private void OnStranger(Envelope envelope)
    {
        var refused = envelope.Messages.IsEmpty;
        var text = refused ? ClusterNames.Refusal(envelope, _cluster) : ClusterNames.Stranger(envelope, _cluster);
        if (_strangers.Allows(text, DateTime.UtcNow, out _))
            Effects.Notice(NoticeKind.WrongCluster, text);
        if (!refused)
            Post(envelope.From, []);
        CarryOut();
        if (refused)
            OnRefused(text);
    }

    private void SetTimers()
    {
        foreach (var timer in Effects.CancelledTimers)
            Timers.Cancel(timer);
        foreach (var (timer, least, most) in Effects.Timers)
        {
            var ms = least == most ? least : _jitter.Next(least, most + 1);
            var over = new TimerOver(timer, Stopwatch.GetTimestamp() + 2 * ms * (Stopwatch.Frequency / 1000));
            Timers.StartSingleTimer(timer, over, TimeSpan.FromMilliseconds(ms));
        }
    }
}

/// <summary>A node's timer, in the mailbox of its actor.</summary>
/// <param name="LateAt">The moment from which it is late, by as much again as it was set for.</param>
internal sealed record TimerOver(NodeTimer Timer, long LateAt);

/// <summary>What is said where two are of clusters with different names.</summary>
internal static class ClusterNames
{
    public static string Stranger(Envelope envelope, string mine) =>
        $"{envelope.From} is of the cluster '{envelope.Cluster}', and this is '{mine}': it is refused. Start it with "
        + $"-D pbkv.cluster={mine}, or name its own view service to it";

    public static string Refusal(Envelope envelope, string mine) =>
        $"{envelope.From} is of the cluster '{envelope.Cluster}', and refuses whoever is of '{mine}': say "
        + $"-D pbkv.cluster={envelope.Cluster}, or name another view service (pbkv.view-services)";
}
