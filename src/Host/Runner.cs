namespace PbKv.Host;

/// <summary>
/// From the words of the command line to an exit code. Whatever goes wrong ends as one line on standard error.
/// </summary>
internal static class Runner
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal)
    {
        var root = CommandTree.Create(terminal, arguments.Count > 0 ? arguments[0] : null);
        var parsed = root.Parse(
            arguments,
            new ParserConfiguration
            {
                EnablePosixBundling = false,
                // A value may begin with @.
                ResponseFileTokenReplacer = null,
            }
        );
        try
        {
            // Help and completion answer whatever else is on the line.
            if (parsed.Action is not { ClearsParseErrors: true } && UsageErrors.Of(parsed, arguments) is { } wrong)
                throw wrong;
            // Signals are ours: a node has to leave before it goes.
            var invocation = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            var code = await parsed.InvokeAsync(invocation);
            terminal.Flush();
            return code;
        }
        catch (OutputLostException e) when (e.ReaderLeft)
        {
            // As in `pbkv status --watch | head -1`: whoever reads has had enough, and that is no failure.
            return ExitCodes.Done;
        }
        catch (OutputLostException e)
        {
            return Report(new Failure("InputOutput", e.Message, ExitCodes.OutcomeUnknown), parsed, terminal);
        }
        catch (Exception e) when (e is Failure or IOException or UnauthorizedAccessException)
        {
            var failure = e as Failure ?? new Failure("InputOutput", e.Message);
            return Report(failure, parsed, terminal);
        }
        catch (Exception e)
        {
            // A defect. What it did before is anybody's guess.
            return Report(
                new Failure("Defect", $"a defect of pbkv: {e.GetType().Name}: {e.Message}", ExitCodes.OutcomeUnknown),
                parsed,
                terminal
            );
        }
    }

    private static bool WantsJson(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.OfType<Option<bool>>().FirstOrDefault(o => o.Name == "--json") is { } json
        && parsed.GetValue(json);

    private static int Report(Failure failure, ParseResult parsed, Terminal terminal)
    {
        if (!WantsJson(parsed))
        {
            terminal.ErrorLine($"pbkv: {failure.Message}");
            return failure.ExitCode;
        }

        var json = Json.OfFailure(failure);
        terminal.ErrorLine(System.Text.Encoding.UTF8.GetString(json));
        try
        {
            terminal.WriteLine(json);
            terminal.Flush();
        }
        catch (OutputLostException)
        {
            // Standard error has it.
        }
        return failure.ExitCode;
    }
}
