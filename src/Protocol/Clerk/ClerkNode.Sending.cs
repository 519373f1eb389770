namespace PbKv.Protocol;

/// <summary>Views, sessions and requests: what goes out, what comes back, and what is done when nothing does.</summary>
public partial class ClerkNode
{
    /// <summary>
    /// All in one request, the callers would gather to a convoy: client, primary and backup would each wait while
    /// another works. In shares they work at the same time.
    /// </summary>
    private const int SharesInFlight = 4;

    /// <summary>Fewer operations are not worth a request of their own while others wait.</summary>
    private const int LeastOfRequest = 16;

    /// <summary>The longest pause after <see cref="RefusalReason.Busy"/>.</summary>
    private const int BusyMs = 16;

    /// <summary>The one place that decides what may be sent now; every input ends here.</summary>
    private void Proceed(Effects effects)
    {
        if (_sessionLost && _requests.Count == 0)
            EndSession(effects);
        if (_pending.Count == 0 || _pause.IsOn)
            return;
        if (_view.Primary is not { } primary)
            _inquiry.Ask(_view.Id, _tick, effects);
        else if (_session == 0)
            Open(primary.Address, effects);
        else if (!_sessionLost)
            SendWhatFits(primary.Address, effects);
    }

    private void Open(NodeAddress primary, Effects effects)
    {
        if (_opening != 0)
            return;
        _opening = ++_lastRequest;
        if (_firstOpening == 0)
            _firstOpening = _opening;
        (_openingView, _openingSince) = (_view.Number, _tick);
        effects.Send(primary, new OpenSession(_group, _view.Id, _opening, _settings.Features.Level));
        AskWhereInDoubt(effects);
    }

    private void SendWhatFits(NodeAddress primary, Effects effects)
    {
        while (_requests.HasRoom)
        {
            var operations = _pending.Take(
                _lastRequest + 1,
                _settings.SessionWindow,
                _settings.RequestBytes,
                Math.Max(LeastOfRequest, _pending.Count / SharesInFlight),
                out var first,
                out var last
            );
            if (operations.IsDefault)
                return;
            var number = ++_lastRequest;
            var batch = new Batch(_session, _pending.Floor, operations);
            _requests.Add(new RequestInFlight(number, _view.Number, _tick, first, last, operations.Length, batch.Size));
            effects.Send(primary, new Request(_group, _view.Id, number, batch, _era));
            AskWhereInDoubt(effects);
        }
    }

    /// <summary>
    /// A transport sends nothing for a moment after a connection broke, and tells nobody. Whoever has asked for the
    /// view is told of the next one as well, and need not wait until the request is late.
    /// </summary>
    private void AskWhereInDoubt(Effects effects)
    {
        if (!_primaryInDoubt)
            return;
        _primaryInDoubt = false;
        _inquiry.Ask(_view.Id, _tick, effects);
    }

    /// <summary>A late reply is welcome: results are matched by session and sequence, not by request.</summary>
    private void HandleReply(Reply reply, Effects effects)
    {
        if (_session != 0 && (reply.Session, reply.Era) == (_session, _era))
        {
            foreach (ref readonly var result in reply.Results.AsSpan())
                Take(result, effects);
        }
        if (reply.Newer is { } newer)
            Learn(newer, effects);
        Proceed(effects);
    }

    private void Take(in OperationResult result, Effects effects)
    {
        if (!_pending.Holds(result.Sequence))
            return;
        ref readonly var operation = ref _pending[result.Sequence];
        // Nobody can know the result of what was never sent.
        if (!operation.Sent)
            return;
        if (operation.Kind == OperationKind.CloseSession)
        {
            _session = 0;
            effects.MayStop = true;
        }
        else
        {
            effects.Complete(operation.Call, StatusOf(result.Status), result.Value);
        }
        _pause.Shorten();
        Settle(result.Sequence);
    }

    private static CallStatus StatusOf(ResultStatus status) =>
        status switch
        {
            ResultStatus.Ok => CallStatus.Ok,
            ResultStatus.Missing => CallStatus.Missing,
            ResultStatus.EmptyKey => CallStatus.EmptyKey,
            ResultStatus.KeyTooLong => CallStatus.KeyTooLong,
            ResultStatus.ValueTooLarge => CallStatus.ValueTooLarge,
            ResultStatus.Full => CallStatus.Full,
            ResultStatus.Unsupported => CallStatus.Unsupported,
            // The floor never passes what is wanted, so this does not happen; if it does, the result is gone.
            _ => CallStatus.SessionExpired,
        };

    private void HandleRefusal(Refusal refusal, Effects effects)
    {
        // A newer view with another primary puts everything back: then the refusal is of a request no longer awaited.
        Learn(refusal.View, effects);
        var index = _requests.IndexOf(refusal.Number);
        if (index >= 0)
            HandleRefusalOf(index, refusal, effects);
        else if (refusal.Number == _opening && _opening != 0)
            HandleRefusalOfOpening(refusal, effects);
        Proceed(effects);
    }

    private void HandleRefusalOf(int index, Refusal refusal, Effects effects)
    {
        var request = _requests[index];
        switch (refusal.Reason)
        {
            case RefusalReason.NotReady or RefusalReason.Busy:
                PutBack(index);
                ComeBackLater(refusal.Reason, effects);
                break;
            case RefusalReason.SessionExpired:
                LoseSession(index);
                break;
            default:
                TryAgain($"refused as {refusal.Reason}", request.View, effects);
                break;
        }
    }

    private void HandleRefusalOfOpening(Refusal refusal, Effects effects)
    {
        if (refusal.Reason is RefusalReason.NotReady or RefusalReason.Busy)
        {
            _opening = 0;
            ComeBackLater(refusal.Reason, effects);
        }
        else
        {
            TryAgain($"refused as {refusal.Reason}", _openingView, effects);
        }
    }

    /// <summary>
    /// The right primary asks for patience: the view service is not troubled, unless this lasts (a primary that was
    /// deposed and cannot hear it would ask for patience for ever).
    /// </summary>
    private void ComeBackLater(RefusalReason reason, Effects effects)
    {
        if (_pause.IsOn)
            return;
        effects.Notice(
            NoticeKind.Retry,
            $"session {_session}: {_view.Primary} is {reason}, sequence {_pending.Floor} and up wait"
        );
        if (_pause.IsLongest(_settings))
            _inquiry.Ask(_view.Id, _tick, effects);
        // It is busy for as long as some bytes take: with long pauses what becomes free would lie idle.
        _pause.Begin(_settings, effects, reason == RefusalReason.Busy ? BusyMs : int.MaxValue);
    }

    /// <summary>
    /// Something went wrong: everything unanswered is sent again, at once where a newer view is known by now.
    /// </summary>
    private void TryAgain(string reason, long sentInView, Effects effects)
    {
        effects.Notice(
            NoticeKind.Retry,
            $"session {_session}: {reason} in view {sentInView}, sequence {_pending.Floor} and up are sent again"
        );
        PutAllBack();
        if (sentInView < _view.Number)
            return;
        _inquiry.Ask(_view.Id, _tick, effects);
        _pause.Begin(_settings, effects);
    }

    private void HandleSessionOpened(SessionOpened opened, Effects effects)
    {
        // Any try of the present opening will do: a slow answer is as good as the one to the latest try.
        if (
            _session == 0
            && _firstOpening != 0
            && opened.Request >= _firstOpening
            && opened.Request <= _lastRequest
            && opened.Session > 0
        )
        {
            (_session, _era) = (opened.Session, opened.Era);
            (_firstOpening, _opening) = (0, 0);
            _pause.Shorten();
            _pause.End(effects);
            effects.Notice(NoticeKind.SessionOpened, $"session {_session} opened by {_view.Primary}");
        }
        if (opened.Newer is { } newer)
            Learn(newer, effects);
        Proceed(effects);
    }

    /// <summary>
    /// The primary executed nothing of this request and never will: what was sent with it alone goes on in a new
    /// session. Each other request in flight is waited for, as it may have been executed before the session ended.
    /// </summary>
    private void LoseSession(int index)
    {
        var request = _requests[index];
        for (var sequence = request.First; sequence <= request.Last; sequence++)
        {
            ref var operation = ref _pending[sequence];
            if (operation.State == PendingState.InFlight && operation.Request == request.Number && !operation.SentAgain)
                operation.Sent = false;
        }
        PutBack(index);
        _sessionLost = true;
    }

    /// <summary>
    /// Nothing of the old session is awaited any more. A write that may have been executed in it must not run again in
    /// the next one: its outcome is unknown. What is left goes on there, Gets included.
    /// </summary>
    private void EndSession(Effects effects)
    {
        effects.Notice(
            NoticeKind.SessionLost,
            $"session {_session} is gone, sequence {_pending.Floor} and up go on in another"
        );
        foreach (var sequence in _pending.Sequences())
        {
            ref readonly var operation = ref _pending[sequence];
            if (operation.Kind == OperationKind.CloseSession)
            {
                effects.MayStop = true;
                _pending.Remove(sequence);
            }
            else if (!OperationKinds.IsRead(operation.Kind) && operation.Sent)
            {
                effects.Complete(operation.Call, CallStatus.SessionExpired);
                _pending.Remove(sequence);
            }
        }
        _pending.Renumber();
        (_session, _sessionLost) = (0, false);
    }

    private void HandleViewNews(NodeAddress from, ViewNews news, Effects effects)
    {
        if (IsOfOtherCluster(news.View))
        {
            effects.Notice(
                NoticeKind.WrongCluster,
                $"{from} tells of view {news.View} of cluster {news.View.Cluster}, this is cluster {_view.Cluster}"
            );
            _inquiry.Distrust();
        }
        else
        {
            _inquiry.Answered();
            Learn(news.View, effects);
        }
        // There is no primary yet: it is asked for again after a pause, not in a circle.
        if (_view.Primary is null && _pending.Count > 0)
            _pause.Begin(_settings, effects);
        Proceed(effects);
    }

    private protected virtual bool IsOfOtherCluster(View view) =>
        _view.Number > 0 && view.Number > 0 && view.Cluster != _view.Cluster;

    /// <summary>Switches to a view that is news, and ends a pause: the new primary is tried at once.</summary>
    private void Learn(View view, Effects effects)
    {
        if (!view.IsWellFormed || IsOfOtherCluster(view))
            return;
        if (view.Cluster == _view.Cluster && view.Number <= _view.Number)
            return;
        var moved = view.Primary != _view.Primary;
        _view = view;
        effects.Notice(NoticeKind.ViewLearned, $"session {_session}: view {view}");
        // A primary that stays answers what was sent to it in the view before.
        if (moved)
        {
            _primaryInDoubt = false;
            PutAllBack();
        }
        _inquiry.Answered();
        _pause.Shorten();
        _pause.End(effects);
    }

    private void PutBack(int index)
    {
        var request = _requests[index];
        _requests.RemoveAt(index);
        _pending.PutBack(request.Number, request.First, request.Last);
    }

    private void PutAllBack()
    {
        while (_requests.Count > 0)
            PutBack(_requests.Count - 1);
        _opening = 0;
    }

    private void OnTick(Effects effects)
    {
        _ticking = false;
        _tick++;
        if (_tick >= _earliestDeadline)
            GiveUpWhatIsLate(effects);
        if (_pending.Count > 0)
        {
            KeepTicking(effects);
            _inquiry.AskAgainIfLate(_view.Id, _tick, effects);
            if (_opening != 0 && _tick - _openingSince >= _settings.RequestTimeoutTicks)
                TryAgain($"no answer from {_view.Primary}", _openingView, effects);
            else if (_requests.Count > 0 && _tick - _requests[0].SentAt >= TicksToAnswer)
                TryAgain($"no answer from {_view.Primary}", _requests[0].View, effects);
        }
        else
        {
            // Without calls there are no ticks, so nothing may be left waiting for one.
            _inquiry.Drop();
            _opening = 0;
        }
        Proceed(effects);
    }

    /// <summary>
    /// Large values take their time. Sent again while the first copies are on their way, each round of them would take
    /// longer than the one before, and nothing be answered any more.
    /// </summary>
    private long TicksToAnswer
    {
        get
        {
            var usual = (long)_settings.RequestsInFlight * _settings.RequestBytes;
            return _settings.RequestTimeoutTicks + (Math.Max(0, _requests.Bytes - usual) / _settings.RequestBytes);
        }
    }

    private void GiveUpWhatIsLate(Effects effects)
    {
        var (late, first) = (0, 0L);
        _earliestDeadline = long.MaxValue;
        foreach (var sequence in _pending.Sequences())
        {
            var deadline = _pending[sequence].Deadline;
            if (deadline > _tick)
            {
                _earliestDeadline = Math.Min(_earliestDeadline, deadline);
                continue;
            }
            if (late++ == 0)
                first = sequence;
            GiveUp(sequence, CallStatus.DeadlinePassed, effects);
        }
        if (late > 0)
            effects.Notice(
                NoticeKind.DeadlinePassed,
                $"session {_session}: the deadline of {late} operations passed, sequence {first} and up"
            );
    }

    /// <summary>
    /// The result is no longer wanted: the floor passes the sequence, and a copy that is still on its way is refused
    /// once anything of this session is executed after it.
    /// </summary>
    private void GiveUp(long sequence, CallStatus sent, Effects effects)
    {
        ref readonly var operation = ref _pending[sequence];
        effects.Complete(operation.Call, operation.EverSent ? sent : CallStatus.Unreachable);
        Settle(sequence);
    }

    private void Settle(long sequence)
    {
        ref readonly var operation = ref _pending[sequence];
        if (operation.State == PendingState.InFlight)
            _requests.Settle(operation.Request);
        _pending.Remove(sequence);
    }
}
