using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// One of the view services of a cluster. At most one of them acts: it has the <see cref="ViewServiceNode"/>, and what
/// that brings about leaves in rounds. A round is all that has come since the one before; nothing of it is told before
/// it is decided, by a log that the view services keep together: its memory is in the log, or, where there is nothing
/// new to remember, this one is found to lead still. A round that is not decided is as if it had never been, and its
/// node is thrown away. So no two view services ever tell two views of one number, whatever both believe.
/// </summary>
/// <remarks>
/// <code> does not act --<see cref="Lead"/>--> deciding (inputs wait) --<see cref="Decided"/>--> acts --an input that
/// has to be told or kept, a tick--> deciding ... --not decided, or <see cref="Follow"/>--> does not act</code>
/// </remarks>
public class ViewServiceMember(NodeAddress self) : Node
{
    /// <summary>Beyond this many messages that wait for a decision one is lost, as on its way.</summary>
    private const int MostWaiting = 10_000;

    private readonly record struct Input(NodeAddress From, Message? Message, NodeTimer? Timer);

    private ViewServiceNode? _node;
    private Effects _held = new();
    private ImmutableList<Input> _waiting = [];
    private ViewServices _known = new([new ViewServiceName("", self)], null, 0, 0);
    private long _round;
    private bool _deciding;

    public NodeAddress Self => self;

    /// <summary>Null while it does not act. Ahead of what was decided while a round is open.</summary>
    public ViewServiceNode? Acting => _node;

    /// <summary>What it did last is not decided yet.</summary>
    public bool IsDeciding => _deciding;

    /// <summary>Answers wait for the next beat.</summary>
    internal bool IsHolding => !_deciding && _held.Messages.Count > 0;

    /// <summary>The number of the last decision that it asked for.</summary>
    internal long Round => _round;

    /// <summary>What it says of the view services when asked.</summary>
    public ViewServices Known => _known with { Acting = _node is null ? _known.Acting : self };

    public override void Start(Effects effects) { }

    /// <summary>The view services, as the log knows them.</summary>
    public void Know(ViewServices known) => _known = known;

    /// <summary>It was chosen, and knows all that was ever decided.</summary>
    /// <param name="node">Made from the newest memory that is in the log.</param>
    public virtual void Lead(ViewServiceNode node, Effects effects)
    {
        Stop(effects);
        _node = node;
        node.Start(_held);
        EndRound(effects);
    }

    /// <summary>Another one was chosen, or may have been.</summary>
    public void Follow(Effects effects) => Stop(effects);

    /// <summary>The answer to <see cref="Effects.Decision"/>.</summary>
    public virtual void Decided(long round, bool committed, Effects effects)
    {
        if (!_deciding || round != _round)
            return;
        if (!committed)
        {
            Stop(effects);
            return;
        }
        _deciding = false;
        _held.MoveTo(effects);
        var waiting = _waiting;
        _waiting = [];
        foreach (var input in waiting)
            Feed(input);
        EndRound(effects);
    }

    public override void Handle(NodeAddress from, Message message, Effects effects)
    {
        if (_node is null)
            Refer(from, message, effects);
        else
            Take(new Input(from, message, null), effects);
    }

    /// <summary>With a tick the others are asked anyhow, whoever's it is.</summary>
    public override void OnTimer(NodeTimer timer, Effects effects)
    {
        if (timer is not RegisterTick)
            Take(new Input(default, null, timer), effects);
        if (timer is RegisterTick or ViewServiceTick && IsHolding)
            Ask(effects);
    }

    public override void OnConnectionLost(NodeAddress peer, Effects effects) =>
        Take(new Input(peer, null, null), effects);

    /// <inheritdoc cref="ViewServiceNode.OnClientsGone"/>
    public void OnClientsGone(string system) => _node?.OnClientsGone(system);

    public override Node Clone()
    {
        var clone = (ViewServiceMember)MemberwiseClone();
        clone._node = (ViewServiceNode?)_node?.Clone();
        clone._held = new Effects();
        _held.CopyTo(clone._held);
        return clone;
    }

    public override void AddTo(ref Fingerprint fingerprint)
    {
        _node?.AddTo(ref fingerprint);
        _known.AddTo(ref fingerprint);
        fingerprint.Add(_deciding);
        _held.AddTo(ref fingerprint);
        foreach (var (from, message, timer) in _waiting)
        {
            fingerprint.Add(from.Value);
            message?.AddTo(ref fingerprint);
            fingerprint.Add(timer?.ToString());
        }
    }

    private void Take(in Input input, Effects effects)
    {
        if (_node is null)
            return;
        if (_deciding)
        {
            // Each tick sets the next one: a node that lost one would find nobody dead ever again.
            if (_waiting.Count < MostWaiting || input.Message is null)
                _waiting = _waiting.Add(input);
            return;
        }
        Feed(input);
        EndRound(effects);
    }

    private void Feed(in Input input)
    {
        switch (input)
        {
            case { Message: { } message }:
                _node!.Handle(input.From, message, _held);
                if (message is ViewRequest or Ping or StatusRequest && _known.Members.Length > 1)
                    _held.Send(input.From, Known);
                break;
            case { Timer: { } timer }:
                _node!.OnTimer(timer, _held);
                break;
            default:
                _node!.OnConnectionLost(input.From, _held);
                break;
        }
    }

    /// <summary>
    /// What neither leaves the node nor has to be kept needs no decision: a tick, mostly. What a ping is answered when
    /// nothing is new waits for the next beat: a round for each would be most of what idle view services do.
    /// </summary>
    private void EndRound(Effects effects)
    {
        if (_held.Memory is not null || !_held.Messages.TrueForAll(MayWait))
            Ask(effects);
        else
            _held.MoveOthersTo(effects);
    }

    /// <summary>Alone it has nobody to ask.</summary>
    private bool MayWait(Outgoing sent) => _known.Members.Length > 1 && sent.Message is PingAnswer or ViewServices;

    private void Ask(Effects effects)
    {
        _deciding = true;
        (effects.Decision, effects.Memory) = (++_round, _held.Memory);
        _held.Memory = null;
    }

    /// <summary>Whoever waits for the round is told to ask elsewhere.</summary>
    private void Stop(Effects effects)
    {
        if (_node is null)
            return;
        effects.Notice(NoticeKind.NotActing, $"this view service acts no more, at view {_node.View}");
        var waiting = _waiting;
        (_node, _deciding, _waiting, _held) = (null, false, [], new Effects());
        foreach (var input in waiting)
        {
            if (input.Message is { } message)
                Refer(input.From, message, effects);
        }
    }

    private void Refer(NodeAddress from, Message message, Effects effects)
    {
        if (message is Ping or ViewRequest or StatusRequest or ResetRequest)
            effects.Send(from, Known);
    }
}
