using System.Text;

namespace PbKv.Host;

/// <summary>
/// Standard input, output and error of the program. Results are bytes on standard output; everything said to people about
/// them goes to standard error. Colours and bars only where a terminal shows them.
/// </summary>
internal sealed class Terminal : IDisposable
{
    private readonly Stream _output;
    private readonly TextWriter _error;

    public Terminal(Stream input, Stream output, TextWriter error, bool interactive = false, bool outputIsTerminal = false, bool errorIsTerminal = false, bool colours = false)
    {
        Input = input;
        _output = output;
        _error = error;
        IsInteractive = interactive;
        OutputIsTerminal = outputIsTerminal;
        ErrorIsTerminal = errorIsTerminal;
        Colours = colours;
    }

    public Stream Input { get; }

    /// <summary>Somebody types and reads: both ends are a terminal.</summary>
    public bool IsInteractive { get; }

    public bool OutputIsTerminal { get; }

    public bool ErrorIsTerminal { get; }

    public bool Colours { get; }

    public static Terminal OfProcess()
    {
        var plain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            || Environment.GetEnvironmentVariable("TERM") is "dumb" or "" or null;
        return new Terminal(
            Console.OpenStandardInput(),
            new BufferedStream(Console.OpenStandardOutput(), 16 << 10),
            new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true },
            interactive: !Console.IsInputRedirected && !Console.IsOutputRedirected,
            outputIsTerminal: !Console.IsOutputRedirected,
            errorIsTerminal: !Console.IsErrorRedirected,
            colours: !plain && !Console.IsOutputRedirected);
    }

    public void Write(ReadOnlySpan<byte> bytes) => _output.Write(bytes);

    public void WriteLine(string text)
    {
        _output.Write(Encoding.UTF8.GetBytes(text));
        _output.WriteByte((byte)'\n');
    }

    public void WriteLine(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        _output.WriteByte((byte)'\n');
    }

    /// <summary>What was written is with its reader from here on.</summary>
    public void Flush() => _output.Flush();

    public void ErrorLine(string text) => _error.WriteLine(text);

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }
}
