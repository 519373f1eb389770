namespace PbKv.Host.Shell;

/// <summary>
/// Reads a line from a terminal: editing, history with the arrow keys, completion with Tab. Handed its keys and its
/// screen, so that tests can type.
/// </summary>
/// <param name="complete">From the text before the cursor to what the word there may become.</param>
internal sealed class LineEditor(
    Func<ConsoleKeyInfo> readKey,
    TextWriter screen,
    Func<int> width,
    Func<string, IReadOnlyList<string>> complete
)
{
    private static readonly Dictionary<(ConsoleKey Key, bool WithControl), Action<LineBuffer>> Edits = new()
    {
        [(ConsoleKey.LeftArrow, false)] = line => line.Left(),
        [(ConsoleKey.RightArrow, false)] = line => line.Right(),
        [(ConsoleKey.Home, false)] = line => line.Home(),
        [(ConsoleKey.End, false)] = line => line.End(),
        [(ConsoleKey.Backspace, false)] = line => line.Backspace(),
        [(ConsoleKey.Delete, false)] = line => line.Delete(),
        [(ConsoleKey.A, true)] = line => line.Home(),
        [(ConsoleKey.E, true)] = line => line.End(),
        [(ConsoleKey.B, true)] = line => line.Left(),
        [(ConsoleKey.F, true)] = line => line.Right(),
        [(ConsoleKey.D, true)] = line => line.Delete(),
        [(ConsoleKey.H, true)] = line => line.Backspace(),
        [(ConsoleKey.K, true)] = line => line.CutToEnd(),
        [(ConsoleKey.U, true)] = line => line.CutToStart(),
        [(ConsoleKey.W, true)] = line => line.CutWord(),
        [(ConsoleKey.Backspace, true)] = line => line.CutWord(),
        [(ConsoleKey.Y, true)] = line => line.Paste(),
        [(ConsoleKey.LeftArrow, true)] = line => line.WordLeft(),
        [(ConsoleKey.RightArrow, true)] = line => line.WordRight(),
    };

    private readonly LineHistory _history = new();

    /// <summary>Ctrl-C gives up the line.</summary>
    /// <returns>The line, or null when the end of input was typed (Ctrl-D or Ctrl-C on an empty line).</returns>
    public string? ReadLine(string prompt)
    {
        var line = new LineBuffer();
        while (true)
        {
            Draw(prompt, line);
            var key = readKey();
            if (key.Key == ConsoleKey.Enter)
                break;
            if (IsControl(key, ConsoleKey.D) && line.Text.Length == 0)
            {
                screen.Write("\r\n");
                return null;
            }

            if (IsControl(key, ConsoleKey.C))
            {
                screen.Write("^C\r\n");
                if (line.Text.Length == 0)
                    return null;
                line = new LineBuffer();
            }
            else if (key.Key == ConsoleKey.Tab)
                Complete(line);
            else
                Edit(key, line);
        }

        screen.Write("\r\n");
        screen.Flush();
        _history.Add(line.Text);
        return line.Text;
    }

    private static bool IsControl(ConsoleKeyInfo key, ConsoleKey letter) =>
        key.Key == letter && key.Modifiers == ConsoleModifiers.Control;

    private void Edit(ConsoleKeyInfo key, LineBuffer line)
    {
        var control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        if (Edits.TryGetValue((key.Key, control), out var edit))
            edit(line);
        else if (key.Key == (control ? ConsoleKey.P : ConsoleKey.UpArrow))
            Show(_history.Older(line.Text), line);
        else if (key.Key == (control ? ConsoleKey.N : ConsoleKey.DownArrow))
            Show(_history.Newer(), line);
        else if (control && key.Key == ConsoleKey.L)
            screen.Write("\u001b[H\u001b[2J");
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
        var candidates = complete(before);
        if (candidates.Count == 0)
            return;
        var common = candidates.Aggregate(CommonStart);
        if (common.Length > word.Length)
            line.Insert(common[word.Length..]);
        if (candidates.Count == 1)
            line.Insert(" ");
        else if (common.Length == word.Length)
            screen.Write($"\r\n{string.Join("  ", candidates)}\r\n");
    }

    private static string CommonStart(string left, string right) => left[..left.AsSpan().CommonPrefixLength(right)];

    /// <summary>A line too long for the screen is shown around its cursor.</summary>
    private void Draw(string prompt, LineBuffer line)
    {
        var (text, room) = (line.Text, Math.Max(8, width() - prompt.Length - 1));
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

        screen.Write($"\r{prompt}{text.AsSpan(first, last - first)}\u001b[K\r\u001b[{prompt.Length + cursor}C");
        screen.Flush();
    }
}
