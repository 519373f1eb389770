namespace PbKv.Protocol;

/// <summary>
/// A server's part while it is backup in one view: it takes the transfer, installs it in one step, executes the stream
/// behind it and acknowledges what it holds.
/// </summary>
/// <remarks>
/// Forwards that come while the snapshot is on its way are kept, acknowledged and executed after the installation. Only
/// then does the backup confirm, so that nothing waits for a long queue after the switch. They release no answer: until
/// the confirmation the primary answers alone.
/// </remarks>
internal sealed class BackupRole
{
    private readonly View _view;
    private readonly ProtocolSettings _settings;
    private Queue<Forward> _early = [];
    private Copies _copies = new();
    private ReplicatedState _state;
    private ReplicatedState _staging;
    private long _nextChunk;
    private long _nextSerial = 1;
    private long _askedFor;
    private long _earlyBytes;
    private long _loadedBytes;
    private long? _loadingSession;
    private long _total;
    private (int Batch, int Operation) _next;
    private long _marker = -1;

    public BackupRole(View view, ReplicatedState state, ProtocolSettings settings)
    {
        _view = view;
        _settings = settings;
        _state = state;
        _staging = new ReplicatedState(_settings.Features);
    }

    /// <summary>The snapshot is in place.</summary>
    public bool Installed { get; private set; }

    /// <summary>And so is what came behind it in the meantime: the primary was told.</summary>
    public bool Confirmed { get; private set; }

    /// <summary>
    /// Holds everything that was ever answered alone in this view, and all that is acknowledged: may be promoted.
    /// </summary>
    public bool Synced => Confirmed && _marker >= 0 && _state.Position >= _marker;

    /// <summary>In what it differs from its primary, which must never be.</summary>
    public string? Difference { get; private set; }

    public double Progress =>
        Installed ? -1
        : _total == 0 ? 0
        : Math.Min(1, (double)_loadedBytes / _total);

    public BackupRole Clone(ReplicatedState state)
    {
        var clone = (BackupRole)MemberwiseClone();
        clone._state = state;
        clone._staging = _staging.Clone();
        clone._early = new(_early);
        clone._copies = new Copies();
        return clone;
    }

    public void OnForward(NodeAddress primary, Forward forward, Effects effects)
    {
        if (forward.Serial < _nextSerial)
        {
            effects.Send(primary, new ForwardAck(_view.Id, _nextSerial - 1, _earlyBytes));
            return;
        }
        if (forward.Serial > _nextSerial)
        {
            AskForGap(primary, forward, effects);
            return;
        }
        if (!Confirmed)
        {
            if (_earlyBytes > _settings.StreamBytes)
                return; // Not acknowledged: the primary sends it again, and holds its clients back.
            _early.Enqueue(forward with { Batches = [.. forward.Batches.Select(_copies.Of)] });
            _earlyBytes += SizeOf(forward);
        }
        else
        {
            if (!IsNext(forward, effects))
                return;
            var whole = TurnBudget.Unlimited;
            Execute(forward, ref whole);
        }
        _nextSerial = forward.Serial + 1;
        _askedFor = 0;
        effects.Send(primary, new ForwardAck(_view.Id, forward.Serial, _earlyBytes));
    }

    /// <returns>The state to go on with, when this chunk completed the installation; null otherwise.</returns>
    public ReplicatedState? OnChunk(NodeAddress primary, Chunk chunk, Effects effects)
    {
        if (Installed || chunk.Index != _nextChunk)
        {
            effects.Send(primary, new ChunkAck(_view.Id, _nextChunk));
            return null;
        }
        Load(chunk);
        effects.Send(primary, new ChunkAck(_view.Id, _nextChunk));
        if (!chunk.Last)
            return null;
        Install(chunk, effects);
        GoOn(primary, effects);
        return _state;
    }

    /// <summary>Executes a bounded part of what came during the transfer; confirms when nothing is left.</summary>
    public void CatchUp(NodeAddress primary, Effects effects)
    {
        if (!Installed || Confirmed)
            return;
        var turn = new TurnBudget(_settings.CatchUpStep, BatchExecution.MostWrittenBytes);
        while (!turn.IsSpent && _early.TryPeek(out var forward))
        {
            if (_next == default && !IsNext(forward, effects))
            {
                // Not a stream of this snapshot. It was acknowledged, so it will not come again: a backup that
                // confirmed now would have a hole in its history. It never confirms; the primary reports it, and the
                // next view begins anew.
                return;
            }
            if (!Execute(forward, ref turn))
                break;
            _early.Dequeue();
            _earlyBytes -= SizeOf(forward);
        }
        GoOn(primary, effects);
    }

    private void GoOn(NodeAddress primary, Effects effects)
    {
        if (_early.Count > 0)
        {
            // A sign of life: where no new forward comes, a long queue would otherwise look like silence.
            effects.Send(primary, new ForwardAck(_view.Id, _nextSerial - 1, _earlyBytes));
            effects.Set(new CatchUpTimer(), 0, 0);
            return;
        }
        Confirmed = true;
        effects.Send(primary, new Installed(_view.Id, _settings.MaxMemoryBytes));
    }

    public void Tick(NodeAddress primary, Effects effects)
    {
        _askedFor = 0;
        // The confirmation may have been lost: the primary goes on alone until it hears it.
        if (Confirmed && _marker < 0)
            effects.Send(primary, new Installed(_view.Id, _settings.MaxMemoryBytes));
    }

    public void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(Installed);
        fingerprint.Add(Confirmed);
        fingerprint.Add(_nextChunk);
        fingerprint.Add(_nextSerial);
        fingerprint.Add(_askedFor);
        fingerprint.Add(_marker);
        _staging.AddTo(ref fingerprint);
        foreach (var forward in _early)
            forward.AddTo(ref fingerprint);
    }

    private void Load(Chunk chunk)
    {
        _nextChunk++;
        _total = chunk.Total;
        foreach (var entry in chunk.Entries)
        {
            _staging.Store.Load(entry);
            _loadedBytes += entry.Key.Length + entry.Value.Length;
        }
        foreach (var session in chunk.Sessions)
        {
            // The parts of a large session come one behind the other, in one chunk after another.
            _staging.Sessions.Load(session, goesOn: session.Session == _loadingSession);
            _loadingSession = session.Session;
            _loadedBytes += 64;
        }
    }

    private void Install(Chunk chunk, Effects effects)
    {
        (_staging.Era, _staging.Position, _staging.Level) = (_view.Era, chunk.Position, _view.Level);
        _state = _staging;
        _staging = new ReplicatedState(_settings.Features);
        Installed = true;
        var count = _state.Store.Count + _state.Sessions.Count;
        if (chunk.Count != count || chunk.Digest != chunk.DigestWith(_state.Digest))
            Difference =
                $"the transfer of {chunk.Count} entries and sessions at position {chunk.Position}, {count} here";
        effects.Notice(
            NoticeKind.TransferInstalled,
            $"view={_view.Number} keys={_state.Store.Count} bytes={_state.Store.ByteCount} "
                + $"sessions={_state.Sessions.Count} position={_state.Position} chunks={_nextChunk}"
        );
    }

    private bool IsNext(Forward forward, Effects effects)
    {
        var next = _state.Position + 1;
        if (forward.FirstPosition == next)
            return true;
        effects.Notice(
            NoticeKind.ForwardRefused,
            $"forward {forward.Serial} of view {_view.Number} begins at position {forward.FirstPosition}, and {next} "
                + "is next here"
        );
        return false;
    }

    /// <returns>Whether that was all of it; otherwise the next turn goes on where this one ended.</returns>
    private bool Execute(Forward forward, ref TurnBudget turn)
    {
        for (; _next.Batch < forward.Batches.Length; _next = (_next.Batch + 1, 0))
        {
            var batch = forward.Batches[_next.Batch];
            _next.Operation = _state.Apply(batch, _next.Operation, ref turn);
            if (_next.Operation < batch.Operations.Length)
                return false;
        }
        _next = default;
        if (forward.Digest != forward.DigestWith(_state.Digest))
            Difference = $"forward {forward.Serial}, executed up to position {_state.Position}";
        if (forward.Marker >= 0)
            _marker = forward.Marker;
        return true;
    }

    private void AskForGap(NodeAddress primary, Forward forward, Effects effects)
    {
        // Once until it comes or a tick passes: each of many late forwards asking for the same would multiply them.
        if (_askedFor == _nextSerial)
            return;
        _askedFor = _nextSerial;
        effects.Notice(
            NoticeKind.ForwardGap,
            $"view={_view.Number} got forward {forward.Serial}, missing {_nextSerial}"
        );
        effects.Send(primary, new ForwardWanted(_view.Id, _nextSerial));
    }

    private static long SizeOf(Forward forward)
    {
        long bytes = 64;
        foreach (var batch in forward.Batches)
            bytes += batch.Memory;
        return bytes;
    }
}
