using System.Buffers.Binary;

namespace PbKv.Remoting;

/// <summary>
/// Bytes as they arrive, taken out frame by frame: a length of four bytes, little-endian, and so many bytes. It grows
/// with what has really arrived, never with what a length announces, and shrinks again when that much is no longer
/// needed.
/// </summary>
internal sealed class FrameBuffer
{
    public const int LengthBytes = 4;

    private const int InitialBytes = 16 * 1024;
    private const int RestingBytes = 128 * 1024;
    private const int QuietReadsToShrink = 64;

    private byte[] _bytes = new byte[InitialBytes];
    private int _start;
    private int _end;
    private bool _busy;
    private int _largest;
    private int _quietReads;

    private int Held => _end - _start;

    /// <summary>Where the next bytes go. Spans of earlier frames are void once it was asked for.</summary>
    public Span<byte> Free()
    {
        if (_start == _end)
        {
            _start = _end = 0;
            Shrink();
        }
        if (_busy || _bytes.Length - _end < _bytes.Length / 4)
            MakeRoom();
        return _bytes.AsSpan(_end);
    }

    /// <summary>Tells how much was read.</summary>
    public void Filled(int count)
    {
        _end += count;
        _largest = Math.Max(_largest, Held);
        _busy = _end == _bytes.Length && _bytes.Length < RestingBytes;
    }

    /// <summary>The next whole frame, without its length.</summary>
    /// <exception cref="InvalidDataException">It announces more than the limit, or nothing.</exception>
    public bool TryTake(int limit, out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (Held < LengthBytes)
            return false;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(_start));
        if (length == 0 || length > (uint)limit)
            throw new InvalidDataException($"a frame announces {length} bytes; 1 to {limit} are allowed");
        if (Held - LengthBytes < (int)length)
            return false;
        frame = _bytes.AsSpan(_start + LengthBytes, (int)length);
        _start += LengthBytes + (int)length;
        return true;
    }

    /// <summary>Large frames seldom come alone: room for them is kept until a row of reads has not needed it.</summary>
    private void Shrink()
    {
        _quietReads = _largest > RestingBytes ? 0 : _quietReads + 1;
        _largest = 0;
        if (_bytes.Length > RestingBytes && _quietReads > QuietReadsToShrink)
            _bytes = new byte[InitialBytes];
    }

    private void MakeRoom()
    {
        var held = Held;
        var target = _bytes;
        if (_busy || held > _bytes.Length / 2)
            target = new byte[_bytes.Length * 2];
        _bytes.AsSpan(_start, held).CopyTo(target);
        _bytes = target;
        _start = 0;
        _end = held;
        _busy = false;
    }
}
