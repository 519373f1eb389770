using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// The primary's side of the stream of forwards in one view: what waits to be sent, what is in flight, and the answers
/// that are held until the backup has acknowledged a forward that was first sent after them.
/// </summary>
/// <remarks>
/// Every answer that may not go out alone is held here, writes, Gets and duplicates alike: an answer rides with the
/// first forward that is sent after it was held and that completes the operations before it. Acknowledgements are
/// cumulative, so that forward's acknowledgement covers whatever the answer tells of.
/// </remarks>
internal sealed class ForwardStream(ViewId view, NodeAddress backup, ReplicatedState state, ProtocolSettings settings)
{
    /// <summary>What comes behind so many bytes.</summary>
    private const long WaitsForLong = 4 << 20;

    private Queue<(Batch Batch, ulong Digest)> _pending = [];
    private Queue<InFlight> _inFlight = [];
    private Queue<HeldAnswer> _held = [];
    private Copies _copies = new();
    private long _nextPosition = state.Position + 1;
    private long _nextSerial = 1;
    private long _enqueued;
    private int _riding;
    private long _bytes;
    private ulong _digest = state.Digest;
    private long _waiting;
    private long _draining = long.MaxValue;
    private long _allowance;
    private long _acknowledged;
    private bool _markerSent;

    public NodeAddress Backup { get; } = backup;

    public IEnumerable<HeldAnswer> Held => _held;

    /// <summary>Everything ever answered alone in this view lies at or before it; -1 before the switch.</summary>
    public long Marker { get; private set; } = -1;

    public bool Switched => Marker >= 0;

    public long AcknowledgedPosition { get; private set; } = state.Position;

    /// <summary>Ticks in which something was in flight and nothing was heard of the backup.</summary>
    public long TicksWithoutAnswer { get; private set; }

    /// <summary>Of operations and answers that wait for the backup.</summary>
    public long Memory => _bytes;

    /// <summary>Bytes that the backup has not executed, here or there, and of answers that wait for that.</summary>
    private long Backlog => _bytes + _waiting;

    public bool IsFull => Backlog > settings.StreamBytes;

    /// <summary>
    /// So little that to wait for it is no stop: at the switch, all callers do. Until then those who write wait for
    /// more, a little each.
    /// </summary>
    public bool IsShort => Backlog <= ShortBytes;

    private long ShortBytes => Math.Min(settings.StreamBytes / 8, 32 << 10);

    public ForwardStream Clone()
    {
        var clone = (ForwardStream)MemberwiseClone();
        clone._pending = new(_pending);
        clone._inFlight = new(_inFlight);
        clone._held = new(_held);
        clone._copies = new Copies();
        return clone;
    }

    /// <summary>The backup is installed: from here on nothing is answered alone in this view.</summary>
    public void Switch(long position) => Marker = position;

    /// <summary>The backup has executed all that it held.</summary>
    public void Installed()
    {
        var bytes = _waiting;
        _waiting = 0;
        Drained(bytes);
    }

    /// <summary>
    /// How many bytes may still be written before the switch. Half of the stream is for whoever comes. The rest is
    /// given out as the snapshot arrives, so that it lasts until the end of it; from then on half of what the backup
    /// executes, so that what is left becomes less. Nothing is used up at once: each request is allowed a 64th of it,
    /// and one write. Where there is little, who takes more leaves so much less to the next, so that the last of it is
    /// used ever more slowly: a slow link gives none back for a tenth of a second after each packet that it loses.
    /// </summary>
    /// <param name="progress">The part of the snapshot that has arrived.</param>
    public long Room(double progress)
    {
        if (Switched)
            return long.MaxValue;
        var limit = (settings.StreamBytes / 2) + (long)(settings.StreamBytes * 3 / 8 * progress);
        var room = Math.Min(limit, _draining) - Backlog;
        if (room <= 0)
            return 0;
        var share = Math.Max(1, room / 64);
        _allowance = room > settings.StreamBytes / 64 ? share : Math.Min(_allowance + share, share);
        return Math.Max(0, _allowance);
    }

    /// <param name="digest">Of the state behind the batch.</param>
    public void Enqueue(Batch batch, ulong digest)
    {
        _pending.Enqueue((_bytes > WaitsForLong ? _copies.Of(batch) : batch.Compact(), digest));
        _enqueued++;
        _bytes += batch.Memory;
        if (!Switched)
            _allowance -= batch.Memory;
    }

    /// <param name="bytes">About what the answer keeps in memory.</param>
    public void Hold(NodeAddress to, Message answer, long bytes)
    {
        _held.Enqueue(new HeldAnswer(to, answer, _enqueued, bytes));
        _bytes += bytes;
    }

    /// <summary>Sends what gathered, as far as forwards may be in flight.</summary>
    public void Pump(Effects effects)
    {
        while (
            _inFlight.Count < settings.ForwardsInFlight
            && (_pending.Count > 0 || _riding < _held.Count || (Switched && !_markerSent))
        )
        {
            SendNext(effects);
        }
    }

    /// <summary>Releases the answers that rode with the forwards up to this serial, if it was ever sent.</summary>
    public void Acknowledge(ForwardAck ack, bool installed, Effects effects)
    {
        var serial = ack.Serial;
        if (serial >= _nextSerial)
            return;
        TicksWithoutAnswer = 0;
        var before = Backlog;
        while (_inFlight.TryPeek(out var first) && first.Forward.Serial <= serial)
        {
            _inFlight.Dequeue();
            _bytes -= first.Bytes;
            AcknowledgedPosition = first.LastPosition;
            _riding -= first.Answers;
            for (var i = 0; i < first.Answers; i++)
            {
                var answer = _held.Dequeue();
                _bytes -= answer.Bytes;
                effects.Send(answer.To, answer.Answer);
            }
        }
        if (serial >= _acknowledged && !Switched)
        {
            _acknowledged = serial;
            _waiting = installed ? 0 : Math.Clamp(ack.Waiting, 0, long.MaxValue / 2);
            Drained(before - Backlog);
        }
    }

    private void Drained(long bytes)
    {
        if (bytes <= 0)
            return;
        if (_draining == long.MaxValue)
            _draining = Backlog + bytes;
        _draining = Math.Max(ShortBytes, _draining - (bytes / 2));
    }

    public void SendAgainFrom(long serial, Effects effects)
    {
        foreach (var flight in _inFlight)
        {
            if (flight.Forward.Serial >= serial)
                effects.Send(Backup, flight.Forward);
        }
    }

    public void HeardOfBackup() => TicksWithoutAnswer = 0;

    public void Tick(bool transferring, Effects effects)
    {
        TicksWithoutAnswer = _inFlight.Count == 0 && !transferring ? 0 : TicksWithoutAnswer + 1;
        // One whole tick has passed since anything was heard: what is in flight is taken for lost. Repeats change
        // nothing.
        if (TicksWithoutAnswer >= 2)
            SendAgainFrom(0, effects);
    }

    public void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(_nextSerial);
        fingerprint.Add(_nextPosition);
        fingerprint.Add(Marker);
        fingerprint.Add(_markerSent);
        fingerprint.Add(_waiting);
        fingerprint.Add(_draining);
        fingerprint.Add(_allowance);
        fingerprint.Add(_acknowledged);
        fingerprint.Add(Math.Min(TicksWithoutAnswer, settings.BackupSilentTicks));
        foreach (var (batch, _) in _pending)
            batch.AddTo(ref fingerprint);
        foreach (var flight in _inFlight)
        {
            flight.Forward.AddTo(ref fingerprint);
            fingerprint.Add(flight.Answers);
        }
        foreach (var answer in _held)
        {
            fingerprint.Add(answer.To.Value);
            fingerprint.Add(answer.After - _enqueued);
            answer.Answer.AddTo(ref fingerprint);
        }
    }

    private void SendNext(Effects effects)
    {
        long bytes = 0;
        long memory = 0;
        long count = 0;
        // Before the switch no answer waits: a smaller one does not hold up the chunks behind it.
        var most = Switched ? settings.ForwardBytes : Math.Min(settings.ForwardBytes, settings.ChunkBytes);
        var batches = ImmutableArray.CreateBuilder<Batch>(_pending.Count);
        while (_pending.TryPeek(out var next) && (batches.Count == 0 || bytes + next.Batch.Size <= most))
        {
            _pending.Dequeue();
            batches.Add(next.Batch);
            _digest = next.Digest;
            bytes += next.Batch.Size;
            memory += next.Batch.Memory;
            count += next.Batch.Operations.Length;
        }
        var forward = new Forward(view, _nextSerial++, _nextPosition, Marker, batches.DrainToImmutable());
        forward = forward with { Digest = forward.DigestWith(_digest) };
        _nextPosition += count;
        _markerSent |= Switched;
        _inFlight.Enqueue(new InFlight(forward, AnswersThatRide(), _nextPosition - 1, memory));
        effects.Send(Backup, forward);
    }

    private int AnswersThatRide()
    {
        var before = _riding;
        // Rarely more gathered than one forward takes: only answers whose operations have all been sent may ride.
        _riding =
            _pending.Count == 0
                ? _held.Count
                : before + _held.Skip(before).TakeWhile(answer => answer.After <= _enqueued - _pending.Count).Count();
        return _riding - before;
    }

    private readonly record struct InFlight(Forward Forward, int Answers, long LastPosition, long Bytes);
}

/// <summary>An answer that may go out only when what it tells of is safe.</summary>
/// <param name="After">How many batches had been put into the stream when it was held.</param>
internal readonly record struct HeldAnswer(NodeAddress To, Message Answer, long After, long Bytes)
{
    /// <summary>The number of the request that it would have answered.</summary>
    public long Request =>
        Answer switch
        {
            Reply reply => reply.Number,
            SessionOpened opened => opened.Request,
            Refusal refusal => refusal.Number,
            _ => throw new InvariantBrokenException($"{Answer.GetType().Name} is no answer to a clerk"),
        };
}
