namespace PbKv.Host.Shell;

/// <summary>The lines typed so far, oldest first, and which of them is shown. Kept in memory only: values may be secret.</summary>
internal sealed class LineHistory
{
    private readonly List<string> _lines = [];
    private string _draft = "";
    private int _at;

    public void Add(string line)
    {
        if (line.Length > 0 && (_lines.Count == 0 || _lines[^1] != line)) _lines.Add(line);
        _at = _lines.Count;
    }

    /// <returns>The line before the one shown, or null at the oldest.</returns>
    public string? Older(string shown)
    {
        if (_at == 0) return null;
        if (_at == _lines.Count) _draft = shown;
        return _lines[--_at];
    }

    /// <returns>The line after the one shown, in the end what was being typed, or null behind that.</returns>
    public string? Newer()
    {
        if (_at == _lines.Count) return null;
        return ++_at == _lines.Count ? _draft : _lines[_at];
    }
}
