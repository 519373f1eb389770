using System.Globalization;
using System.Text;

namespace PbKv.Host.Shell;

/// <summary>How many columns of a terminal a text takes: letters of East Asia and pictures take two, marks on other letters none.</summary>
internal static class TextWidth
{
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115f), (0x2e80, 0x303e), (0x3041, 0xa4cf), (0xac00, 0xd7a3), (0xf900, 0xfaff), (0xfe30, 0xfe6f),
        (0xff00, 0xff60), (0xffe0, 0xffe6), (0x1f300, 0x1f64f), (0x1f680, 0x1f6ff), (0x1f900, 0x1faff), (0x20000, 0x3fffd),
    ];

    /// <returns>Where the character that ends before this place begins.</returns>
    public static int Before(string text, int at) =>
        at >= 2 && char.IsSurrogatePair(text[at - 2], text[at - 1]) ? at - 2 : Math.Max(0, at - 1);

    /// <returns>Where the character that begins at this place ends.</returns>
    public static int Behind(string text, int at) =>
        at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? at + 2 : Math.Min(text.Length, at + 1);

    /// <summary>Of the character at this place.</summary>
    public static int At(string text, int at)
    {
        if (!Rune.TryGetRuneAt(text, at, out var rune)) return 1;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format) return 0;
        return Array.Exists(Wide, range => rune.Value >= range.First && rune.Value <= range.Last) ? 2 : 1;
    }
}
