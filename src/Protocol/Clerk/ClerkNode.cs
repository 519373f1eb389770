using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// The client. Takes calls of many callers, gives each a sequence that every retry keeps, and sends them to the primary
/// in batches until they are done, given up, or lost with their session. While requests are in flight further calls
/// gather, and go together when an answer frees a place. It asks for the view only when it knows none or something went
/// wrong.
///
///     no view → (ViewNews) → no session → (SessionOpened) → sending ⇄ pausing (something went wrong)
///                                ↑_________ (Refusal: SessionExpired) _____|
/// </summary>
public partial class ClerkNode : Node
{
    private readonly NodeAddress _self;
    private readonly GroupName _group;
    private readonly ProtocolSettings _settings;

    private PendingOperations _pending = new();
    private RequestsInFlight _requests;
    private ViewInquiry _inquiry;
    private RetryPause _pause;

    private View _view = View.None;
    private long _session;
    private long _era;
    private bool _sessionLost;
    private long _lastRequest;

    // The connection to the primary broke while nothing was under way: the next that is sent there may be lost without
    // a word.
    private bool _primaryInDoubt;

    // Set while a session is being opened: the first request that asked for it, and the one whose answer is awaited.
    private long _firstOpening;
    private long _opening;
    private long _openingView;
    private long _openingSince;

    private long _lastCall = long.MinValue;
    private long _tick;
    private bool _ticking;
    private long _earliestDeadline = long.MaxValue;
    private bool _closed;

    public ClerkNode(
        NodeAddress self,
        ImmutableArray<NodeAddress> viewServices,
        GroupName group,
        ProtocolSettings settings
    )
    {
        if (viewServices.IsDefaultOrEmpty)
            throw new ArgumentException(
                $"clerk {self} was given no view service: name at least one address",
                nameof(viewServices)
            );
        (_self, _group, _settings) = (self, group, settings);
        _requests = new RequestsInFlight(settings.RequestsInFlight);
        // A view service answers from memory: it is given a quarter of the time that a request may take.
        _inquiry = new ViewInquiry(viewServices, Math.Max(1, settings.RequestTimeoutTicks / 4));
    }

    public NodeAddress Self => _self;

    public View View => _view;

    /// <summary>0 while there is none.</summary>
    public long Session => _session;

    /// <summary>The calls that are not over.</summary>
    public int Outstanding => _pending.Count;

    public int RequestsInFlight => _requests.Count;

    /// <summary>The number of the newest request, or 0.</summary>
    internal long LastRequest => _lastRequest;

    /// <summary>Whether a call could be sent before anything in flight is answered.</summary>
    public bool HasRoom => _requests.HasRoom;

    /// <summary>The lowest sequence of the session that is still wanted.</summary>
    public long Floor => _pending.Floor;

    /// <summary>Nothing to do before the first call: a clerk that is not used costs nobody anything.</summary>
    public override void Start(Effects effects) { }

    /// <summary>Takes a call; it is sent with the next <see cref="Flush"/>, or when an answer makes room.</summary>
    /// <param name="call">The host's name for it, higher than that of every call before.</param>
    /// <param name="deadlineTicks">The clerk ticks it is tried for; long.MaxValue is for ever.</param>
    public void Submit(long call, OperationKind kind, Bytes key, Bytes value, long deadlineTicks, Effects effects)
    {
        Invariant.Assert(OperationKinds.IsOfClient(kind), $"call {call} is no operation on a key: {kind}");
        Invariant.Assert(call > _lastCall, $"call {call} comes after call {_lastCall}");
        _lastCall = call;
        if (Check(kind, key, value) is { } error)
        {
            // A later view may allow it, and who asks for nothing else would never hear of one.
            if (error == CallStatus.Unsupported)
            {
                _inquiry.Ask(_view.Id, _tick, effects);
                KeepTicking(effects);
            }
            effects.Complete(call, error);
            return;
        }
        if (_closed || deadlineTicks <= 0)
        {
            effects.Complete(call, CallStatus.Unreachable);
            return;
        }
        // The tick that is already running may end at once: it does not count for this call.
        var deadline = deadlineTicks == long.MaxValue ? long.MaxValue : _tick + deadlineTicks + (_ticking ? 1 : 0);
        Add(
            new PendingOperation
            {
                Call = call,
                Deadline = deadline,
                Kind = kind,
                Key = key,
                Value = value,
                State = PendingState.Waiting,
            },
            effects
        );
    }

    public void Flush(Effects effects) => Proceed(effects);

    /// <summary>
    /// The caller wants no result any more. The operation may still be executed, unless it was never sent. The room
    /// that it leaves is used with the next <see cref="Flush"/>: of many that are cancelled, none is sent meanwhile.
    /// </summary>
    public void Cancel(long call, Effects effects)
    {
        if (_pending.Find(call) is var sequence and > 0)
            GiveUp(sequence, CallStatus.Cancelled, effects);
    }

    /// <summary>
    /// Gives up what is outstanding, then closes the session: the clerk may stop when that is answered.
    /// </summary>
    public void Close(Effects effects)
    {
        if (_closed)
        {
            effects.MayStop = _pending.Count == 0;
            return;
        }
        _closed = true;
        foreach (var sequence in _pending.Sequences())
            GiveUp(sequence, CallStatus.Cancelled, effects);
        if (_session == 0 || _sessionLost)
        {
            effects.MayStop = true;
            return;
        }
        Add(
            new PendingOperation
            {
                Call = long.MaxValue,
                Deadline = long.MaxValue,
                Kind = OperationKind.CloseSession,
                State = PendingState.Waiting,
            },
            effects
        );
        Proceed(effects);
    }

    public override void Handle(NodeAddress from, Message message, Effects effects)
    {
        switch (message)
        {
            case Reply reply:
                HandleReply(reply, effects);
                break;
            case Refusal refusal:
                HandleRefusal(refusal, effects);
                break;
            case SessionOpened opened:
                HandleSessionOpened(opened, effects);
                break;
            case ViewNews news:
                HandleViewNews(from, news, effects);
                break;
            case ViewServices { IsWellFormed: true } told:
                _inquiry.Hear(from, told, _view.Id, _tick, effects);
                break;
            case Unsupported unsupported:
                unsupported.Tell(from, effects);
                break;
            default:
                break; // What others say to one another is nothing to a clerk, wherever it comes from.
        }
    }

    public override void OnTimer(NodeTimer timer, Effects effects)
    {
        switch (timer)
        {
            case ClerkTick:
                OnTick(effects);
                break;
            case RetryTimer when _pause.IsOn:
                _pause.OnTimer();
                Proceed(effects);
                break;
        }
    }

    public override void OnConnectionLost(NodeAddress peer, Effects effects)
    {
        _inquiry.OnConnectionLost(peer, _view.Id, _tick, effects);
        if (peer == _view.Primary?.Address)
        {
            if (_opening != 0)
                TryAgain($"connection to {peer} lost", _openingView, effects);
            else if (_requests.Count > 0)
                TryAgain($"connection to {peer} lost", _requests[0].View, effects);
            else
                _primaryInDoubt = true;
        }
        Proceed(effects);
    }

    public override Node Clone()
    {
        var clone = (ClerkNode)MemberwiseClone();
        clone._pending = _pending.Clone();
        clone._requests = _requests.Clone();
        clone._inquiry = _inquiry.Clone();
        return clone;
    }

    /// <summary>
    /// Ages instead of ticks, and numbers of requests only where an answer to them may still come: two clerks that will
    /// behave alike look alike, however long they took to get there.
    /// </summary>
    public override void AddTo(ref Fingerprint fingerprint)
    {
        _view.AddTo(ref fingerprint);
        fingerprint.Add(_session);
        fingerprint.Add(_era);
        fingerprint.Add(_sessionLost);
        fingerprint.Add(_primaryInDoubt);
        fingerprint.Add(_firstOpening);
        fingerprint.Add(_opening);
        fingerprint.Add(_opening == 0 ? 0 : _openingView);
        fingerprint.Add(_opening == 0 ? 0 : _tick - _openingSince);
        fingerprint.Add(_ticking);
        fingerprint.Add(_closed);
        _pause.AddTo(ref fingerprint);
        _inquiry.AddTo(ref fingerprint, _tick);
        _requests.AddTo(ref fingerprint, _tick);
        _pending.AddTo(ref fingerprint, _tick);
    }

    private CallStatus? Check(OperationKind kind, Bytes key, Bytes value)
    {
        if (_view.Number > 0 && Features.LevelOf(kind) > _view.Level)
            return CallStatus.Unsupported;
        if (OperationKinds.CheckKey(kind, key, _settings.MaxKeyBytes) is { } bad)
            return StatusOf(bad);
        return OperationKinds.HoldsLonger(kind, value, _settings.MaxValueBytes) ? CallStatus.ValueTooLarge : null;
    }

    private void Add(in PendingOperation operation, Effects effects)
    {
        _pending.Add(operation);
        _earliestDeadline = Math.Min(_earliestDeadline, operation.Deadline);
        KeepTicking(effects);
    }

    private void KeepTicking(Effects effects)
    {
        if (_ticking)
            return;
        _ticking = true;
        effects.Set(new ClerkTick(), _settings.ClerkTickMs, _settings.ClerkTickMs);
    }
}
