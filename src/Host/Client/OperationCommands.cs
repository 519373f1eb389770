namespace PbKv.Host.Client;

/// <summary>`get`, `put`, `puthash`, `append`, `delete` and `increment`: one operation each.</summary>
internal static class OperationCommands
{
    public static IEnumerable<Command> Create(Terminal terminal) =>
        [
            Get(terminal),
            Put(terminal),
            WithValue(
                terminal,
                "puthash",
                "Store the hash of the previous value and this one, and print the previous one",
                Questions.PutHash,
                Raw()
            ),
            WithValue(terminal, "append", "Append to a value", Questions.Append),
            Delete(terminal),
            Increment(terminal),
        ];

    private static Command Get(Terminal terminal)
    {
        var revision = Options.Flag("--revision", "Print the key's revision and a blank before the value");
        var or = new Option<string?>("--or")
        {
            HelpName = "VALUE",
            Description = "What to print for a key that is not there",
        };
        return Create(
            terminal,
            "get",
            "Print the value of a key; of one that is not there nothing, and the exit code is 4",
            [revision, or],
            (parsed, key) =>
                parsed.GetValue(revision)
                    ? Questions.GetEntry(key, parsed.GetValue(or))
                    : Questions.Get(key, parsed.GetValue(or)),
            Raw()
        );
    }

    private static Command Put(Terminal terminal)
    {
        var value = Value();
        var options = new ChangeOptions();
        return Create(
            terminal,
            "put",
            "Store a value; where a condition does not hold nothing is stored, and the exit code is 5",
            [value, .. options.All],
            (parsed, key) =>
                options.Read(parsed) is var (condition, previous)
                    ? Questions.Put(key, ReadValue(parsed, value, terminal), condition, previous)
                    : Questions.Put(key, ReadValue(parsed, value, terminal))
        );
    }

    private static Command Delete(Terminal terminal)
    {
        var options = new ChangeOptions();
        return Create(
            terminal,
            "delete",
            "Remove a key; where a condition does not hold it stays, and the exit code is 5",
            options.All,
            (parsed, key) =>
            {
                var (condition, previous) = options.Read(parsed) ?? (PbKvCondition.Always, false);
                return Questions.Delete(key, condition, previous);
            }
        );
    }

    private static Command Increment(Terminal terminal)
    {
        var amount = new Argument<long>("AMOUNT")
        {
            Description = "What is added, or below 0 subtracted",
            Arity = ArgumentArity.ZeroOrOne,
            DefaultValueFactory = _ => 1,
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (!long.TryParse(text, out var number))
                    result.AddError(NoAmount(text));
                return number;
            },
        };
        return Create(
            terminal,
            "increment",
            "Add to a number, which begins with 0, and print the sum",
            [amount],
            (parsed, key) => Questions.Increment(key, parsed.GetValue(amount))
        );
    }

    public static string NoAmount(string text) => $"'{text}' is no whole number of 64 bits";

    private static Command WithValue(
        Terminal terminal,
        string name,
        string description,
        Func<Bytes, Bytes, Question> ask,
        Option<bool>? raw = null
    )
    {
        var value = Value();
        return Create(
            terminal,
            name,
            description,
            [value],
            (parsed, key) => ask(key, ReadValue(parsed, value, terminal)),
            raw
        );
    }

    private static Command Create(
        Terminal terminal,
        string name,
        string description,
        IEnumerable<Symbol> symbols,
        Func<ParseResult, Bytes, Question> read,
        Option<bool>? raw = null
    )
    {
        var key = new Argument<string>("KEY") { Description = "The key; one that begins with a dash goes behind '--'" };
        var client = new ClientOptions();
        var command = new Command(name, description) { key };
        foreach (var argument in symbols.OfType<Argument>())
            command.Arguments.Add(argument);
        foreach (var option in symbols.OfType<Option>())
            command.Options.Add(option);
        if (raw is not null)
            command.Options.Add(raw);
        client.AddTo(command);
        command.SetAction(
            async (parsed, _) =>
            {
                // Before signals are ours: this may read standard input.
                var question = read(parsed, Bytes.Utf8(parsed.GetRequiredValue(key)));
                using var signals = new Signals();
                await using var cluster = ClusterClient.Open(client.Read(parsed));
                var answer = await question(cluster, signals.Asked);
                if (client.Json(parsed))
                    terminal.WriteLine(answer.ToJson());
                else
                    Print(answer, raw is not null && parsed.GetValue(raw), terminal);
                return answer.ExitCode;
            }
        );
        return command;
    }

    private static Option<bool> Raw() => Options.Flag("--raw", "Print the bytes of the value alone, without a newline");

    private static Argument<string> Value() =>
        new("VALUE")
        {
            Description =
                "The value; '-' reads it from standard input; with a dash first, and no number, it goes behind '--'",
        };

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

    private static void Print(Answer answer, bool raw, Terminal terminal)
    {
        if (answer.Printed is { } printed && raw)
            terminal.Write(printed.Span);
        else if (answer.Printed is { } line)
            terminal.WriteLine(line.Span);
        if (answer.Complaint is { } complaint)
            terminal.ErrorLine($"pbkv: {complaint}");
    }
}
