namespace PbKv.Actors;

/// <summary>What somebody may have meant.</summary>
internal static class Spelling
{
    /// <returns>The known name with the fewest letters to change, or null where none is near.</returns>
    public static string? Nearest(string given, IEnumerable<string> known) =>
        known
            .Select(name => (Name: name, Distance: Distance(given, name)))
            .Where(near => near.Distance <= Math.Max(1, (Math.Min(given.Length, near.Name.Length) + 1) / 3))
            .OrderBy(near => near.Distance)
            .ThenBy(near => near.Name, StringComparer.Ordinal)
            .Select(near => near.Name)
            .FirstOrDefault();

    /// <summary>How many letters have to be put in, taken out or changed to make one text of the other.</summary>
    public static int Distance(string first, string second)
    {
        var row = Enumerable.Range(0, second.Length + 1).ToArray();
        for (var i = 1; i <= first.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= second.Length; j++)
            {
                var changed = diagonal + (first[i - 1] == second[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
