using System.Text;

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
        while (Cursor > 0 && _text[Cursor - 1] == ' ') Cursor--;
        while (Cursor > 0 && _text[Cursor - 1] != ' ') Cursor--;
    }

    public void WordRight()
    {
        while (Cursor < _text.Length && _text[Cursor] == ' ') Cursor++;
        while (Cursor < _text.Length && _text[Cursor] != ' ') Cursor++;
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
