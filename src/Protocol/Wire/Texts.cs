using System.Text;

namespace PbKv.Protocol;

/// <summary>
/// Short texts that come again and again (addresses, names of groups) become the same string each time. A table of
/// fixed size in which a newcomer takes the place of whoever hashed there: bounded, whatever a peer sends, and without
/// locks, as an entry is never changed.
/// </summary>
internal sealed class Texts
{
    private const int Slots = 2048;
    private const int LongestKept = 256;

    private readonly Entry?[] _table = new Entry?[Slots];

    public string Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return "";
        if (utf8.Length > LongestKept)
            return Encoding.UTF8.GetString(utf8);
        ref var slot = ref _table[(int)(Hashing.Hash64(utf8) % Slots)];
        var known = Volatile.Read(ref slot);
        if (known is not null && utf8.SequenceEqual(known.Utf8))
            return known.Text;
        var entry = new Entry(utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        Volatile.Write(ref slot, entry);
        return entry.Text;
    }

    private sealed class Entry(byte[] utf8, string text)
    {
        public byte[] Utf8 { get; } = utf8;

        public string Text { get; } = text;
    }
}
