using System.Text;
using PbKv.Host.Shell;
using PbKv.Protocol;

namespace PbKv.Host.Tests.Shell;

public class LineWordsTests
{
    [Theory]
    [InlineData("put k v", "put|k|v")]
    [InlineData("  put\t k   v ", "put|k|v")]
    [InlineData("", "")]
    [InlineData("""put k "" """, "put|k|")]
    [InlineData("put k ''", "put|k|")]
    [InlineData("""put "a b" 'c "d"' """, "put|a b|c \"d\"")]
    [InlineData("""put a"b c"d 'e'""", "put|ab cd|e")]
    [InlineData("""put "\\\"\'\n\r\t\x41" '\\\"\'\x7a' """, "put|\\\"'\n\r\tA|\\\"'z")]
    [InlineData("""put C:\new v""", """put|C:\new|v""")]
    [InlineData("put kéy wért", "put|kéy|wért")]
    public void A_line_is_words_between_blanks_and_quotes(string line, string words)
    {
        var split = LineWords.Split(Encoding.UTF8.GetBytes(line), out _);
        Assert.Equal(words, string.Join('|', split!.Select(word => word.ToString())));
    }

    [Theory]
    [InlineData("put k \"v", "column 7 is not closed")]
    [InlineData("put k 'v\"", "column 7 is not closed")]
    [InlineData("put k \"\\q\"", "escape at column 8")]
    [InlineData("put k \"\\x4\"", "escape at column 8")]
    [InlineData("put k \"\\xZZ\"", "escape at column 8")]
    [InlineData("put k \"a\\", "escape at column 9")]
    public void A_line_that_cannot_be_read_is_refused_with_the_column(string line, string problem)
    {
        Assert.Null(LineWords.Split(Encoding.UTF8.GetBytes(line), out var said));
        Assert.Contains(problem, said);
    }

    [Fact]
    public void A_value_is_written_on_one_line_and_text_stays_readable()
    {
        Assert.Equal("""say "hé" it's \\ \n\r\t\x00\x7f""", Escaped(Bytes.Utf8("say \"hé\" it's \\ \n\r\t\0\u007f")));
        Assert.Equal(@"\xff\xc3(", Escaped(new Bytes([0xff, 0xc3, (byte)'('])));
    }

    [Fact]
    public void Every_value_can_be_had_back_from_what_was_written()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            var value = new byte[random.Next(0, 12)];
            random.NextBytes(value);
            var line = $"\"{Escaped(new Bytes(value)).Replace("\"", "\\\"")}\"";
            var words = LineWords.Split(Encoding.UTF8.GetBytes(line), out var problem);
            Assert.True(words is [var word] && word == new Bytes(value), $"seed {seed}: {line}: {problem}");
        }
    }

    private static string Escaped(Bytes value)
    {
        var bytes = new List<byte>();
        LineEscapes.Write(value, bytes);
        return Encoding.UTF8.GetString([.. bytes]);
    }
}
