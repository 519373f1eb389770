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
            if (request.Question is null)
            {
                var status = await cluster.StatusAsync(cancellation);
                return json ? StatusJson.Of(status) : [.. "ok "u8, .. StatusJson.Of(status)];
            }

            var answer = await request.Question(cluster, cancellation);
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
/// <param name="Question">Null where it asks for the status.</param>
internal sealed record ShellRequest(Question? Question)
{
    private static readonly (string Form, Func<List<Bytes>, Question?> Read)[] Known =
    [
        ("get KEY", words => Questions.Get(words[1])),
        ("put KEY VALUE", words => Questions.Put(words[1], words[2])),
        ("puthash KEY VALUE", words => Questions.PutHash(words[1], words[2])),
        ("append KEY VALUE", words => Questions.Append(words[1], words[2])),
        ("delete KEY", words => Questions.Delete(words[1], PbKvCondition.Always, previous: false)),
        ("increment KEY [AMOUNT]", words => Questions.Increment(words[1], Amount(words))),
        ("cas KEY EXPECTED VALUE", words => Cas(words[1], words[2], words[3])),
        ("status", _ => null),
    ];

    public static IEnumerable<string> Names => Known.Select(command => NameOf(command.Form));

    /// <returns>Null for a line without a word.</returns>
    /// <exception cref="Failure">The line is no command.</exception>
    public static ShellRequest? Parse(ReadOnlySpan<byte> line)
    {
        var words = LineWords.Split(line, out var problem) ?? throw new Failure("Usage", problem, ExitCodes.WrongUsage);
        if (words.Count == 0)
            return null;
        var name = words[0].ToString();
        var (form, read) = Array.Find(Known, known => NameOf(known.Form) == name);
        if (form is null)
        {
            var nearest = Spelling.Nearest(name, Names);
            throw Failure.Usage(
                $"there is no command '{name}'",
                nearest is null ? $"there are {string.Join(", ", Names)}" : $"did you mean '{nearest}'?"
            );
        }

        var most = form.Split(' ').Length;
        var least = most - form.Count(letter => letter == '[');
        if (words.Count < least || words.Count > most)
        {
            var quotes = words.Count > most ? ", and blanks in a word need quotes" : "";
            throw Failure.Usage(
                $"'{name}' came with {words.Count - 1} {(words.Count == 2 ? "word" : "words")}",
                $"it is written '{form}'{quotes}"
            );
        }

        return new ShellRequest(read(words));
    }

    private static string NameOf(string form) => form.Split(' ')[0];

    private static Question Cas(Bytes key, Bytes expected, Bytes value) =>
        Questions.Put(key, value, PbKvCondition.ValueIs(expected.Memory), previous: true);

    private static long Amount(List<Bytes> words)
    {
        if (words.Count == 2)
            return 1;
        var text = words[2].ToString();
        return long.TryParse(text, out var amount)
            ? amount
            : throw Failure.Usage(OperationCommands.NoAmount(text), "it is what is added");
    }
}
