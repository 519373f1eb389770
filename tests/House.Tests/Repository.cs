using System.Text.RegularExpressions;

namespace PbKv.House.Tests;

/// <summary>The checkout that these tests were built from.</summary>
internal static partial class Repository
{
    public static string Root { get; } = Find();

    public static IEnumerable<string> Sources(params string[] folders) =>
        folders
            .Select(folder => Path.Combine(Root, folder))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(path => !Built().IsMatch(path));

    public static string Short(string path) => Path.GetRelativePath(Root, path);

    /// <summary>Those that match, with their places.</summary>
    public static IEnumerable<string> Lines(string path, Regex pattern) =>
        File.ReadLines(path)
            .Select((text, index) => (text, index))
            .Where(line => pattern.IsMatch(line.text))
            .Select(line => $"{Short(path)}:{line.index + 1}: {line.text.Trim()}");

    [GeneratedRegex(@"[\\/](obj|bin)[\\/]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Built();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PbKv.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("no PbKv.sln above " + AppContext.BaseDirectory);
    }
}
