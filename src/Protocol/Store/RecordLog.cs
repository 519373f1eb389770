using System.Numerics;
using System.Runtime.CompilerServices;

namespace PbKv.Protocol;

/// <summary>
/// The records of a store, one behind the other in a few large segments: ten million entries are some thousand objects
/// to the garbage collector. What a snapshot or a clone shares is never changed; in segments that were opened later a
/// record is overwritten in its place where the size allows it, and the memory of one that is empty is used again: left
/// to the collector, segments that come and go take twice the memory of what lives. Elsewhere overwritten records leave
/// holes; the store moves what lives out of the emptiest segment, a little with every write. A value type: copying it
/// shares the segments, and the copy gives up the right to write into them.
/// </summary>
internal struct RecordLog
{
    // Segments grow with the store: those of a small one die young and small, where the collector clears up in passing;
    // those of a large one are few.
    private const int LargestSegment = 1 << 20;

    /// <summary>
    /// A larger record lies alone in its segment, and leaves no hole. Where its value has come in an array of its own,
    /// that stays where it is, and only the rest is written.
    /// </summary>
    public const int FullSegment = 1 << 16;
    private const int FirstSegment = 64;
    private const int SmallTailBytes = 4096;
    private const int None = -1;

    /// <summary>The epoch of a segment that holds one large record: it is handed out, not copied.</summary>
    private const int NeverRewritten = -1;

    private struct Segment
    {
        public byte[]? Data;

        /// <summary>The value of the one record in it, where that lies elsewhere.</summary>
        public Bytes Kept;
        public int Used;
        public int Live;
        public int Epoch;
    }

    private Segment[] _segments;
    private int _tail;
    private int _freeFrom;
    private int _victim;
    private int _victimOffset;
    private bool _ownsTable;
    private bool _ownsTail;

    /// <summary>How often the segments were shared.</summary>
    private int _epoch;

    /// <summary>Segments of an earlier epoch are not ours alone.</summary>
    private int _oursFrom;
    private int _oursFromBefore;
    private byte[]? _spare;
    private long _sealedBytes;
    private long _sealedLive;

    public static RecordLog Create() =>
        new()
        {
            _segments = [],
            _tail = None,
            _victim = None,
        };

    /// <summary>Bytes of the segments that this log holds.</summary>
    public readonly long Capacity =>
        _sealedBytes + (_tail == None ? 0 : _segments[_tail].Data!.Length) + (_spare?.Length ?? 0);

    /// <summary>
    /// Holes make up more than a fifth of the full segments, and what was emptied last is in use again.
    /// </summary>
    private readonly bool NeedsCleaning => _spare is null && _sealedBytes - _sealedLive > _sealedLive / 4;

    private readonly long Live => _sealedLive + (_tail == None ? 0 : _segments[_tail].Live);

    private readonly int SegmentBytes =>
        (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Live / 32, FullSegment, LargestSegment));

    /// <summary>
    /// For a copy that goes its own way: the original keeps the right to write behind the last record.
    /// </summary>
    public void GiveUpTail() => (_ownsTail, _spare) = (false, null);

    /// <summary>
    /// Somebody else reads the segments and their table from now on: the table is copied before it changes.
    /// </summary>
    /// <param name="forGood">Otherwise until they are taken back.</param>
    public void Share(bool forGood)
    {
        _ownsTable = false;
        _epoch++;
        _oursFromBefore = forGood ? _epoch : _oursFrom;
        _oursFrom = _epoch;
    }

    /// <summary>With whom they were shared last, reads them no more.</summary>
    public void TakeBack() => _oursFrom = _oursFromBefore;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Record Read(Slot slot) => new(_segments[slot.Segment].Data!, slot.Offset);

    /// <summary>A slice of storage.</summary>
    public readonly Bytes ValueOf(Slot slot)
    {
        ref var segment = ref _segments[slot.Segment];
        return segment.Kept.IsEmpty ? new Record(segment.Data!, slot.Offset).ValueBehindKey : segment.Kept;
    }

    /// <summary>The value is a slice where it never changes, and a copy elsewhere.</summary>
    public readonly Bytes Take(Slot slot)
    {
        var value = ValueOf(slot);
        return _segments[slot.Segment].Epoch == NeverRewritten ? value : Bytes.CopyOf(value.Span);
    }

    /// <summary>Writes another value of the same length into a record that nobody else sees.</summary>
    public readonly bool TryRewrite(Slot slot, ulong hash, ReadOnlySpan<byte> value, Revisions revisions)
    {
        var record = Read(slot);
        if (record.ValueLength != value.Length || !IsOurs(slot.Segment))
            return false;
        var data = _segments[slot.Segment].Data!;
        value.CopyTo(data.AsSpan(slot.Offset + record.Size - record.ValueLength));
        Record.WriteDigest(data, slot.Offset, Record.DigestOf(hash, value));
        Record.WriteRevisions(data, slot.Offset, revisions);
        return true;
    }

    /// <summary>Head and tail are the value.</summary>
    public Slot Append(ulong hash, ReadOnlySpan<byte> key, Bytes head, ReadOnlySpan<byte> tail, Revisions revisions)
    {
        var size = Record.SizeOf(key.Length, head.Length, tail.Length);
        var kept = tail.IsEmpty && head.IsLargeAndAlone ? head : default;
        var slot = Reserve(hash, size, kept, out var data);
        var value = Record.Write(data, slot.Offset, key, head.Length + tail.Length);
        if (kept.IsEmpty)
        {
            head.Span.CopyTo(value);
            tail.CopyTo(value[head.Length..]);
        }
        Record.WriteDigest(data, slot.Offset, Record.DigestOf(hash, ValueOf(slot).Span));
        Record.WriteRevisions(data, slot.Offset, revisions);
        return slot;
    }

    /// <summary>Copies a record to the end.</summary>
    public Slot Move(ulong hash, Slot from)
    {
        var source = _segments[from.Segment].Data!;
        var size = Read(from).Size;
        var slot = Reserve(hash, size, kept: default, out var data);
        source.AsSpan(from.Offset, size).CopyTo(data.AsSpan(slot.Offset));
        return slot;
    }

    /// <summary>Nothing refers to this record any more; a segment in which nothing lives goes at once.</summary>
    public void Forget(Slot slot, int size)
    {
        OwnTable();
        var index = slot.Segment;
        _segments[index].Live -= size;
        if (index == _tail)
            return;
        _sealedLive -= size;
        if (_segments[index].Live == 0)
            Free(index);
    }

    /// <summary>
    /// The next record of the segment that is being emptied; its tag is that of hash 0. False at the end.
    /// </summary>
    public bool TryNextOfVictim(out Slot slot)
    {
        if (_victim == None && NeedsCleaning)
            ChooseVictim();
        if (_victim != None && _victimOffset < _segments[_victim].Used)
        {
            slot = new Slot(0, _victim, _victimOffset);
            _victimOffset += Read(slot).Size;
            return true;
        }
        Invariant.Assert(
            _victim == None || _segments[_victim].Live == 0,
            "a segment was read to its end and still holds live records"
        );
        slot = default;
        return false;
    }

    private readonly bool IsOurs(int segment) => _segments[segment].Epoch >= _oursFrom;

    private Slot Reserve(ulong hash, int size, Bytes kept, out byte[] data)
    {
        OwnTable();
        // A large record gets a segment of its own, so that little room is lost at the end of a shared one.
        var index = size > SegmentBytes / 16 ? OpenLarge(size, kept) : TailWithRoom(size);
        ref var segment = ref _segments[index];
        var offset = segment.Used;
        segment.Used += size;
        segment.Live += size;
        data = segment.Data!;
        return new Slot(hash, index, offset);
    }

    private int OpenLarge(int size, Bytes kept)
    {
        var index = Open(size - kept.Length);
        (_segments[index].Kept, _segments[index].Epoch) = (kept, NeverRewritten);
        _sealedBytes += size;
        _sealedLive += size;
        return index;
    }

    private int TailWithRoom(int size)
    {
        if (_tail == None)
        {
            OpenTail(Math.Max(FirstSegment, size));
            return _tail;
        }
        ref var tail = ref _segments[_tail];
        var room = tail.Data!.Length - tail.Used >= size;
        if (room && _ownsTail)
            return _tail;
        var mayGrow = tail.Used + size <= SmallTailBytes || (_ownsTail && tail.Data.Length < FullSegment);
        if (mayGrow && tail.Live > tail.Used / 2)
            Enlarge(ref tail, size);
        else
        {
            var wanted = (int)Math.Clamp(Live / 4, Math.Max(FirstSegment, size), SegmentBytes);
            Seal();
            OpenTail(wanted);
        }
        return _tail;
    }

    /// <summary>A small tail goes into a larger array, at the same offsets: a small store stays one segment.</summary>
    private void Enlarge(ref Segment tail, int size)
    {
        var wanted = Math.Min(FullSegment, (int)BitOperations.RoundUpToPowerOf2((uint)(tail.Used + size)));
        if (wanted < tail.Used + size)
        {
            Seal();
            OpenTail(SegmentBytes);
            return;
        }
        var data = GC.AllocateUninitializedArray<byte>(wanted);
        tail.Data.AsSpan(0, tail.Used).CopyTo(data);
        tail.Data = data;
        tail.Epoch = _epoch;
        _ownsTail = true;
    }

    private void Seal()
    {
        ref var tail = ref _segments[_tail];
        var index = _tail;
        _sealedBytes += tail.Data!.Length;
        _sealedLive += tail.Live;
        _tail = None;
        if (tail.Live == 0)
            Free(index);
    }

    private void OpenTail(int size)
    {
        _tail = Open((int)BitOperations.RoundUpToPowerOf2((uint)size));
        _ownsTail = true;
    }

    private int Open(int size)
    {
        while (_freeFrom < _segments.Length && _segments[_freeFrom].Data is not null)
            _freeFrom++;
        var index = _freeFrom++;
        Invariant.Assert(index < Slot.MaxSegments, "the store is out of segment numbers");
        if (index == _segments.Length)
            Array.Resize(ref _segments, Math.Max(1, index * 2));
        var data = _spare?.Length == size ? _spare : GC.AllocateUninitializedArray<byte>(size);
        _spare = null;
        _segments[index] = new Segment { Data = data, Epoch = _epoch };
        return index;
    }

    private void Free(int index)
    {
        var data = _segments[index].Data!;
        _sealedBytes -= data.Length + _segments[index].Kept.Length;
        if (IsOurs(index) && data.Length >= (_spare?.Length ?? 0))
            _spare = data;
        _segments[index] = default;
        _freeFrom = Math.Min(_freeFrom, index);
        if (_victim == index)
            _victim = None;
    }

    private void ChooseVictim()
    {
        var most = 0;
        for (var i = 0; i < _segments.Length; i++)
        {
            if (i == _tail || _segments[i].Data is not { } data)
                continue;
            var holes = data.Length - _segments[i].Live;
            if (holes <= most)
                continue;
            most = holes;
            _victim = i;
        }
        _victimOffset = 0;
    }

    private void OwnTable()
    {
        if (_ownsTable)
            return;
        _segments = _segments.AsSpan().ToArray();
        _ownsTable = true;
    }
}
