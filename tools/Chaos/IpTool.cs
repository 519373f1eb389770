using System.ComponentModel;
using System.Diagnostics;

namespace PbKv.Chaos;

/// <summary>The system's `ip`.</summary>
internal static class IpTool
{
    public const string WayOut = "--faults netns needs root and iproute2 on Linux; the other faults need neither";

    /// <exception cref="Failure">There is none, or it refuses.</exception>
    public static void Run(params string[] arguments)
    {
        if (TryRun(arguments) is { } problem) throw new Failure("NoNamespaces", $"`ip {string.Join(' ', arguments)}` fails: {problem}; {WayOut}");
    }

    /// <returns>What it says is wrong, or null where it was done.</returns>
    public static string? TryRun(params string[] arguments)
    {
        try
        {
            using var ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            var said = ip.StandardError.ReadToEnd();
            ip.WaitForExit();
            return ip.ExitCode == 0 ? null : $"{said.Trim()} (code {ip.ExitCode})";
        }
        catch (Win32Exception e)
        {
            return e.Message;
        }
    }
}
