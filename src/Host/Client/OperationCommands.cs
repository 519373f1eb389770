namespace PbKv.Host.Client;

/// <summary>`get`, `put`, `puthash` and `append`: one operation each.</summary>
internal static class OperationCommands
{
    public static IEnumerable<Command> Create(Terminal terminal)
    {
        yield return Create(
            terminal,
            OperationKind.Get,
            "get",
            "Print the value of a key; of one never stored nothing, and the exit code is 4"
        );
        yield return Create(terminal, OperationKind.Put, "put", "Store a value");
        yield return Create(
            terminal,
            OperationKind.PutHash,
            "puthash",
            "Store the hash of the previous value and this one, and print the previous one"
        );
        yield return Create(terminal, OperationKind.Append, "append", "Append to a value");
    }

    private static Command Create(Terminal terminal, OperationKind kind, string name, string description)
    {
        var key = new Argument<string>("KEY") { Description = "The key; one that begins with a dash goes behind '--'" };
        var value = new Argument<string>("VALUE")
        {
            Description =
                "The value; '-' reads it from standard input; with a dash first, and no number, it goes behind '--'",
        };
        var raw = Options.Flag("--raw", "Print the bytes of the value alone, without a newline");
        var or = new Option<string?>("--or")
        {
            HelpName = "VALUE",
            Description = "What to print for a key never stored",
        };
        var client = new ClientOptions();
        var command = new Command(name, description) { key };
        if (kind != OperationKind.Get)
            command.Arguments.Add(value);
        if (kind == OperationKind.Get)
            command.Options.Add(or);
        if (kind is OperationKind.Get or OperationKind.PutHash)
            command.Options.Add(raw);
        client.AddTo(command);
        command.SetAction(
            async (parsed, _) =>
            {
                var given = kind == OperationKind.Get ? Bytes.Empty : ReadValue(parsed, value, terminal);
                using var signals = new Signals();
                await using var cluster = ClusterClient.Open(client.Read(parsed));
                var answer = await cluster.RunAsync(
                    kind,
                    Bytes.Utf8(parsed.GetRequiredValue(key)),
                    given,
                    signals.Asked
                );
                var notFound = kind == OperationKind.Get && !answer.Found;
                var instead = notFound ? parsed.GetValue(or) : null;
                var missing = notFound && instead is null;
                if (client.Json(parsed))
                    terminal.WriteLine(answer.ToJson());
                else if (answer.HasValue && !missing)
                    Print(instead is null ? answer.Value : Bytes.Utf8(instead), parsed.GetValue(raw), terminal);
                return missing ? ExitCodes.Missing : ExitCodes.Done;
            }
        );
        return command;
    }

    private static Bytes ReadValue(ParseResult parsed, Argument<string> value, Terminal terminal)
    {
        var text = parsed.GetRequiredValue(value);
        if (text != "-" || IsBehindDashes(parsed))
            return Bytes.Utf8(text);
        using var whole = new MemoryStream();
        terminal.Input.CopyTo(whole);
        return new Bytes(whole.ToArray());
    }

    /// <summary>The value is the last word; behind '--' a dash is a dash.</summary>
    private static bool IsBehindDashes(ParseResult parsed)
    {
        var types = parsed.Tokens.Select(token => token.Type).ToList();
        return types.Contains(System.CommandLine.Parsing.TokenType.DoubleDash)
            && types[^1] == System.CommandLine.Parsing.TokenType.Argument;
    }

    private static void Print(Bytes value, bool raw, Terminal terminal)
    {
        if (raw)
            terminal.Write(value.Span);
        else
            terminal.WriteLine(value.Span);
    }
}
