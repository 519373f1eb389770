namespace PbKv.Actors;

/// <summary>What somebody may have meant.</summary>
internal static class Spelling
{
    /// <returns>"did you mean X?", or the other text where nothing known is near.</returns>
    public static string Suggest(string given, IEnumerable<string> known, string otherwise)
    {
        var nearest = known.Select(name => (Name: name, Distance: Distance(given, name))).DefaultIfEmpty().MinBy(pair => pair.Distance);
        return nearest.Name is not null && nearest.Distance <= Math.Max(2, given.Length / 3) ? $"did you mean {nearest.Name}?" : otherwise;
    }

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
