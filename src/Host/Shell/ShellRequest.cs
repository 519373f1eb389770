namespace PbKv.Host.Shell;

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
