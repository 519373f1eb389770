using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// The primary's side of a transfer: the snapshot that it took in the step in which it entered the view, cut into
/// chunks, of which a few are in flight.
/// </summary>
internal sealed class TransferSource
{
    /// <summary>
    /// What it takes to load an entry or a session, in bytes that could be loaded instead: a chunk of small ones is one
    /// turn of the backup like any other.
    /// </summary>
    private const int EntryCost = 64;

    private readonly ViewId _view;
    private readonly NodeAddress _backup;
    private readonly ProtocolSettings _settings;
    private readonly long _position;
    private readonly long _total;
    private readonly long _count;
    private readonly ulong _digest;
    private StoreCursor _entries;
    private SessionCursor _sessions;
    private Queue<(Chunk Chunk, long Cost, long Bytes)> _inFlight = [];
    private long _inFlightCost;

    /// <summary>A chunk may leave when the transfer is over, and its storage is written to again.</summary>
    private Copies _copies = new();

    /// <summary>What is left of the session that the last chunk ended in.</summary>
    private SessionImage? _rest;
    private long _arrivedBytes;
    private long _nextIndex;
    private bool _sentLast;
    private bool _entriesDone;
    private long _ticksWithoutAnswer;

    /// <summary>
    /// Chunks before this index were in flight when nothing had been heard for a while. They are sent again one by one,
    /// each when the one before it is acknowledged: all at once, again and again, would stop up a link that is merely
    /// slow. New ones wait until then: where a chunk was lost the backup would throw them away, and each round would
    /// end in another silence.
    /// </summary>
    private long _repeatsEnd;

    public TransferSource(ViewId view, NodeAddress backup, ReplicatedState state, ProtocolSettings settings)
    {
        _view = view;
        _backup = backup;
        _settings = settings;
        _position = state.Position;
        var store = state.Store.Snapshot();
        var sessions = state.Sessions.Clone();
        _entries = store.Cursor();
        _sessions = new SessionCursor(sessions);
        _total = store.ByteCount + (64 * sessions.Count);
        _count = store.Count + sessions.Count;
        _digest = state.Digest;
    }

    /// <summary>Whether the last chunk has been sent: a confirmation before that was never asked for.</summary>
    public bool AllSent => _sentLast;

    /// <summary>The part that has arrived.</summary>
    public double Progress => Math.Min(1, _arrivedBytes / Math.Max(1.0, _total));

    public long Total => _total;

    private bool IsRepeating => _inFlight.TryPeek(out var first) && first.Chunk.Index < _repeatsEnd;

    /// <summary>In bytes, since chunks are larger than they should be where one value fills one.</summary>
    private bool HasRoom => _inFlightCost < (long)_settings.ChunksInFlight * _settings.ChunkBytes;

    public TransferSource Clone()
    {
        var clone = (TransferSource)MemberwiseClone();
        clone._copies = new Copies();
        clone._entries = _entries.Clone();
        clone._sessions = _sessions.Clone();
        clone._inFlight = new(_inFlight);
        return clone;
    }

    public void Pump(Effects effects)
    {
        while (!_sentLast && !IsRepeating && HasRoom)
        {
            var chunk = NextChunk(out var cost, out var bytes);
            _inFlight.Enqueue((chunk, cost, bytes));
            _inFlightCost += cost;
            effects.Send(_backup, chunk);
        }
    }

    /// <summary>The backup holds every chunk before this index.</summary>
    public void Acknowledge(long next, Effects effects)
    {
        if (next > _nextIndex)
            return;
        _ticksWithoutAnswer = 0;
        if (Drop(next))
            Repeat(effects);
        Pump(effects);
    }

    public void Tick(Effects effects)
    {
        if (++_ticksWithoutAnswer < 2)
            return;
        _repeatsEnd = _nextIndex;
        Repeat(effects);
    }

    public void AddTo(ref Fingerprint fingerprint)
    {
        fingerprint.Add(_position);
        fingerprint.Add(_digest);
        fingerprint.Add(_nextIndex);
        fingerprint.Add(_sentLast);
        fingerprint.Add(_inFlight.Count);
        fingerprint.Add(Math.Min(_ticksWithoutAnswer, 2));
        fingerprint.Add(_repeatsEnd);
    }

    /// <returns>Whether any of those in flight was before this index.</returns>
    private bool Drop(long next)
    {
        var before = _inFlight.Count;
        while (_inFlight.TryPeek(out var first) && first.Chunk.Index < next)
        {
            _inFlight.Dequeue();
            _inFlightCost -= first.Cost;
            _arrivedBytes += first.Bytes;
        }
        return _inFlight.Count < before;
    }

    private void Repeat(Effects effects)
    {
        if (IsRepeating)
            effects.Send(_backup, _inFlight.Peek().Chunk);
    }

    private Chunk NextChunk(out long cost, out long bytes)
    {
        var entries = ImmutableArray.CreateBuilder<Entry>();
        var sessions = ImmutableArray.CreateBuilder<SessionImage>();
        (cost, bytes) = (0, 0);
        while (cost < _settings.ChunkBytes && !_entriesDone)
        {
            if (!_entries.MoveNext())
            {
                _entriesDone = true;
                break;
            }
            var entry = _entries.Current;
            entries.Add(_copies.Of(entry));
            var size = entry.Key.Length + entry.Value.Length;
            cost += EntryCost + size;
            bytes += size;
        }
        while (cost < _settings.ChunkBytes && _entriesDone && !_sentLast)
        {
            if (_rest is null && !_sessions.MoveNext())
            {
                _sentLast = true;
                break;
            }
            var size = AddPartOf(_rest ?? _sessions.Current, _settings.ChunkBytes - cost, sessions);
            cost += EntryCost + size;
            bytes += size;
        }
        var chunk = new Chunk(
            _view,
            _nextIndex++,
            _sentLast,
            _position,
            _total,
            entries.DrainToImmutable(),
            sessions.DrainToImmutable()
        )
        {
            Count = _count,
        };
        return chunk with { Digest = chunk.DigestWith(_digest) };
    }

    /// <summary>
    /// The results of one session may be larger than any chunk may be, and than any frame: each PutHash in flight has a
    /// previous value. Such a session goes in parts, one behind the other.
    /// </summary>
    private long AddPartOf(SessionImage session, long room, ImmutableArray<SessionImage>.Builder sessions)
    {
        long bytes = 24;
        var count = 0;
        while (count < session.Results.Length && (count == 0 || bytes < room))
            bytes += 12 + session.Results[count++].Value.Length;
        _rest = count < session.Results.Length ? session with { Results = session.Results[count..] } : null;
        sessions.Add(session with { Results = session.Results[..count] });
        return bytes;
    }
}
