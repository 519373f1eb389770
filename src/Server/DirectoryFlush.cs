using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PbKv.Server;

/// <summary>
/// A rename is on disk when its directory is. .NET opens no directories, so this asks the system itself.
/// </summary>
internal static class DirectoryFlush
{
    private const int ReadOnly = 0;

    /// <summary>Windows keeps renames in its journal, and has no such call.</summary>
    public static void ToDisk(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        using var handle = new SafeFileHandle(Open(directory, ReadOnly), ownsHandle: true);
        if (handle.IsInvalid)
            throw Failed("open", directory);
        if (Sync(handle) != 0)
            throw Failed("fsync", directory);
    }

    private static IOException Failed(string what, string directory) =>
        new(
            $"{what} of the directory {directory} fails: error {Marshal.GetLastPInvokeError()}: {Marshal.GetLastPInvokeErrorMessage()}"
        );

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(SafeFileHandle handle);
}
