using System.Text;
using System.Text.Json.Nodes;

namespace PbKv.CommandLine;

/// <summary>
/// Standard input, output and error of the program. Results are bytes on standard output; everything said to people
/// about them goes to standard error. Colours and bars only where a terminal shows them.
/// </summary>
public sealed class Terminal : IDisposable
{
    private const int BrokenPipe = 32;

    private readonly Stream _output = new BufferedStream(StandardStreams.OpenOutput(), 16 << 10);
    private readonly StreamWriter _error = new(Console.OpenStandardError(), new UTF8Encoding(false))
    {
        AutoFlush = true,
    };
    private bool _lost;

    /// <exception cref="IOException">There is none.</exception>
    public Stream Input => StandardStreams.OpenInput();

    /// <summary>Somebody types and reads: both ends are a terminal.</summary>
    public bool IsInteractive { get; } = !Console.IsInputRedirected && !Console.IsOutputRedirected;

    public bool OutputIsTerminal { get; } = !Console.IsOutputRedirected;

    public bool ErrorIsTerminal { get; } = !Console.IsErrorRedirected;

    public bool Colours { get; } =
        !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or "" or null);

    /// <summary>A result: one JSON object, or lines for people.</summary>
    public void Answer(bool json, Func<JsonObject> fields, params IEnumerable<string> lines)
    {
        if (json)
            WriteLine(Json.Bytes(fields()));
        else
            foreach (var line in lines)
                WriteLine(line);
    }

    /// <exception cref="OutputLostException">The first time that it cannot; from then on nothing is
    /// written.</exception>
    public void Write(ReadOnlySpan<byte> bytes) => Write(bytes, flushes: false);

    public void WriteLine(string text) => WriteLine(Encoding.UTF8.GetBytes(text));

    public void WriteLine(ReadOnlySpan<byte> bytes)
    {
        Write(bytes);
        Write("\n"u8);
    }

    /// <summary>What was written is with its reader from here on.</summary>
    /// <exception cref="OutputLostException">It is not.</exception>
    public void Flush() => Write([], flushes: true);

    /// <summary>Where nobody hears it, the exit code has to do.</summary>
    public void ErrorLine(string text)
    {
        try
        {
            _error.WriteLine(text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }

    public void Dispose()
    {
        try
        {
            Flush();
        }
        catch (OutputLostException)
        {
            return;
        }
    }

    private void Write(ReadOnlySpan<byte> bytes, bool flushes)
    {
        if (_lost)
            return;
        try
        {
            _output.Write(bytes);
            if (flushes)
                _output.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _lost = true;
            // The system's number for a pipe without a reader.
            throw new OutputLostException(e.Message, readerLeft: e.HResult == BrokenPipe);
        }
    }
}

/// <summary>Standard output takes nothing more.</summary>
/// <param name="readerLeft">Whoever read has closed the pipe. Otherwise it is closed, or the disk is full.</param>
public sealed class OutputLostException(string reason, bool readerLeft)
    : Exception($"standard output is lost: {reason.TrimEnd('.')}; what was asked for may be done all the same")
{
    public bool ReaderLeft { get; } = readerLeft;
}
