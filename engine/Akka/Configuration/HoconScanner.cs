namespace Akka.Configuration.Hocon;

/// <summary>Walks over HOCON text and knows at which line and column it is.</summary>
internal sealed class HoconScanner(string text)
{
    private int _at;
    private int _line = 1;
    private int _lineStart;

    public HoconPosition Position => new(_line, _at - _lineStart + 1);
    public bool AtEnd => _at >= text.Length;
    public char Current => _at < text.Length ? text[_at] : '\0';
    public bool AtComment => Current == '#' || LooksAt("//");

    public bool LooksAt(string what) => string.CompareOrdinal(text, _at, what, 0, what.Length) == 0;

    public char Take()
    {
        var c = text[_at++];
        if (c == '\n') (_line, _lineStart) = (_line + 1, _at);
        return c;
    }

    public bool TryTake(char wanted) => !AtEnd && Current == wanted && Take() == wanted;

    public void Take(int count)
    {
        while (count-- > 0) Take();
    }

    public string TakeWhile(Func<char, bool> wanted)
    {
        var start = _at;
        while (!AtEnd && wanted(Current)) Take();
        return text[start.._at];
    }

    public string TakeBlanks() => TakeWhile(c => c != '\n' && IsBlank(c));

    /// <summary>Passes blanks, line ends and comments; commas too where the caller has them for separators.</summary>
    public void SkipToNext(bool commas)
    {
        while (!AtEnd)
        {
            if (AtComment) TakeWhile(c => c != '\n');
            else if (IsBlank(Current) || (commas && Current == ',')) Take();
            else return;
        }
    }

    public static bool IsBlank(char c) => char.IsWhiteSpace(c) || c == '\uFEFF';

    public string TakeQuoted()
    {
        var start = Position;
        if (LooksAt("\"\"\"")) return TakeTripleQuoted(start);
        Take();
        var value = new StringBuilder();
        while (true)
        {
            if (AtEnd || Current == '\n') throw start.Error("a quoted string is not closed");
            var c = Take();
            if (c == '"') return value.ToString();
            value.Append(c == '\\' ? TakeEscape() : c);
        }
    }

    private string TakeTripleQuoted(HoconPosition start)
    {
        Take(3);
        var end = text.IndexOf("\"\"\"", _at, StringComparison.Ordinal);
        if (end < 0) throw start.Error("a triple-quoted string is not closed");
        while (end + 3 < text.Length && text[end + 3] == '"') end++;
        var value = text[_at..end];
        Take(value.Length + 3);
        return value;
    }

    private char TakeEscape()
    {
        var position = Position;
        if (AtEnd) throw position.Error("the text ends within an escape");
        var c = Take();
        switch (c)
        {
            case 'n': return '\n';
            case 't': return '\t';
            case 'r': return '\r';
            case 'b': return '\b';
            case 'f': return '\f';
            case '"' or '\\' or '/': return c;
            case 'u':
                if (_at + 4 > text.Length || !ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                    throw position.Error("\\u takes four hexadecimal digits");
                Take(4);
                return (char)code;
            default: throw position.Error($"'\\{c}' is no escape");
        }
    }
}
