namespace PbKv.Host.Shell;

/// <summary>
/// Reads a line from a terminal: editing, history with the arrow keys, completion with Tab. Handed its keys and its
/// screen, so that tests can type.
/// </summary>
internal sealed class LineEditor
{
    private readonly Func<ConsoleKeyInfo> _readKey;
    private readonly TextWriter _screen;
    private readonly Func<int> _width;
    private readonly Func<string, IReadOnlyList<string>> _complete;
    private readonly Dictionary<ConsoleKey, Action<LineBuffer>> _alone,
        _withControl;
    private readonly LineHistory _history = new();

    /// <param name="complete">From the text before the cursor to what the word there may become.</param>
    public LineEditor(
        Func<ConsoleKeyInfo> readKey,
        TextWriter screen,
        Func<int> width,
        Func<string, IReadOnlyList<string>> complete
    )
    {
        _readKey = readKey;
        _screen = screen;
        _width = width;
        _complete = complete;
        _alone = new()
        {
            [ConsoleKey.LeftArrow] = line => line.Left(),
            [ConsoleKey.RightArrow] = line => line.Right(),
            [ConsoleKey.Home] = line => line.Home(),
            [ConsoleKey.End] = line => line.End(),
            [ConsoleKey.Backspace] = line => line.Backspace(),
            [ConsoleKey.Delete] = line => line.Delete(),
            [ConsoleKey.UpArrow] = line => Show(_history.Older(line.Text), line),
            [ConsoleKey.DownArrow] = line => Show(_history.Newer(), line),
        };
        _withControl = new()
        {
            [ConsoleKey.A] = line => line.Home(),
            [ConsoleKey.E] = line => line.End(),
            [ConsoleKey.B] = line => line.Left(),
            [ConsoleKey.F] = line => line.Right(),
            [ConsoleKey.D] = line => line.Delete(),
            [ConsoleKey.H] = line => line.Backspace(),
            [ConsoleKey.K] = line => line.CutToEnd(),
            [ConsoleKey.U] = line => line.CutToStart(),
            [ConsoleKey.W] = line => line.CutWord(),
            [ConsoleKey.Backspace] = line => line.CutWord(),
            [ConsoleKey.Y] = line => line.Paste(),
            [ConsoleKey.P] = line => Show(_history.Older(line.Text), line),
            [ConsoleKey.N] = line => Show(_history.Newer(), line),
            [ConsoleKey.LeftArrow] = line => line.WordLeft(),
            [ConsoleKey.RightArrow] = line => line.WordRight(),
            [ConsoleKey.L] = _ => screen.Write("\u001b[H\u001b[2J"),
        };
    }

    /// <summary>Ctrl-C gives up the line.</summary>
    /// <returns>The line, or null when the end of input was typed (Ctrl-D or Ctrl-C on an empty line).</returns>
    public string? ReadLine(string prompt)
    {
        var line = new LineBuffer();
        while (true)
        {
            Draw(prompt, line);
            var key = _readKey();
            if (key.Key == ConsoleKey.Enter)
                break;
            if (IsControl(key, ConsoleKey.D) && line.Text.Length == 0)
            {
                _screen.Write("\r\n");
                return null;
            }

            if (IsControl(key, ConsoleKey.C))
            {
                _screen.Write("^C\r\n");
                if (line.Text.Length == 0)
                    return null;
                line = new LineBuffer();
            }
            else if (key.Key == ConsoleKey.Tab)
                Complete(line);
            else
                Edit(key, line);
        }

        _screen.Write("\r\n");
        _screen.Flush();
        _history.Add(line.Text);
        return line.Text;
    }

    private static bool IsControl(ConsoleKeyInfo key, ConsoleKey letter) =>
        key.Key == letter && key.Modifiers == ConsoleModifiers.Control;

    private void Edit(ConsoleKeyInfo key, LineBuffer line)
    {
        var control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        if ((control ? _withControl : _alone).TryGetValue(key.Key, out var edit))
            edit(line);
        else if (!control && !char.IsControl(key.KeyChar))
            line.Insert(key.KeyChar.ToString());
    }

    private static void Show(string? text, LineBuffer line)
    {
        if (text is not null)
            line.Set(text);
    }

    private void Complete(LineBuffer line)
    {
        var before = line.BeforeCursor;
        var word = before[(before.LastIndexOf(' ') + 1)..];
        var candidates = _complete(before);
        if (candidates.Count == 0)
            return;
        var common = candidates.Aggregate(CommonStart);
        if (common.Length > word.Length)
            line.Insert(common[word.Length..]);
        if (candidates.Count == 1)
            line.Insert(" ");
        else if (common.Length == word.Length)
            _screen.Write($"\r\n{string.Join("  ", candidates)}\r\n");
    }

    private static string CommonStart(string left, string right) => left[..left.AsSpan().CommonPrefixLength(right)];

    /// <summary>A line too long for the screen is shown around its cursor.</summary>
    private void Draw(string prompt, LineBuffer line)
    {
        var (text, room) = (line.Text, Math.Max(8, _width() - prompt.Length - 1));
        var (first, cursor) = (line.Cursor, 0);
        while (first > 0)
        {
            var before = TextWidth.Before(text, first);
            var columns = TextWidth.At(text, before);
            if (cursor + columns >= room)
                break;
            (first, cursor) = (before, cursor + columns);
        }

        var (last, used) = (line.Cursor, cursor);
        while (last < text.Length && used + TextWidth.At(text, last) <= room)
        {
            used += TextWidth.At(text, last);
            last = TextWidth.Behind(text, last);
        }

        _screen.Write($"\r{prompt}{text.AsSpan(first, last - first)}\u001b[K\r\u001b[{prompt.Length + cursor}C");
        _screen.Flush();
    }
}
