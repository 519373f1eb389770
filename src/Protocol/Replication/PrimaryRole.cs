using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// A server's part while it is primary in one view: it executes what clerks ask, each operation once, and lets an
/// answer go only when the view allows it: alone while there is no installed backup, otherwise after the backup's
/// acknowledgement.
/// </summary>
/// <param name="inherited">Answers held in the view before this one, in which the server was primary as well.</param>
internal sealed class PrimaryRole(
    View view,
    ReplicatedState state,
    IdleSessions idle,
    IReadOnlyList<HeldAnswer> inherited,
    ProtocolSettings settings
)
{
    private readonly View _view = view;
    private ReplicatedState _state = state;
    private readonly ProtocolSettings _settings = settings;
    private List<HeldAnswer> _untilConfirmed = [.. inherited];
    private IdleSessions _idle = idle;
    private ForwardStream? _stream = view.Backup is { } backup
        ? new ForwardStream(view.Id, backup.Address, state, settings)
        : null;
    private TransferSource? _transfer = view.Backup is { } receiver
        ? new TransferSource(view.Id, receiver.Address, state, settings)
        : null;
    private bool _installed;

    /// <summary>The view service said that the view is acknowledged: nobody can fall back past it.</summary>
    public bool Confirmed { get; private set; }

    /// <summary>No backup that confirmed its installation: answers go out at once.</summary>
    public bool Alone => _stream is not { Switched: true };

    public long AcknowledgedPosition => _stream?.AcknowledgedPosition ?? _state.Position;

    public double Progress => _transfer is null || !Alone ? -1 : _transfer.Progress;

    public bool BackupSilent => _stream is not null && _stream.TicksWithoutAnswer >= _settings.BackupSilentTicks;

    /// <summary>Of the answers and operations that wait for the backup.</summary>
    public long StreamMemory => _stream?.Memory ?? 0;

    /// <summary>What both servers of the view allow.</summary>
    public long MaxMemory { get; private set; } = settings.MaxMemoryBytes;

    public bool IsTransferring => _transfer is not null;

    public long Deduplicated { get; private set; }

    public long Executed { get; private set; }

    public PrimaryRole Clone(ReplicatedState state, IdleSessions idle)
    {
        var clone = (PrimaryRole)MemberwiseClone();
        clone._state = state;
        clone._idle = idle;
        clone._untilConfirmed = [.. _untilConfirmed];
        clone._stream = _stream?.Clone();
        clone._transfer = _transfer?.Clone();
        return clone;
    }

    public void Begin(Effects effects)
    {
        if (_transfer is null)
            return;
        effects.Notice(
            NoticeKind.TransferStarted,
            $"view={_view.Number} to={_view.Backup} bytes={_transfer.Total} position={_state.Position}"
        );
        _transfer.Pump(effects);
    }

    public void Confirm(Effects effects)
    {
        Confirmed = true;
        // What was held in the view before is in the snapshot of every later backup, and no view can pass over this
        // one.
        if (_untilConfirmed.Count > 0)
            effects.Notice(NoticeKind.AnswersReleased, $"view={_view.Number} answers={_untilConfirmed.Count}");
        foreach (var answer in _untilConfirmed)
            effects.Send(answer.To, answer.Answer);
        _untilConfirmed.Clear();
    }

    /// <summary>Whether this one answers clients now, and why not.</summary>
    /// <remarks>Alone it answers any read; whether there is room to write is seen operation by operation.</remarks>
    public RefusalReason? Refuses(bool opens)
    {
        if (!Confirmed)
            return RefusalReason.NotReady;
        return _stream is { IsFull: true } && (opens || !Alone) ? RefusalReason.Busy : null;
    }

    public void Open(NodeAddress clerk, OpenSession request, View? newer, Effects effects)
    {
        var operation = new Operation(OperationKind.OpenSession, 0, default, default);
        _state.Execute(0, null, operation);
        var session = _state.Position;
        _idle.Used(session);
        _stream?.Enqueue(new Batch(0, 0, [operation]), _state.Digest);
        Answer(clerk, new SessionOpened(request.Request, session, newer, _state.Era), 32, effects);
        _stream?.Pump(effects);
    }

    public void Execute(NodeAddress clerk, Request request, View? newer, Effects effects)
    {
        var batch = request.Batch;
        // One of an earlier era may be of the history that the reset gave up, and another may have its number here.
        var known = request.Era == _state.Era ? _state.Sessions.Find(batch.Session) : null;
        if (known is not null && !IsWithinWindow(batch, known.Floor))
        {
            effects.Send(clerk, new Refusal(request.Number, RefusalReason.Busy, _view));
            return;
        }
        if (known is null)
        {
            effects.Notice(NoticeKind.UnknownSession, $"session={batch.Session} of {clerk}");
            // It tells of the state like a Get, and waits like one: a primary that expired the session and is deposed
            // before its backup heard of it would send the clerk into a new session while the old one lives on.
            Answer(clerk, new Refusal(request.Number, RefusalReason.SessionExpired, _view), 32, effects);
            _stream?.Pump(effects);
            return;
        }
        _idle.Used(batch.Session);
        var room = _stream?.Room(_transfer?.Progress ?? 1) ?? long.MaxValue;
        var execution = new BatchExecution(_state, batch, MaxMemory - StreamMemory, room, _settings, _view.Level);
        execution.Run();
        Executed += execution.Executed;
        Deduplicated += execution.Duplicates;
        execution.Tell(effects);
        if (execution.Accepted is { } accepted)
            _stream?.Enqueue(accepted, _state.Digest);
        if (execution.LeftOut == 0 && batch.Operations[^1].Kind == OperationKind.CloseSession)
            _idle.Forget(batch.Session);
        var reply = new Reply(request.Number, batch.Session, execution.Results, newer, request.Era);
        if (execution.Duplicates > 0 && !Alone)
            effects.Notice(
                NoticeKind.DuplicateHeld,
                $"session={batch.Session} request={request.Number} duplicates={execution.Duplicates}"
            );
        if (!execution.Results.IsEmpty)
            Answer(clerk, reply, execution.ResultBytes, effects);
        // Behind the reply, so that what it answers is not asked for again.
        if (execution.LeftOut > 0)
        {
            effects.Notice(
                NoticeKind.Busy,
                $"view={_view.Number} request={request.Number} of {clerk} left out={execution.LeftOut}"
            );
            Answer(clerk, new Refusal(request.Number, RefusalReason.Busy, _view), 32, effects);
        }
        _stream?.Pump(effects);
    }

    public void OnAck(ForwardAck ack, Effects effects)
    {
        _stream!.Acknowledge(ack, _installed, effects);
        SwitchWhenShort(effects);
        _stream.Pump(effects);
    }

    public void OnWanted(ForwardWanted wanted, Effects effects)
    {
        _stream!.HeardOfBackup();
        _stream.SendAgainFrom(wanted.Serial, effects);
    }

    public void OnChunkAck(ChunkAck ack, Effects effects)
    {
        if (_transfer is null)
            return;
        _stream!.HeardOfBackup();
        _transfer.Acknowledge(ack.Next, effects);
    }

    /// <summary>Nobody reads the snapshot any more.</summary>
    public void EndTransfer()
    {
        if (_transfer is null)
            return;
        _transfer = null;
        _state.Store.TakeBack();
    }

    public void OnInstalled(Installed installed, Effects effects)
    {
        if (_transfer is not { AllSent: true })
            return;
        EndTransfer();
        _installed = true;
        MaxMemory = Math.Min(MaxMemory, installed.MaxMemory);
        _stream!.HeardOfBackup();
        _stream.Installed();
        SwitchWhenShort(effects);
        _stream.Pump(effects);
    }

    /// <summary>
    /// The switch: the backup confirmed the installation, and what it has not executed is little. The marker goes into
    /// the stream at this position.
    /// </summary>
    private void SwitchWhenShort(Effects effects)
    {
        if (!_installed || _stream is not { Switched: false, IsShort: true })
            return;
        _stream.Switch(_state.Position);
        effects.Notice(NoticeKind.Switched, $"view={_view.Number} backup={_view.Backup} position={_state.Position}");
    }

    public void Tick(Effects effects)
    {
        var wasSilent = BackupSilent;
        _stream?.Tick(_transfer is not null, effects);
        _transfer?.Tick(effects);
        if (BackupSilent && !wasSilent)
            effects.Notice(
                NoticeKind.BackupSilent,
                $"view={_view.Number} backup={_view.Backup} ticks={_stream!.TicksWithoutAnswer}"
            );
        ExpireIdle(effects);
    }

    /// <summary>Everything still held, for the next view or for nobody.</summary>
    public IReadOnlyList<HeldAnswer> Held => [.. _untilConfirmed, .. _stream?.Held ?? []];

    public void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(Confirmed);
        fingerprint.Add(MaxMemory);
        fingerprint.Add(_installed);
        foreach (var answer in _untilConfirmed)
        {
            fingerprint.Add(answer.To.Value);
            answer.Answer.AddTo(ref fingerprint);
        }
        _stream?.AddTo(ref fingerprint);
        _transfer?.AddTo(ref fingerprint);
    }

    private bool IsWithinWindow(Batch batch, long floor)
    {
        var limit = Math.Max(floor, batch.Floor) + _settings.SessionWindow;
        foreach (ref readonly var operation in batch.Operations.AsSpan())
        {
            if (operation.Sequence >= limit)
                return false;
        }
        return true;
    }

    private void Answer(NodeAddress clerk, Message answer, long bytes, Effects effects)
    {
        if (Alone)
            effects.Send(clerk, answer);
        else
            _stream!.Hold(clerk, answer, bytes);
    }

    private void ExpireIdle(Effects effects)
    {
        if (!Confirmed || _stream is { IsFull: true })
            return;
        foreach (var session in _idle.Tick(_state.Sessions))
        {
            var operation = new Operation(OperationKind.ExpireSession, 0, default, default);
            _state.Execute(session, null, operation);
            _stream?.Enqueue(new Batch(session, 0, [operation]), _state.Digest);
            effects.Notice(NoticeKind.SessionExpired, $"session={session} position={_state.Position}");
        }
        _stream?.Pump(effects);
    }
}
