using Microsoft.Win32.SafeHandles;

namespace PbKv.CommandLine;

/// <summary>
/// Standard input and output, with two things that Console keeps quiet about: a reader that left, and a stream that is
/// not there.
/// </summary>
public static class StandardStreams
{
    private const int Input = 0;
    private const int Output = 1;

    /// <summary>In /proc: this descriptor is not handed on to other programs.</summary>
    private const int CloseOnExec = 0x80000;

    public static Stream OpenInput() =>
        IsThere(Input) ? Console.OpenStandardInput() : throw new IOException("standard input is closed");

    /// <summary>
    /// Console swallows what is written to a pipe that nobody reads; a FileStream says so. But that writes a file from
    /// a place of its own, and the next program of a script would overwrite it: files are for Console.
    /// </summary>
    public static Stream OpenOutput()
    {
        if (!IsThere(Output))
            return new ClosedStream();
        if (OperatingSystem.IsWindows())
            return Console.OpenStandardOutput();
        try
        {
            var pipe = new FileStream(new SafeFileHandle(Output, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return pipe.CanSeek ? Console.OpenStandardOutput() : pipe;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Console.OpenStandardOutput();
        }
    }

    /// <summary>
    /// Where a program is started without one of them (`&lt;&amp;-`), its number goes to the next thing that the
    /// runtime opens: to read that waits for ever, and to write it is worse. What was handed to the program is not
    /// closed on exec; all else is.
    /// </summary>
    private static bool IsThere(int descriptor)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        try
        {
            var flags = File.ReadLines($"/proc/self/fdinfo/{descriptor}")
                .First(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return (Convert.ToInt32(flags[6..].Trim(), 8) & CloseOnExec) == 0;
        }
        catch (Exception e) when (e is FileNotFoundException)
        {
            return false;
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or InvalidOperationException or FormatException)
        {
            return true; // No /proc: as elsewhere.
        }
    }

    private sealed class ClosedStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("it is closed");

        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("it is closed");
    }
}
