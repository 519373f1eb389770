namespace PbKv.Host.CommandLine;

/// <summary>How this very program is started again, from another terminal or by a script.</summary>
internal static class ProgramName
{
    private const string Name = "pbkv";

    public static IReadOnlyList<string> Words { get; } =
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == Name
            ? [path]
            : ["dotnet", Path.Combine(AppContext.BaseDirectory, $"{Name}.dll")];

    /// <summary>Whether a shell finds it by its bare name.</summary>
    public static bool IsOnPath => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, Name)));

    /// <summary>A word that no shell takes apart.</summary>
    public static string InShell(string word) =>
        word.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-+:".Contains(letter)) ? word : $"'{word.Replace("'", @"'\''")}'";
}
