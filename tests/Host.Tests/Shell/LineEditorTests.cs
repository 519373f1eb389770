using PbKv.Host.Shell;

namespace PbKv.Host.Tests.Shell;

public class LineEditorTests
{
    [Theory]
    [InlineData("put k v⏎", "put k v")]
    [InlineData("pux←⌫⌦t⏎", "pt")]
    [InlineData("b^Aa^Ec⏎", "abc")]
    [InlineData("one two^W^Y^Y⏎", "one twotwo")]
    [InlineData("one two^A^Kx⏎", "x")]
    [InlineData("one two^U⏎", "")]
    [InlineData("wég⏎", "wég")]
    public void Keys_edit_the_line(string keys, string line) => Assert.Equal([line], Type(keys));

    [Fact]
    public void The_arrows_bring_back_earlier_lines_and_what_was_being_typed() =>
        Assert.Equal(["a", "b", "b", "a", "dr"], Type("a⏎b⏎↑⏎↑↑⏎dr↑↑↓↓⏎"));

    [Fact]
    public void Tab_completes_a_word_that_can_only_be_one() => Assert.Equal(["append k"], Type("ap⇥k⏎"));

    [Fact]
    public void Tab_goes_as_far_as_all_candidates_agree_and_then_lists_them()
    {
        var screen = new StringWriter();
        Assert.Equal(["puthash"], Type("p⇥⇥hash⏎", screen));
        Assert.Contains("put  puthash", screen.ToString());
    }

    [Fact]
    public void The_end_of_input_is_typed_on_an_empty_line_only() => Assert.Equal(["xy", null], Type("x y←←^D⏎^D"));

    [Fact]
    public void A_line_longer_than_the_screen_is_shown_around_its_cursor()
    {
        var screen = new StringWriter();
        Type(new string('a', 50) + "end⏎", screen);
        Assert.All(
            screen.ToString().Split('\r').Where(row => row.StartsWith("> ", StringComparison.Ordinal)),
            row => Assert.True(row.Replace("\u001b[K", "").Length <= 20, row)
        );
        Assert.Contains("aend", screen.ToString());
    }

    [Fact]
    public void Ctrl_C_gives_up_a_line_and_on_an_empty_one_ends() => Assert.Equal(["b", null], Type("a^Cb⏎^C"));

    [Theory]
    [InlineData("😀😀⌫←⌦⏎", "")]
    [InlineData("a😀b←←c⏎", "ac😀b")]
    public void A_picture_is_one_letter_for_whoever_edits(string keys, string line) => Assert.Equal([line], Type(keys));

    [Fact]
    public void The_cursor_stands_behind_as_many_columns_as_letters_take()
    {
        var screen = new StringWriter();
        Type("日本é⏎", screen);
        Assert.EndsWith("> 日本é\u001b[K\r\u001b[7C\r\n", screen.ToString());
        Type("日本語日本語日本語日本語⏎", screen = new StringWriter());
        Assert.EndsWith("> 本語日本語日本語\u001b[K\r\u001b[18C\r\n", screen.ToString());
    }

    private static List<string?> Type(string keys, TextWriter? screen = null)
    {
        string[] words = ["get", "put", "puthash", "append"];
        var at = 0;
        var editor = new LineEditor(
            () => Key(keys, ref at),
            screen ?? TextWriter.Null,
            () => 20,
            before => [.. words.Where(word => word.StartsWith(before, StringComparison.Ordinal))]
        );
        var lines = new List<string?>();
        while (at < keys.Length)
            lines.Add(editor.ReadLine("> "));
        return lines;
    }

    private static ConsoleKeyInfo Key(string keys, ref int at)
    {
        var c = keys[at++];
        return c switch
        {
            '⏎' => Special(ConsoleKey.Enter),
            '←' => Special(ConsoleKey.LeftArrow),
            '↑' => Special(ConsoleKey.UpArrow),
            '↓' => Special(ConsoleKey.DownArrow),
            '⌫' => Special(ConsoleKey.Backspace),
            '⌦' => Special(ConsoleKey.Delete),
            '⇥' => Special(ConsoleKey.Tab),
            '^' => new ConsoleKeyInfo((char)(keys[at] & 31), (ConsoleKey)keys[at++], false, false, true),
            _ => new ConsoleKeyInfo(c, default, false, false, false),
        };
    }

    private static ConsoleKeyInfo Special(ConsoleKey key) => new('\0', key, false, false, false);
}
