using System.Text;
using Spectre.Console.Rendering;

namespace PbKv.Host.Shell;

/// <summary>The line that is being typed, and where the cursor stands in it.</summary>
internal sealed class LineBuffer
{
    private readonly StringBuilder _text = new();
    private string _cut = "";

    public int Cursor { get; private set; }

    public string Text => _text.ToString();

    public string BeforeCursor => _text.ToString(0, Cursor);

    public void Set(string text)
    {
        _text.Clear().Append(text);
        Cursor = text.Length;
    }

    public void Insert(string text)
    {
        _text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    public void Left() => Cursor = TextWidth.Before(Text, Cursor);

    public void Right() => Cursor = TextWidth.Behind(Text, Cursor);

    public void Home() => Cursor = 0;

    public void End() => Cursor = _text.Length;

    public void WordLeft()
    {
        while (Cursor > 0 && _text[Cursor - 1] == ' ')
            Cursor--;
        while (Cursor > 0 && _text[Cursor - 1] != ' ')
            Cursor--;
    }

    public void WordRight()
    {
        while (Cursor < _text.Length && _text[Cursor] == ' ')
            Cursor++;
        while (Cursor < _text.Length && _text[Cursor] != ' ')
            Cursor++;
    }

    public void Backspace()
    {
        var end = Cursor;
        Left();
        _text.Remove(Cursor, end - Cursor);
    }

    public void Delete()
    {
        _text.Remove(Cursor, TextWidth.Behind(Text, Cursor) - Cursor);
    }

    public void CutToEnd()
    {
        _cut = _text.ToString(Cursor, _text.Length - Cursor);
        _text.Length = Cursor;
    }

    public void CutToStart() => CutFrom(0);

    public void CutWord()
    {
        var end = Cursor;
        WordLeft();
        var start = Cursor;
        Cursor = end;
        CutFrom(start);
    }

    public void Paste() => Insert(_cut);

    private void CutFrom(int start)
    {
        _cut = _text.ToString(start, Cursor - start);
        _text.Remove(start, Cursor - start);
        Cursor = start;
    }
}

/// <summary>
/// How many columns of a terminal a text takes: letters of East Asia and pictures take two, marks on other letters
/// none.
/// </summary>
internal static class TextWidth
{
    /// <returns>Where the character that ends before this place begins.</returns>
    public static int Before(string text, int at) =>
        at >= 2 && char.IsSurrogatePair(text[at - 2], text[at - 1]) ? at - 2 : Math.Max(0, at - 1);

    /// <returns>Where the character that begins at this place ends.</returns>
    public static int Behind(string text, int at) =>
        at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? at + 2 : Math.Min(text.Length, at + 1);

    /// <summary>Of the character at this place.</summary>
    public static int At(string text, int at) => new Segment(text[at..Behind(text, at)]).CellCount();
}

/// <summary>
/// The lines typed so far, oldest first, and which of them is shown. Kept in memory only: values may be secret.
/// </summary>
internal sealed class LineHistory
{
    private readonly List<string> _lines = [];
    private string _draft = "";
    private int _at;

    public void Add(string line)
    {
        if (line.Length > 0 && (_lines.Count == 0 || _lines[^1] != line))
            _lines.Add(line);
        _at = _lines.Count;
    }

    /// <returns>The line before the one shown, or null at the oldest.</returns>
    public string? Older(string shown)
    {
        if (_at == 0)
            return null;
        if (_at == _lines.Count)
            _draft = shown;
        return _lines[--_at];
    }

    /// <returns>The line after the one shown, in the end what was being typed, or null behind that.</returns>
    public string? Newer()
    {
        if (_at == _lines.Count)
            return null;
        return ++_at == _lines.Count ? _draft : _lines[_at];
    }
}
