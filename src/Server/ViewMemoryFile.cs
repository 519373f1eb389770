using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace PbKv.Server;

/// <summary>
/// What a view service must not forget, in a directory that it has to itself. The file is replaced as a whole: written
/// beside, flushed, renamed, and the directory flushed, so that after a crash there is the old one or the new one. A
/// file that is damaged is refused: whoever guesses here may hand the data's place to an empty server.
/// </summary>
/// <remarks>The format: "PBKVVIEW", version (1 byte), length (4 bytes) and bytes of what is kept, SHA-256 of all before
/// it. In version 1 that is the memory of a view service that was always alone.</remarks>
internal sealed class ViewMemoryFile : IDisposable
{
    public const string FileName = "view.pbkv";

    private const byte Version = 2;
    private const byte OfOneAlone = 1;
    private const int MostBytes = 1 << 20;

    private readonly string _directory;
    private readonly string _name;
    private readonly string _path;
    private readonly FileStream _lock;

    private ViewMemoryFile(string directory, string name, FileStream @lock)
    {
        (_directory, _name) = (directory, name);
        _path = Path.Combine(directory, FileName);
        _lock = @lock;
    }

    private static ReadOnlySpan<byte> Magic => "PBKVVIEW"u8;

    /// <summary>Makes the directory where there is none, and locks it until disposed.</summary>
    /// <param name="name">Of the cluster whose view is kept here.</param>
    /// <exception cref="PbKvStartException">It names none, another process has it, or it cannot be written.</exception>
    public static ViewMemoryFile Open(string directory, string name)
    {
        if (string.IsNullOrWhiteSpace(directory))
            throw new PbKvStartException(
                $"the data directory is '{directory}', which names none: name one by --data (pbkv.data), or leave it "
                    + "out to keep the cluster in memory."
            );
        var full = Try(directory, "cannot be made", () => Directory.CreateDirectory(directory).FullName);
        var path = Path.Combine(full, "lock");
        var file = Try(
            directory,
            "is in use by another view service, or cannot be written",
            () =>
                new ViewMemoryFile(
                    full,
                    name,
                    new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)
                )
        );
        Try(directory, "cannot be written", file.TryWriting);
        return file;
    }

    /// <returns>Null where nothing was ever kept.</returns>
    /// <exception cref="PbKvStartException">The file is damaged, of a later release, or of a cluster of another
    /// name.</exception>
    public RegisterState? Read()
    {
        if (!File.Exists(_path))
            return null;
        var bytes = File.ReadAllBytes(_path);
        var signed = bytes.Length - SHA256.HashSizeInBytes;
        if (bytes.Length > MostBytes || signed < Magic.Length + 1 || !bytes.AsSpan().StartsWith(Magic))
            throw Damaged("it is no view of a PbKv");
        if (!SHA256.HashData(bytes.AsSpan(0, signed)).AsSpan().SequenceEqual(bytes.AsSpan(signed)))
            throw Damaged("its checksum is wrong");
        if (bytes[Magic.Length] is not (Version or OfOneAlone) and var version)
            throw Damaged($"its version is {version}, known is {Version}");
        try
        {
            var reader = new WireReader(bytes.AsSpan((Magic.Length + 1)..signed).ToArray(), new Texts());
            var fields = reader.Block();
            var state = bytes[Magic.Length] == OfOneAlone ? ReadMemory(ref fields) : RegisterState.Read(ref fields);
            // A file of an earlier release has no name.
            return fields.More && fields.Text() is var kept && kept != _name ? throw OtherName(kept) : state;
        }
        catch (Exception failure) when (failure is WireFormatException or UnknownValueException)
        {
            throw Damaged(failure.Message);
        }
    }

    /// <summary>When it returns, the state survives a crash of the machine.</summary>
    public void Write(RegisterState state)
    {
        WriteBeside(Encode(state));
        File.Move(Beside, _path, overwrite: true);
        DirectoryFlush.ToDisk(_directory);
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>A full disk is told when the node starts, and not after it said that it is ready.</summary>
    private bool TryWriting()
    {
        try
        {
            WriteBeside(new byte[4096]);
            File.Delete(Beside);
            return true;
        }
        catch (Exception)
        {
            Dispose();
            throw;
        }
    }

    private string Beside => _path + ".new";

    private void WriteBeside(byte[] bytes)
    {
        using var file = new FileStream(Beside, FileMode.Create, FileAccess.Write, FileShare.None);
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }

    private static T Try<T>(string directory, string otherwise, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new PbKvStartException(
                $"the data directory '{directory}' {otherwise}: {failure.Message.TrimEnd('.')}. Name another one by "
                    + "--data (pbkv.data).",
                failure
            );
        }
    }

    private byte[] Encode(RegisterState state)
    {
        var writer = WireWriter.Rent();
        writer.Raw(Magic);
        writer.Byte(Version);
        var start = writer.BeginBlock();
        state.Write(writer);
        writer.Text(_name);
        writer.EndBlock(start);
        var bytes = writer.TakeAll();
        return [.. bytes, .. SHA256.HashData(bytes)];
    }

    /// <summary>A group of one, which learns its name and address when it starts.</summary>
    private static RegisterState ReadMemory(ref WireReader reader)
    {
        var memory = ViewServiceMemory.Read(ref reader);
        var self = new Member("", new NodeAddress(""), FreshDisk());
        return new RegisterState(self.Disk, 0, 0, new RegisterEntry(0, 1, memory.Cluster, [self], memory));
    }

    public static ulong FreshDisk() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;

    private PbKvStartException OtherName(string kept) =>
        new(
            $"'{_directory}' holds the view of the cluster '{kept}', and this view service is of "
                + $"'{_name}': say -D pbkv.cluster={kept}, or name another directory by --data (pbkv.data)."
        );

    private PbKvStartException Damaged(string text) =>
        new(
            $"{_path} is damaged: {text}. Put back a copy of it; or, if its cluster is gone for good, move it away "
                + "and let the view service start a new one."
        );
}

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
            $"{what} of the directory {directory} fails: error {Marshal.GetLastPInvokeError()}: "
                + $"{Marshal.GetLastPInvokeErrorMessage()}"
        );

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(SafeFileHandle handle);
}
