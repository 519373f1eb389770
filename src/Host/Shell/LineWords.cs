using PbKv.Protocol;

namespace PbKv.Host.Shell;

/// <summary>
/// Splits a line of the shell into words: blanks separate, single and double quotes hold together what blanks would part.
/// In both kinds of quotes \\ \" \' \n \r \t \xHH are escapes; outside of them a backslash is a backslash.
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
                if (inWord) words.Add(new Bytes([.. word]));
                word.Clear();
                inWord = false;
                continue;
            }

            inWord = true;
            if (c is not ((byte)'"' or (byte)'\'')) word.Add(c);
            else if (!ReadQuoted(line, ref at, word, out problem)) return null;
        }

        if (inWord) words.Add(new Bytes([.. word]));
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
            if (line[at] != '\\') word.Add(line[at]);
            else if (!LineEscapes.Read(line, ref at, out var escaped, out problem)) return false;
            else word.Add(escaped);
        }

        if (at < line.Length) return true;
        problem = $"the quote {(char)quote} at column {opened + 1} is not closed; quotes hold together what blanks would part";
        return false;
    }
}
