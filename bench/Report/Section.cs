namespace PbKv.Report;

/// <summary>A part of a document between two comment lines, which a script writes anew.</summary>
internal static class Section
{
    public static void Replace(string document, string name, string markdown)
    {
        var (begin, end) = ($"<!-- {name}: begin -->", $"<!-- {name}: end -->");
        var text = File.ReadAllText(document);
        var from = text.IndexOf(begin, StringComparison.Ordinal);
        var to = text.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from)
            throw new InvalidDataException($"{document} has no lines '{begin}' and '{end}' to write between");
        File.WriteAllText(document, text[..(from + begin.Length)] + "\n" + markdown.Trim() + "\n" + text[to..]);
    }
}
