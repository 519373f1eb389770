namespace PbKv.Clusters;

/// <summary>Whether a process that was sent SIGSTOP stands still; on a busy machine it may answer a request before it does.</summary>
internal static class Stillness
{
    private static readonly bool IsVisible = Directory.Exists("/proc/self/task");

    /// <returns>True also for a process that is gone, and where it cannot be seen.</returns>
    public static bool Of(int process)
    {
        if (!IsVisible) return true;
        try
        {
            return Directory.EnumerateDirectories($"/proc/{process}/task").All(thread => StateOf(thread) is 'T' or 't' or 'Z' or 'X');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // A thread, or all of it, ended while it was looked at; one that ends does not stand still.
            return !Directory.Exists($"/proc/{process}");
        }
    }

    /// <summary>The letter behind the name, which stands in brackets and may hold any other.</summary>
    private static char StateOf(string thread)
    {
        var stat = File.ReadAllText(Path.Combine(thread, "stat"));
        return stat[stat.LastIndexOf(')') + 2];
    }
}
