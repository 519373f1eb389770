using System.Buffers.Binary;

namespace PbKv.Remoting;

/// <summary>
/// Bytes as they arrive, taken out frame by frame: a length of four bytes, little-endian, and so many bytes. A frame
/// stays where it was received, for whoever has it. What arrives is received into room that all connections of a thread
/// share; a frame that comes in parts goes on in an array of its own, which grows with what has really arrived, of this
/// frame or of an earlier one, never with what a length announces. Who waits for the next frame holds nothing.
/// </summary>
internal sealed class FrameBuffer
{
    public const int LengthBytes = 4;

    private const int SharedBytes = 64 * 1024;
    private const int LeastBytes = 16 * 1024;

    [ThreadStatic]
    private static byte[]? _shared;

    [ThreadStatic]
    private static int _sharedUsed;

    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private bool _isOwn;
    private int _largest;

    private int Held => _end - _start;

    /// <summary>Where the next bytes go.</summary>
    public Span<byte> Free()
    {
        if (Held == 0)
            Share();
        return _bytes.AsSpan(_end);
    }

    /// <summary>Tells how much was read, on the thread that asked where to.</summary>
    public void Filled(int count)
    {
        _end += count;
        if (!_isOwn)
            _sharedUsed = _end;
    }

    /// <summary>The next whole frame, without its length.</summary>
    /// <exception cref="InvalidDataException">It announces more than the limit, or nothing.</exception>
    public bool TryTake(int limit, out ReadOnlyMemory<byte> frame)
    {
        frame = default;
        var whole = LeastBytes;
        if (Held >= LengthBytes)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(_start));
            if (length == 0 || length > (uint)limit)
                throw new InvalidDataException($"a frame announces {length} bytes; 1 to {limit} are allowed");
            whole = LengthBytes + (int)length;
        }
        if (Held < LengthBytes || Held < whole)
        {
            KeepRest(whole);
            return false;
        }
        frame = _bytes.AsMemory(_start + LengthBytes, whole - LengthBytes);
        _start += whole;
        _largest = Math.Max(_largest, whole);
        return true;
    }

    private void Share()
    {
        if (_shared is null || _shared.Length - _sharedUsed < LeastBytes)
            (_shared, _sharedUsed) = (GC.AllocateUninitializedArray<byte>(SharedBytes), 0);
        (_bytes, _start, _end, _isOwn) = (_shared, _sharedUsed, _sharedUsed, false);
    }

    /// <param name="whole">The size of the frame that has come in part.</param>
    private void KeepRest(int whole)
    {
        if (Held > 0 && _isOwn && _end < _bytes.Length)
            return;
        var rest = _bytes.AsSpan(_start, Held);
        var size = Math.Min(whole, Math.Max(_largest, Math.Max(LeastBytes, 2 * rest.Length)));
        _bytes = rest.IsEmpty ? [] : GC.AllocateUninitializedArray<byte>(size);
        rest.CopyTo(_bytes);
        (_start, _end, _isOwn) = (0, rest.Length, !rest.IsEmpty);
    }
}
