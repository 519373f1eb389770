namespace PbKv.Protocol.Tests;

/// <summary>
/// Files beside the tests with what somebody has read and found right. A test that is run with PBKV_GOLDEN=1 writes its
/// file anew, to be reviewed.
/// </summary>
internal static class Approved
{
    private const string Update = "PBKV_GOLDEN";

    public const string WayOut = $"Where that is meant, run this test with {Update}=1 and review what it writes.";

    public static bool IsWrittenAnew { get; } = Environment.GetEnvironmentVariable(Update) is not null;

    /// <param name="path">Below this project's folder.</param>
    public static string FileOf(params string[] path)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PbKv.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return Path.Combine([folder, "tests", "Protocol.Tests", .. path]);
    }

    /// <inheritdoc cref="FileOf"/>
    public static void AssertIs(string page, params string[] path)
    {
        var file = FileOf(path);
        if (IsWrittenAnew)
            File.WriteAllText(file, page);
        var (approved, now) = (File.ReadAllText(file).Split('\n'), page.Split('\n'));
        var at = approved.Zip(now).TakeWhile(lines => lines.First == lines.Second).Count();
        Assert.True(
            at == approved.Length && at == now.Length,
            $"line {at + 1} of {file} is now: {now.ElementAtOrDefault(at)}\n{WayOut}"
        );
    }
}
