using System.Diagnostics;

namespace PbKv.Actors.Shells;

/// <summary>
/// What the three shells have in common: feeds inputs to a node, one at a time, and carries out what it asks for, in
/// this order: memory, messages, the rest. It decides nothing. What the node throws goes through: the actor's guardian
/// stops it.
/// </summary>
internal sealed class NodeHost
{
    private readonly Node _node;
    private readonly NodeAddress _self;
    private readonly NodeClock _clock;
    private readonly IOutbox _outbox;
    private readonly IWithTimers _actor;
    private readonly NodeLog _log;
    private readonly Mailing _mailing = new();
    private readonly Action<NodeAddress, ImmutableArray<Message>> _post;
    private readonly Random _jitter = new();
    private readonly RepeatLimit _strangers = new(RepeatLimit.Usual);

    public NodeHost(Node node, NodeAddress self, NodeClock clock, IOutbox outbox, IWithTimers actor, NodeLog log)
    {
        (_node, _self, _clock, _outbox, _actor, _log) = (node, self, clock, outbox, actor, log);
        _post = Post;
    }

    /// <summary>
    /// For the inputs that only one kind of node has: the shell feeds them, then calls <see cref="CarryOut"/>.
    /// </summary>
    public Effects Effects { get; } = new();

    /// <summary>View service: writes and flushes; throws where that fails.</summary>
    public Action<ViewServiceMemory>? Keep { get; init; }

    public Action<List<Completion>>? Complete { get; init; }

    public Action? MayStop { get; init; }

    /// <summary>The name of the cluster that this node is of.</summary>
    public required string Cluster { get; init; }

    /// <summary>Somebody of another cluster refused what this node sent: given what there is to say.</summary>
    public Action<string>? Refused { get; init; }

    public void Start()
    {
        _node.Start(Effects);
        CarryOut();
    }

    /// <summary>
    /// All messages of an envelope are one step to the outside: what they bring about is sent together.
    /// </summary>
    public void Deliver(Envelope envelope)
    {
        if (envelope.Cluster != Cluster)
        {
            OnStranger(envelope);
            return;
        }
        _clock.OnReceive(envelope.Stamp);
        foreach (var message in envelope.Messages)
        {
            if (_log.IsDebug)
                _log.Received(envelope.From, message, _clock.Now());
            _node.Handle(envelope.From, message, Effects);
        }
        foreach (var kind in envelope.NotUnderstood)
            Effects.Send(envelope.From, new Unsupported(kind));
        CarryOut();
    }

    public void Fire(TimerOver over)
    {
        _node.OnTimer(over.Timer with { Late = Stopwatch.GetTimestamp() >= over.LateAt }, Effects);
        CarryOut();
    }

    public void ConnectionLost(Address remote)
    {
        if (NodePath.At(remote) is not { } peer)
            return;
        _node.OnConnectionLost(peer, Effects);
        CarryOut();
    }

    public void CarryOut()
    {
        if (Effects.Memory is { } memory)
            Keep?.Invoke(memory);
        _mailing.Send(Effects.Messages, _post);
        SetTimers();
        if (Effects.Completions.Count > 0)
            Complete?.Invoke(Effects.Completions);
        if (Effects.Notices.Count > 0)
            _log.Write(Effects.Notices, _clock.Now());
        var mayStop = Effects.MayStop;
        Effects.Clear();
        if (mayStop)
            MayStop?.Invoke();
    }

    private void Post(NodeAddress to, ImmutableArray<Message> messages)
    {
        var stamp = _clock.OnSend();
        if (_log.IsDebug)
            _log.Sent(to, messages, stamp);
        _outbox.Send(new Envelope(_self, to, stamp, messages) { Cluster = Cluster });
    }

    /// <summary>An envelope without messages is the answer: it is not answered.</summary>
    private void OnStranger(Envelope envelope)
    {
        var refused = envelope.Messages.IsEmpty;
        var text = refused ? ClusterNames.Refusal(envelope, Cluster) : ClusterNames.Stranger(envelope, Cluster);
        if (_strangers.Allows(text, DateTime.UtcNow, out _))
            Effects.Notice(NoticeKind.WrongCluster, text);
        if (!refused)
            Post(envelope.From, []);
        CarryOut();
        if (refused)
            Refused?.Invoke(text);
    }

    private void SetTimers()
    {
        foreach (var timer in Effects.CancelledTimers)
            _actor.Timers.Cancel(timer);
        foreach (var (timer, least, most) in Effects.Timers)
        {
            var ms = least == most ? least : _jitter.Next(least, most + 1);
            var over = new TimerOver(timer, Stopwatch.GetTimestamp() + 2 * ms * (Stopwatch.Frequency / 1000));
            _actor.Timers.StartSingleTimer(timer, over, TimeSpan.FromMilliseconds(ms));
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
