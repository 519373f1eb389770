using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace PbKv.Host.Shell;

/// <summary>
/// The shell without a terminal: one command a line, one answer a line, each flushed, until the input ends.
/// </summary>
internal sealed class LineShell(Terminal terminal, ClusterClient cluster, bool json)
{
    private bool _failed;

    /// <returns>The exit code: that of a failure where a line had one.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var lines = new LineReader(terminal.Input);
        var asked = Task.Delay(Timeout.Infinite, cancellation);
        while (true)
        {
            // Reading standard input cannot be cancelled; a signal must not wait for a line.
            var reading = lines.ReadAsync();
            if (await Task.WhenAny(reading, asked) != reading || await reading is not { } line)
                break;
            if (await AnswerAsync(line, cancellation) is not { } answer)
                continue;
            terminal.WriteLine(answer);
            terminal.Flush();
        }

        return _failed ? ExitCodes.Failed : ExitCodes.Done;
    }

    /// <returns>Null for a blank line, which asks nothing.</returns>
    private async Task<byte[]?> AnswerAsync(byte[] line, CancellationToken cancellation)
    {
        try
        {
            if (ShellRequest.Parse(line) is not { } request)
                return null;
            if (request.Kind is null)
            {
                var status = await cluster.StatusAsync(cancellation);
                return json ? StatusJson.Of(status) : [.. "ok "u8, .. StatusJson.Of(status)];
            }

            var answer = await cluster.RunAsync(request.Kind.Value, request.Key, request.Value, cancellation);
            return json ? answer.ToJson() : answer.ToLine();
        }
        catch (Failure failure)
        {
            _failed = true;
            return json ? Json.OfFailure(failure) : Encoding.UTF8.GetBytes($"error {failure.Code} {failure.Message}");
        }
    }
}

/// <summary>Standard input as lines of bytes, without their ends. A last line without an end counts.</summary>
internal sealed class LineReader(Stream input)
{
    private readonly PipeReader _input = PipeReader.Create(input);

    /// <returns>Null at the end of the input.</returns>
    public async Task<byte[]?> ReadAsync()
    {
        while (true)
        {
            var read = await _input.ReadAsync();
            var (bytes, newline) = (read.Buffer, read.Buffer.PositionOf((byte)'\n'));
            if (newline is null && !read.IsCompleted)
            {
                _input.AdvanceTo(bytes.Start, bytes.End);
                continue;
            }
            var line = bytes.Slice(0, newline ?? bytes.End).ToArray();
            _input.AdvanceTo(newline is { } end ? bytes.GetPosition(1, end) : bytes.End);
            if (newline is null && line.Length == 0)
                return null;
            // Lines from elsewhere end with CR and LF.
            return line is [.. var most, (byte)'\r'] ? most : line;
        }
    }
}

/// <summary>One line of the shell, understood: an operation, or the question how the cluster is.</summary>
/// <param name="Kind">Null where it asks for the status.</param>
internal sealed record ShellRequest(OperationKind? Kind, Bytes Key, Bytes Value)
{
    private static readonly (string Name, OperationKind? Kind, int Words, string Form)[] Known =
    [
        ("get", OperationKind.Get, 2, "get KEY"),
        ("put", OperationKind.Put, 3, "put KEY VALUE"),
        ("puthash", OperationKind.PutHash, 3, "puthash KEY VALUE"),
        ("append", OperationKind.Append, 3, "append KEY VALUE"),
        ("status", null, 1, "status"),
    ];

    public static IEnumerable<string> Names => Known.Select(command => command.Name);

    /// <returns>Null for a line without a word.</returns>
    /// <exception cref="Failure">The line is no command.</exception>
    public static ShellRequest? Parse(ReadOnlySpan<byte> line)
    {
        var words = LineWords.Split(line, out var problem) ?? throw new Failure("Usage", problem, ExitCodes.WrongUsage);
        if (words.Count == 0)
            return null;
        var name = words[0].ToString();
        var command = Array.Find(Known, known => known.Name == name);
        if (command.Name is null)
        {
            var nearest = Spelling.Nearest(name, Names);
            throw Failure.Usage(
                $"there is no command '{name}'",
                nearest is null ? $"there are {string.Join(", ", Names)}" : $"did you mean '{nearest}'?"
            );
        }

        if (words.Count != command.Words)
        {
            var quotes = words.Count > command.Words ? ", and blanks in a word need quotes" : "";
            throw Failure.Usage(
                $"'{name}' came with {words.Count - 1} {(words.Count == 2 ? "word" : "words")}",
                $"it is written '{command.Form}'{quotes}"
            );
        }

        return new ShellRequest(command.Kind, words.ElementAtOrDefault(1), words.ElementAtOrDefault(2));
    }
}
