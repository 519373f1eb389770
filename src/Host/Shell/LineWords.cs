using System.Buffers;
using System.Globalization;
using System.Text;

namespace PbKv.Host.Shell;

/// <summary>
/// Splits a line of the shell into words: blanks separate, single and double quotes hold together what blanks would
/// part. In both kinds of quotes \\ \" \' \n \r \t \xHH are escapes; outside of them a backslash is a backslash.
/// </summary>
internal static class LineWords
{
    /// <returns>Null, and the problem, where a quote is not closed or an escape is not known.</returns>
    public static List<Bytes>? Split(ReadOnlySpan<byte> line, out string problem)
    {
        problem = "";
        var words = new List<Bytes>();
        var word = new List<byte>();
        var inWord = false;
        for (var at = 0; at < line.Length; at++)
        {
            var c = line[at];
            if (c is (byte)' ' or (byte)'\t')
            {
                if (inWord)
                    words.Add(new Bytes([.. word]));
                word.Clear();
                inWord = false;
                continue;
            }

            inWord = true;
            if (c is not ((byte)'"' or (byte)'\''))
                word.Add(c);
            else if (!ReadQuoted(line, ref at, word, out problem))
                return null;
        }

        if (inWord)
            words.Add(new Bytes([.. word]));
        return words;
    }

    /// <param name="at">At the opening quote before, at the closing one after.</param>
    private static bool ReadQuoted(ReadOnlySpan<byte> line, ref int at, List<byte> word, out string problem)
    {
        problem = "";
        var quote = line[at];
        var opened = at;
        for (at++; at < line.Length && line[at] != quote; at++)
        {
            if (line[at] != '\\')
                word.Add(line[at]);
            else if (!LineEscapes.Read(line, ref at, out var escaped, out problem))
                return false;
            else
                word.Add(escaped);
        }

        if (at < line.Length)
            return true;
        problem =
            $"the quote {(char)quote} at column {opened + 1} is not closed; quotes hold together what blanks "
            + "would part";
        return false;
    }
}

/// <summary>
/// The escapes of the line protocol: any value fits on one line, and every byte of it can be had back.
/// </summary>
internal static class LineEscapes
{
    private const string Letters = "\\\"'nrt";
    private const string Meant = "\\\"'\n\r\t";
    private const string Known = @"known are \\ \"" \' \n \r \t \xHH";

    /// <summary>
    /// The value as it stands behind `ok`: unquoted, with escapes for what would break the line or is not UTF-8.
    /// </summary>
    public static void Write(Bytes value, List<byte> to)
    {
        var rest = value.Span;
        while (!rest.IsEmpty)
        {
            var length = 1;
            if (rest[0] < 0x80)
                WriteAscii(rest[0], to);
            else if (Rune.DecodeFromUtf8(rest, out _, out length) == OperationStatus.Done)
                to.AddRange(rest[..length]);
            else
                foreach (var invalid in rest[..length])
                    WriteHex(invalid, to);
            rest = rest[length..];
        }
    }

    /// <param name="at">At the backslash before, at the last byte of the escape after.</param>
    public static bool Read(ReadOnlySpan<byte> line, ref int at, out byte value, out string problem)
    {
        var start = at++;
        value = 0;
        problem = "";
        var letter = at < line.Length ? line[at] : (byte)0;
        if (letter == 'x' && at + 2 < line.Length && TryHex(line.Slice(at + 1, 2), out value))
        {
            at += 2;
            return true;
        }
        var known = Letters.IndexOf((char)letter);
        if (known < 0)
        {
            problem = $"unknown escape at column {start + 1}: {Known}";
            return false;
        }
        value = (byte)Meant[known];
        return true;
    }

    private static bool TryHex(ReadOnlySpan<byte> digits, out byte value) =>
        byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static void WriteAscii(byte c, List<byte> to)
    {
        if (c is not ((byte)'"' or (byte)'\'') && Meant.IndexOf((char)c) is >= 0 and var known)
            to.AddRange([(byte)'\\', (byte)Letters[known]]);
        else if (c is < 0x20 or 0x7f)
            WriteHex(c, to);
        else
            to.Add(c);
    }

    private static void WriteHex(byte c, List<byte> to) => to.AddRange(Encoding.ASCII.GetBytes($"\\x{c:x2}"));
}
