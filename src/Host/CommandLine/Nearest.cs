namespace PbKv.Host.CommandLine;

/// <summary>Which known word was probably meant.</summary>
internal static class Nearest
{
    /// <returns>The known word with the fewest edits, or null where none is close.</returns>
    public static string? Of(string word, IEnumerable<string> known) =>
        known.Select(candidate => (Word: candidate, Edits: Edits(word, candidate)))
            .Where(c => c.Edits <= Math.Max(1, Math.Min(word.Length, c.Word.Length) / 2))
            .OrderBy(c => c.Edits).ThenBy(c => c.Word, StringComparer.Ordinal)
            .Select(c => c.Word).FirstOrDefault();

    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
